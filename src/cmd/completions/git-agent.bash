# Completion of 'git-agent', and of 'git agent' through git's own completion.
_git_agent () {
    local word line
    COMPREPLY=()
    while IFS= read -r line; do
        if [ "$line" = :files ]; then
            compopt -o filenames 2>/dev/null
            word=${COMP_WORDS[COMP_CWORD]}
            while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$word")
        else
            COMPREPLY+=("$line")
        fi
    done < <(git-agent completions bash --complete -- "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" "$COMP_TYPE" 2>/dev/null)
}
complete -o nosort -F _git_agent git-agent 2>/dev/null || complete -F _git_agent git-agent
