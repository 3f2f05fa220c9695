//! The command that runs this hook: is it `git commit --amend`, and with which `--cleanup`?
//!
//! Git tells its hooks about an amend only when the message is kept, and loses the trailers when it is not. The best
//! witness is the command line, which Linux shows in `/proc`. Elsewhere it is the author date: an amended commit keeps it.
//! A new commit in the same second as its parent has the same date, so a date of just now proves nothing: a commit that
//! loses a task is better than one that gets a wrong one.

use bstr::BString;

use crate::{
    domain::{text::file_name, time::Timestamp},
    git::processes,
};

/// What the command line of a git says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `git commit`.
    Commit {
        /// Whether `--amend` was given.
        amends: bool,
        /// The value of `--cleanup`.
        cleanup: Option<BString>,
    },
    /// Another command.
    Other,
    /// The command line of git cannot be determined.
    Unknown,
}

/// Options of git itself that take the next word as their value.
const WITH_VALUE: [&[u8]; 7] =
    [b"-c", b"-C", b"--git-dir", b"--work-tree", b"--namespace", b"--exec-path", b"--config-env"];

/// How many ancestors are examined: shim, `timeout`, a hook manager or two.
const GENERATIONS: usize = 8;

/// The author date that git hands to hooks (`@1700000000 +0100`) as it stands in a commit.
pub fn date_of_environment() -> Option<String> {
    let date = std::env::var("GIT_AUTHOR_DATE").ok()?;
    Some(date.strip_prefix('@').unwrap_or(&date).to_owned())
}

/// Read the command line of the git that runs this hook.
pub fn ask() -> Command {
    let judged = processes::command_lines_above().take(GENERATIONS).find_map(|words| {
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        judge(&words)
    });
    judged.unwrap_or(Command::Unknown)
}

/// True if HEAD's author date, and no reason to believe that it is a coincidence, says so.
pub fn date_says_so(environment: &str, head: Option<&str>, now: Timestamp) -> bool {
    let seconds: Option<i64> = environment.split(' ').next().and_then(|text| text.parse().ok());
    head == Some(environment) && seconds.is_some_and(|seconds| (seconds + 2).saturating_mul(1000) < now.millis())
}

/// What a command line means; `None` if it is not git's.
fn judge(words: &[&[u8]]) -> Option<Command> {
    // The program's own loader may stand before it.
    let git = words.iter().take(8).position(|word| matches!(file_name(word), b"git" | b"git-commit"))?;
    let mut rest = words[git + 1..].iter();
    if !words[git].ends_with(b"git-commit") {
        let command = loop {
            match rest.next() {
                Some(option) if WITH_VALUE.contains(option) => drop(rest.next()),
                Some(option) if option.starts_with(b"-") => {}
                // `--argv0 git /usr/bin/git`: git's name comes twice behind a loader.
                Some(word) if file_name(word) == b"git" => {}
                Some(word) => break *word,
                None => return Some(Command::Unknown),
            }
        };
        if command != b"commit" {
            return Some(Command::Other);
        }
    }
    let options: Vec<&[u8]> = rest.copied().take_while(|word| *word != b"--").collect();
    let amends = options.iter().any(|word| word.starts_with(b"--am") && b"--amend".starts_with(word));
    let cleanup = options.iter().enumerate().rev().find_map(|(at, word)| match word.strip_prefix(b"--cleanup")? {
        b"" => options.get(at + 1).copied(),
        value => value.strip_prefix(b"="),
    });
    Some(Command::Commit { amends, cleanup: cleanup.map(BString::from) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(line: &str) -> Option<Command> {
        judge(&line.split(' ').map(str::as_bytes).collect::<Vec<_>>())
    }

    #[test]
    fn command_lines_are_judged() {
        let commit =
            |amends, cleanup: Option<&str>| Some(Command::Commit { amends, cleanup: cleanup.map(BString::from) });
        for line in [
            "git commit --amend -m x",
            "/usr/bin/git -c a=b commit -q --am",
            "ld.so --argv0 git /x/git commit --amend",
            "git-commit --amend",
        ] {
            assert_eq!(judged(line), commit(true, None), "{line}");
        }
        assert_eq!(judged("git commit -m x --cleanup=strip"), commit(false, Some("strip")));
        assert_eq!(judged("git -C commit commit --cleanup strip -- --amend"), commit(false, Some("strip")));
        for line in ["git revert HEAD", "/usr/lib/git-core/git rebase -i --amend"] {
            assert_eq!(judged(line), Some(Command::Other), "{line}");
        }
        for line in ["sh .git/hooks/commit-msg x", "timeout -k 1 10 git-agent hook commit-msg", "make"] {
            assert_eq!(judged(line), None, "{line}");
        }
    }

    #[test]
    fn a_date_of_just_now_proves_nothing() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        assert!(date_says_so("100 +0000", Some("100 +0000"), at(103)));
        assert!(!date_says_so("100 +0000", Some("100 +0000"), at(102)));
        assert!(!date_says_so("100 +0100", Some("100 +0000"), at(200)));
        assert!(!date_says_so("100 +0000", None, at(200)));
    }
}
