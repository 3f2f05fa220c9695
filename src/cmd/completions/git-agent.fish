# Completion of 'git-agent'; fish's completion of git uses it for 'git agent', too.
function __git_agent_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (git-agent completions fish --complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$found[1]" = :files
        __fish_complete_path "$current"
    else if set -q found[1]
        printf '%s\n' $found
    end
end
complete -c git-agent -f -k -a '(__git_agent_complete)'
