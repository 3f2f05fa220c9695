//! The message of the commit of a rollback.

use bstr::{BString, ByteSlice as _};

use super::Mode;
use crate::domain::{
    id::TaskId,
    text,
    trailer::{
        Rules,
        block::{Syntax, Trailer},
        insert::{Form, insert},
    },
};

/// The trailer that names a commit which is in force no more.
pub const REVERTS: &str = "Reverts";
/// The trailer that names the snapshot taken before.
pub const SNAPSHOT: &str = "Agent-Rollback";

/// The facts for the commit message of a rollback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The prefix of the subject: `agent.subjectPrefix`.
    pub prefix: String,
    pub task: TaskId,
    /// The restored state: `t-1@2`, `snapshot 01K…`.
    pub to: String,
    /// [`Mode::Restore`] or [`Mode::Revert`].
    pub mode: Mode,
    /// The commits that are undone.
    pub undone: Vec<Undone>,
    /// Whether the rollback is limited to some paths.
    pub parts: bool,
    /// The rules for writing trailers.
    pub rules: Rules,
}

/// A commit that a rollback undoes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The full commit id, in hex.
    pub commit: String,
    /// For a merge: the full id of the parent that it is reverted to, in hex.
    pub mainline: Option<String>,
}

impl Message {
    /// The whole message; `snapshot` is the id of what was there before.
    ///
    /// Each commit is named twice: by the line that `git revert` writes, for people and for git-agent's own log, and by a
    /// trailer, for programs. When only some paths are undone, the commits stay in force, and neither says otherwise.
    pub fn compose(&self, snapshot: &str) -> BString {
        let Message { prefix, task, to, .. } = self;
        let prefix = text::prefix(prefix);
        let mut text = format!("{prefix}Roll back {task} to {to}\n");
        let lines: Vec<String> = self.undone.iter().map(|undone| self.line(undone)).collect();
        if !lines.is_empty() {
            text.push_str(&format!("\n{}\n", lines.join("\n")));
        }
        let trailer = |key: &[u8], value: &str| Trailer { key: key.as_bstr().to_owned(), value: value.into() };
        let mut trailers = vec![trailer(self.rules.key(), task.as_str())];
        if !self.parts {
            trailers.extend(self.undone.iter().map(|undone| trailer(REVERTS.as_bytes(), &undone.commit)));
        }
        trailers.push(trailer(SNAPSHOT.as_bytes(), snapshot));
        insert(text.as_bytes(), &trailers, Form::Kept, &Syntax::default()).unwrap_or_else(|| text.into())
    }

    fn line(&self, undone: &Undone) -> String {
        let Undone { commit, mainline } = undone;
        match mainline {
            _ if self.parts => format!("This partially reverts commit {commit}."),
            Some(parent) => format!("This reverts commit {commit}, reversing\nchanges made to {parent}."),
            None => format!("This reverts commit {commit}."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trailer::{block, reverts::reverts};

    fn message() -> Message {
        let undone = |commit: &str, mainline: Option<&str>| Undone {
            commit: commit.repeat(40),
            mainline: mainline.map(|parent| parent.repeat(40)),
        };
        Message {
            prefix: String::new(),
            task: TaskId::parse("t-1").unwrap(),
            to: "t-1@2".into(),
            mode: Mode::Revert,
            undone: vec![undone("b", None), undone("a", Some("9"))],
            parts: false,
            rules: Rules::default(),
        }
    }

    #[test]
    fn says_what_it_reverts_twice() {
        let text = message().compose("01J");
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let nine = "9".repeat(40);
        assert_eq!(
            text,
            format!(
                "Roll back t-1 to t-1@2\n\nThis reverts commit {b}.\nThis reverts commit {a}, reversing\nchanges made to \
                 {nine}.\n\nTask-Id: t-1\nReverts: {b}\nReverts: {a}\nAgent-Rollback: 01J\n"
            )
        );
        assert_eq!(reverts(&text).collect::<Vec<_>>(), [&b, &a]);
        assert_eq!(block::ids(&text, &Rules::default(), &Syntax::default()), ["t-1"]);
    }

    #[test]
    fn parts_of_commits_leave_them_in_force() {
        let text = Message { parts: true, prefix: "[a]\n ".into(), ..message() }.compose("01J");
        assert!(text.starts_with(b"[a] Roll back t-1") && !text.contains_str("Reverts:"), "{text}");
        assert_eq!(reverts(&text).count(), 0);
        let bare = Message { undone: Vec::new(), mode: Mode::Restore, ..message() }.compose("01J");
        assert_eq!(bare, "Roll back t-1 to t-1@2\n\nTask-Id: t-1\nAgent-Rollback: 01J\n");
    }
}
