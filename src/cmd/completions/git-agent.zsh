#compdef git-agent
# Completion of 'git-agent', and of 'git agent' through zsh's completion of git.
_git-agent () {
    local word text
    local -a found shown
    while IFS=$'\t' read -r word text; do
        if [[ $word == :files ]]; then
            _files
            return
        fi
        found+=("$word")
        shown+=("$word${text:+  -- $text}")
    done < <(git-agent completions zsh --complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
    (( $#found )) && compadd -l -V git-agent -d shown -a found
}
if [[ $funcstack[1] == _git-agent ]]; then
    _git-agent "$@"
else
    compdef _git-agent git-agent
fi
