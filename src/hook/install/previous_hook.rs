//! Running the hook that was there before ours as if it were still in its place.
//!
//! A shell script that asks for its own name (husky does) must see the name it had: it is sourced by its own interpreter
//! with the old `$0`. Anything else is executed.

use bstr::{BString, ByteSlice};

use super::stray::manager;
use crate::{
    domain::text::{file_name, in_single_quotes},
    hook::Hook,
};

/// What is added to the name of a hook that ours takes the place of.
pub(super) const SUFFIX: &str = ".before-git-agent";

const SHELLS: [&[u8]; 6] = [b"sh", b"bash", b"dash", b"ash", b"ksh", b"zsh"];

/// The hook that ours takes the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Before {
    how: How,
    /// A hook manager has made it.
    is_managers: bool,
}

/// How to run it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum How {
    /// A script for a shell: the interpreter's words as its first line has them.
    Shell(Vec<BString>),
    /// Anything else.
    Program,
}

impl How {
    fn of(content: &[u8]) -> Self {
        let Some(line) = content.strip_prefix(b"#!") else {
            // As git does: what the system cannot execute is for the shell, unless it is a binary.
            let is_text = !content.is_empty() && !content[..content.len().min(512)].contains(&0);
            return if is_text { How::Shell(vec!["/bin/sh".into()]) } else { How::Program };
        };
        let line = line.lines().next().unwrap_or_default().trim();
        // The system splits into the interpreter and at most one argument.
        let mut words = line.splitn(2, u8::is_ascii_whitespace).map(|word| BString::from(word.trim()));
        let words: Vec<BString> = words.by_ref().filter(|word| !word.is_empty()).collect();
        if words.first().is_some_and(|first| is_shell(first, words.get(1).map(|word| word.as_slice()))) {
            How::Shell(words)
        } else {
            How::Program
        }
    }
}

impl Before {
    /// Find out from the content of the hook.
    pub(super) fn of(content: &[u8]) -> Self {
        Before { how: How::of(content), is_managers: manager(content).is_some() }
    }

    /// The lines that run it and honour its exit code.
    pub(super) fn call(&self, hook: Hook) -> BString {
        let mut call = BString::default();
        match &self.how {
            How::Program => call.extend_from_slice(b"\"$before\" \"$@\""),
            How::Shell(words) => {
                for word in words {
                    call.extend_from_slice(&in_single_quotes(word));
                    call.push(b' ');
                }
                if words.last().is_some_and(|word| word.ends_with(b"zsh")) {
                    call.extend_from_slice(b"-o nofunctionargzero ");
                }
                call.extend_from_slice(br#"-c '_git_agent=$1; shift; . "$_git_agent"' "$0" "$before" "$@""#);
            }
        }
        let name = hook.name();
        // A manager's own hook would call us again; one of the user's was not called yet.
        let skip = if self.is_managers {
            "before=\n".to_owned()
        } else {
            format!(
                "if [ -n \"${{GIT_AGENT_MOVED-}}\" ] || cmp -s \"$before\" \"${{0%/*}}/{name}\"; then before=; fi\n\
                 export GIT_AGENT_MOVED=1\n"
            )
        };
        let call = match hook.reads_input() {
            false => format!("\t{call} || exit $?\n"),
            // A here-document would make a line out of nothing.
            true => format!(
                "\tif [ -n \"$input\" ]; then\n\t\t{call} <<EOF || exit $?\n$input\nEOF\n\
                 \telse\n\t\t{call} </dev/null || exit $?\n\tfi\n"
            ),
        };
        format!(
            "# The previous hook runs first, as if it were still installed; its exit code counts.\n\
             before=${{0%/*}}/{name}{SUFFIX}\n\
             # Under another name a hook manager has moved this file aside and calls it: not back to that manager.\n\
             case ${{0##*/}}${{PRE_COMMIT_RUNNING_LEGACY-}} in {name}) ;; *)\n{skip};; esac\n\
             if [ -x \"$before\" ]; then\n{call}fi\n"
        )
        .into()
    }
}

fn is_shell(interpreter: &[u8], argument: Option<&[u8]>) -> bool {
    if file_name(interpreter) == b"env" {
        let argument = argument.unwrap_or_default();
        let argument = argument.strip_prefix(b"-S").unwrap_or(argument);
        let program = argument.fields().find(|word| !word.contains(&b'=')).unwrap_or_default();
        return SHELLS.contains(&file_name(program));
    }
    SHELLS.contains(&file_name(interpreter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_are_told_from_other_programs() {
        for line in [
            "#!/bin/sh",
            "#! /bin/bash -eu",
            "#!/usr/bin/env bash",
            "#!/usr/bin/env -S A=b zsh -f",
            "echo no first line",
        ] {
            assert!(matches!(How::of(format!("{line}\nx\n").as_bytes()), How::Shell(_)), "{line}");
        }
        for text in ["#!/usr/bin/env python3\n", "#!/usr/bin/perl -w\n", "\u{7f}ELF\0\0", "", "#!\n", "#!/bin/sh\r\n"] {
            let program = How::of(text.as_bytes()) == How::Program;
            assert!(program || text.ends_with("\r\n"), "{text:?}");
        }
    }

    #[test]
    fn the_interpreter_gets_its_one_argument() {
        let call = Before::of(b"#!/usr/bin/env -S bash -e\n").call(Hook::CommitMsg).to_string();
        assert!(call.contains("\t'/usr/bin/env' '-S bash -e' -c "), "{call}");
    }
}
