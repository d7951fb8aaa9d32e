# fish completion for xdrun. To use it: xdrun cmd:completion fish | source

function __xdrun_complete
    set -l typed (commandline -opc) (commandline -ct)
    set -l current (commandline -ct)
    for answer in ($typed[1] cmd:complete $typed[2..-1] 2>/dev/null)
        switch $answer
            case :files
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- $current)
            case :folders
                __fish_complete_directories (string replace -r '^--[^=]*=' '' -- $current)
            case '*'
                echo $answer
        end
    end
end

complete -c xdrun -f -k -a '(__xdrun_complete)'
