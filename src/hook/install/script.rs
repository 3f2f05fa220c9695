//! The text of our hooks: the shims in `hooks/`, with what this installation knows filled in.
//!
//! A generated file says on its second line that it is ours, and holds a checksum of the rest: so an old version can be
//! told from a modified one.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use bstr::{BString, ByteSlice};

use crate::{
    domain::{fnv, text::in_single_quotes},
    hook::{Hook, install::previous_hook::Before},
};

const MARK: &str = "# git-agent hook ";
const NOTICE: &str = "created by 'git agent init'; 'git agent uninstall' restores the previous hook";

/// The line of a shim that reads standard input.
const INPUT: &str = "input=$(cat)";

/// What a generated hook knows beyond the shim.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts<'a> {
    /// The program to run when there is none on PATH.
    pub program: Option<&'a Path>,
    /// The hooks directory, if its hooks run after ours.
    pub later: Option<&'a Path>,
    /// How to run the hook that was there before.
    pub before: Option<Before>,
    /// The hooks directory is of our making.
    pub made_dir: bool,
}

/// Whose file this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HookOwner {
    /// Unchanged since git-agent wrote it.
    Us {
        /// The hooks directory is of our making.
        made_dir: bool,
    },
    /// Written by git-agent, and changed since.
    UsChanged,
    /// Not written by git-agent.
    Other,
}

fn shim(hook: Hook) -> &'static str {
    match hook {
        Hook::PrepareCommitMsg => include_str!("../../../hooks/prepare-commit-msg"),
        Hook::CommitMsg => include_str!("../../../hooks/commit-msg"),
        // Only removed.
        Hook::PostCommit => "",
        Hook::PrePush => include_str!("../../../hooks/pre-push"),
    }
}

pub(super) fn file(hook: Hook, parts: &Parts<'_>) -> BString {
    let mut body = BString::default();
    let mut before = parts.before.as_ref();
    // Both get what git says on standard input.
    let mut is_ready = !hook.reads_input();
    for line in shim(hook).lines().skip(1) {
        if !line.starts_with('#')
            && is_ready
            && let Some(before) = before.take()
        {
            body.extend_from_slice(&before.call(hook));
        }
        is_ready |= line == INPUT;
        push_line(&mut body, line, parts);
    }
    let flag = if parts.made_dir { "new-dir" } else { "-" };
    let mut out = BString::from(format!("#!/bin/sh\n{MARK}{:016x} {flag} ({NOTICE})\n", checksum(flag, &body)));
    out.extend_from_slice(&body);
    out
}

/// The same as one shell command, to which git appends the arguments.
pub(super) fn command(hook: Hook, parts: &Parts<'_>) -> BString {
    let mut out = BString::from("f() {\n");
    for line in shim(hook).lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty()) {
        push_line(&mut out, line, parts);
    }
    out.extend_from_slice(b"}; f");
    out
}

fn push_line(out: &mut BString, line: &str, parts: &Parts<'_>) {
    out.extend_from_slice(line.as_bytes());
    match line {
        "program=" => out.extend_from_slice(&parts.program.map(quote).unwrap_or_default()),
        "later=" => out.extend_from_slice(&parts.later.map(quote).unwrap_or_default()),
        _ => {}
    }
    out.push(b'\n');
}

/// A line without what an installation has filled in.
pub(super) fn without_values(line: &[u8]) -> BString {
    let filled = ["program=", "later="].iter().find(|name| line.starts_with(name.as_bytes()));
    filled.map_or(line, |name| name.as_bytes()).into()
}

/// Whether `text`, a hook of ours, is as this version writes it, whatever program it names.
pub(super) fn is_of_this_version(hook: Hook, text: &[u8], before: Option<Before>) -> bool {
    let plain = |text: &[u8]| -> Vec<BString> { text.lines().skip(2).map(without_values).collect() };
    plain(text) == plain(&file(hook, &Parts { before, ..Parts::default() }))
}

/// Find out who wrote `text`.
pub(super) fn owner(text: &[u8]) -> HookOwner {
    let Some((_, rest)) = text.split_once_str(b"\n") else { return HookOwner::Other };
    let Some((mark, body)) = rest.split_once_str(b"\n") else { return HookOwner::Other };
    let Some(mark) = mark.strip_prefix(MARK.as_bytes()) else { return HookOwner::Other };
    let mut words = mark.fields();
    let (Some(sum), Some(flag)) = (words.next(), words.next().and_then(|flag| flag.to_str().ok())) else {
        return HookOwner::UsChanged;
    };
    if sum == format!("{:016x}", checksum(flag, body)).as_bytes() {
        HookOwner::Us { made_dir: flag == "new-dir" }
    } else {
        HookOwner::UsChanged
    }
}

/// True if a hook of the user calls us: by a line of theirs, or as a copy of the shim.
pub(super) fn calls_us(hook: Hook, text: &[u8]) -> bool {
    let calls = ["git agent hook", "git-agent hook", "\"$program\" hook"];
    // The shim of this one does it alone.
    let is_copy = hook == Hook::PrePush && text.contains_str("found=${found:-$to}");
    is_copy || calls.iter().any(|call| text.contains_str(format!("{call} {}", hook.name())))
}

fn quote(path: &Path) -> BString {
    in_single_quotes(path.as_os_str().as_bytes())
}

fn checksum(flag: &str, body: &[u8]) -> u64 {
    fnv::sum(flag.bytes().chain(body.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_file_is_recognized_until_it_is_modified() {
        let parts = Parts { program: Some(Path::new("/it's/git-agent")), made_dir: true, ..Parts::default() };
        for hook in Hook::ALL {
            let text = file(hook, &parts);
            let needs_program = hook != Hook::PrePush;
            assert_eq!(text.contains_str(r"program='/it'\''s/git-agent'"), needs_program, "{text}");
            assert_eq!(owner(&text), HookOwner::Us { made_dir: true });
            assert_eq!(owner(&text.replace("exit 0", "exit 1")), HookOwner::UsChanged);
            assert_eq!(owner(shim(hook).as_bytes()), HookOwner::Other);
            assert!(calls_us(hook, shim(hook).as_bytes()), "a copied shim");
        }
        assert_eq!(owner(b""), HookOwner::Other);
    }

    #[test]
    fn a_command_ends_where_arguments_can_follow() {
        let text = command(Hook::CommitMsg, &Parts { later: Some(Path::new("h")), ..Parts::default() });
        assert!(text.starts_with(b"f() {\nprogram=\nlater='h'\n") && text.ends_with(b"exit 0\n}; f"), "{text}");
        assert!(!text.contains_str("#"));
    }
}
