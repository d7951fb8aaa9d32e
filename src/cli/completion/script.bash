# bash completion for xdrun. To use it: source <(xdrun cmd:completion bash)

_xdrun() {
    local rest=${COMP_LINE:0:COMP_POINT} words=() word before i
    # Bash also splits words at ':' and '='; here they are joined again, as xdrun sees them.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        before=${rest%%[^[:space:]]*}
        rest=${rest#"$before"}
        [[ ${#rest} -ge ${#word} ]] || word=$rest
        rest=${rest#"$word"}
        if [[ -n $before || ${#words[@]} -eq 0 ]]; then
            words+=("$word")
        else
            words[${#words[@]} - 1]+=$word
        fi
    done

    local current=${words[${#words[@]} - 1]} plain=()
    for word in "${words[@]:1}"; do
        word=${word//\\/}
        word=${word#[\"\']}
        plain+=("${word%[\"\']}")
    done
    # What stands before the last ':' or '=' stays as it is.
    local kept=${current%"${current##*[:=]}"} value description
    COMPREPLY=()
    while IFS=$'\t' read -r value description; do
        case $value in
            :files)
                compopt -o filenames
                while IFS= read -r value; do COMPREPLY+=("$value"); done \
                    < <(compgen -f -- "${current##*=}")
                ;;
            :folders)
                compopt -o filenames
                while IFS= read -r value; do COMPREPLY+=("$value"); done \
                    < <(compgen -d -- "${current##*=}")
                ;;
            *)
                [[ $value == *= ]] && compopt -o nospace
                [[ $current == [\"\']* ]] || printf -v value '%q' "$value"
                value=${value#"$kept"}
                # 63: the candidates are only shown.
                [[ $COMP_TYPE == 63 && -n $description ]] && value+="  ($description)"
                COMPREPLY+=("$value")
                ;;
        esac
    done < <("${COMP_WORDS[0]}" cmd:complete "${plain[@]}" 2>/dev/null)
    if [[ $COMP_TYPE == 63 && ${#COMPREPLY[@]} -eq 1 ]]; then
        COMPREPLY[0]=${COMPREPLY[0]%%  (*}
    fi
}

complete -o nosort -F _xdrun xdrun 2>/dev/null || complete -F _xdrun xdrun
