#compdef xdrun
# zsh completion for xdrun. To use it: source <(xdrun cmd:completion zsh)

_xdrun() {
    local -a answers candidates parameters
    local answer value
    # PREFIX is what stands before the cursor, without a quote that was opened.
    answers=("${(@f)$("${(Q)words[1]}" cmd:complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    for answer in "${answers[@]}"; do
        [[ -n $answer ]] || continue
        value=${answer%%$'\t'*}
        case $value in
            :files) compset -P '*='; _files; return ;;
            :folders) compset -P '*='; _files -/; return ;;
            *=) parameters+=("${value//:/\\:}:${answer#*$'\t'}") ;;
            *) candidates+=("${value//:/\\:}:${answer#*$'\t'}") ;;
        esac
    done
    (( ${#candidates} )) && _describe -V 'xdrun' candidates
    (( ${#parameters} )) && _describe -V 'parameter' parameters -S ''
}

if [[ $funcstack[1] == _xdrun ]]; then
    _xdrun "$@"
else
    compdef _xdrun xdrun
fi
