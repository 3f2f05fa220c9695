# Completion of 'git-agent', and of 'git agent'.
function __git_agent_words
    set -l words (commandline -opc)
    set -l agent (contains -i -- agent $words)
    if test (count $words) -gt 0; and string match -q '*git-agent' -- $words[1]
        set agent 1
    end
    test -n "$agent"; or return 1
    set -e words[1..$agent]
    test (count $words) -eq 0; or printf '%s\n' $words
    return 0
end
function __git_agent_complete
    set -l current (commandline -ct)
    set -l found (git-agent completions fish --complete -- (__git_agent_words) "$current" 2>/dev/null)
    if test "$found[1]" = :files
        __fish_complete_path "$current"
    else if set -q found[1]
        printf '%s\n' $found
    end
end
complete -c git-agent -f -k -a '(__git_agent_complete)'
complete -c git -f -k -n '__git_agent_words >/dev/null' -a '(__git_agent_complete)'
