# fish completion for xdrun. To use it: xdrun cmd:completion fish | source

function __xdrun_complete
    set -l typed (commandline -opc)
    # A quote that was opened is no part of the word, and what is escaped is.
    set -l current (commandline -ct | string replace -r '^["\']' '' | string unescape)
    test -n "$current" || set current ''
    # What stands before a value in the same word.
    set -l before (string match -r '^--[^=]*=' -- $current)
    for answer in ($typed[1] cmd:complete $typed[2..-1] $current 2>/dev/null)
        switch $answer
            case :files
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- $current) | string replace -r -- '^' "$before"
            case :folders
                __fish_complete_directories (string replace -r '^--[^=]*=' '' -- $current) | string replace -r -- '^' "$before"
            case '*'
                echo $answer
        end
    end
end

complete -c xdrun -f -k -a '(__xdrun_complete)'
