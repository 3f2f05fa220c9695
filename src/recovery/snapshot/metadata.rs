//! The message of a snapshot: what it is, for people who run `git show`, and for us.

use bstr::{BString, ByteSlice as _};
use ulid::Ulid;

use super::{FORMAT, Metadata, SnapshotKind};
use crate::{
    domain::{
        id::TaskId,
        message::{Fields, Writer},
        session::SessionId,
        text,
        time::Timestamp,
    },
    git::Head,
};

/// What the first line begins with, before the version.
const TITLE: &[u8] = b"git-agent snapshot ";

impl Metadata {
    /// The message of the commit of snapshot `id`.
    pub fn to_message(&self, id: Ulid) -> BString {
        let title = match self.message.as_str() {
            "" => format!("git-agent snapshot {FORMAT}"),
            message => format!("git-agent snapshot {FORMAT}: {}", one_line(message)),
        };
        let mut text = Writer::new(title);
        text.field("Snapshot", id.to_string());
        text.field("Kind", self.kind.as_str());
        text.field("At", self.at.to_string());
        text.field("By", one_line(&self.by));
        text.field("Worktree", one_line(&self.worktree));
        text.field("Head", self.head.to_line());
        self.session.iter().for_each(|session| text.field("Session", session.to_string()));
        self.tasks.iter().for_each(|task| text.field("Task-Id", task.as_str()));
        text.finish()
    }

    /// What the message of a snapshot says: the version of its format, its id, and the rest. `None`: it is not one.
    pub fn from_message(message: &[u8]) -> Option<(u32, Ulid, Metadata)> {
        let (title, body) = message.split_once_str("\n\n")?;
        let title = title.strip_prefix(TITLE)?;
        let (format, message) = title.split_once_str(": ").unwrap_or((title, b""));
        let format = format.to_str().ok()?.parse().ok()?;
        let fields = Fields::of(body);
        let text = |name: &str| fields.text(name);
        let about = Metadata {
            kind: SnapshotKind::from_word(text("Kind")?)?,
            message: message.to_str_lossy().into_owned(),
            at: Timestamp::parse(text("At")?).ok()?,
            by: text("By")?.to_owned(),
            worktree: text("Worktree")?.to_owned(),
            head: Head::from_line(fields.values("Head").next()?)?,
            session: text("Session").and_then(SessionId::parse),
            tasks: fields.values("Task-Id").filter_map(|id| TaskId::parse(id.to_str().ok()?).ok()).collect(),
        };
        Some((format, Ulid::from_string(text("Snapshot")?).ok()?, about))
    }
}

fn one_line(text: &str) -> String {
    text.trim().replace(text::is_hostile, " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::ObjectId;

    #[test]
    fn the_message_is_the_documented_one_and_is_read_back() {
        let commit = ObjectId::from_hex(&[b'9'; 40]).ok();
        let about = Metadata {
            kind: SnapshotKind::Guard,
            message: "before 'git reset --hard': really".into(),
            at: Timestamp::from_millis(1_763_822_100_000),
            by: "claude@devbox".into(),
            worktree: "main".into(),
            head: Head { commit, branch: Some(b"refs/heads/\xff".into()) },
            session: SessionId::parse("claude/6f1c"),
            tasks: vec![TaskId::parse("t-1").unwrap()],
        };
        let id = Ulid::from_parts(1_763_822_100_000, 1);
        let message = about.to_message(id);
        insta::assert_snapshot!(message.to_str_lossy(), @"
        git-agent snapshot 1: before 'git reset --hard': really

        Snapshot: 01KANZTQH00000000000000001
        Kind: guard
        At: 2025-11-22T14:35:00.000Z
        By: claude@devbox
        Worktree: main
        Head: refs/heads/� 9999999999999999999999999999999999999999
        Session: claude/6f1c
        Task-Id: t-1
        ");
        assert_eq!(Metadata::from_message(&message), Some((1, id, about.clone())));
        for head in [Head { commit, branch: None }, Head { commit: None, branch: Some("refs/heads/a".into()) }] {
            let about =
                Metadata { head, message: String::new(), kind: SnapshotKind::Safety, session: None, ..about.clone() };
            assert_eq!(Metadata::from_message(&about.to_message(id)), Some((1, id, about)));
        }
    }

    #[test]
    fn a_message_cannot_add_a_field() {
        let about = Metadata {
            kind: SnapshotKind::Manual,
            message: "x\n\nSnapshot: y\nWorktree: other".into(),
            at: Timestamp::EPOCH,
            by: "a\nWorktree: b".into(),
            worktree: "main".into(),
            head: Head { commit: None, branch: None },
            session: None,
            tasks: Vec::new(),
        };
        let (_, _, read) = Metadata::from_message(&about.to_message(Ulid::nil())).unwrap();
        assert_eq!(read.worktree, "main");
        assert_eq!(read.message, "x  Snapshot: y Worktree: other");
    }

    #[test]
    fn other_commits_are_no_snapshots() {
        for message in ["", "git-agent snapshot 1", "git-agent snapshot one\n\nKind: manual\n", "fix\n\nKind: manual\n"]
        {
            assert_eq!(Metadata::from_message(message.as_bytes()), None, "{message}");
        }
    }
}
