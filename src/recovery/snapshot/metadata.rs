//! The message of a snapshot: what it is, for people who run `git show`, and for us.

use bstr::{BString, ByteSlice as _, ByteVec as _};
use ulid::Ulid;

use super::{FORMAT, Metadata, SnapshotKind};
use crate::{
    domain::{id::TaskId, session::SessionId, text, time::Timestamp},
    git::{Head, ObjectId},
};

/// What the first line begins with, before the version.
const TITLE: &[u8] = b"git-agent snapshot ";

impl Metadata {
    /// The message of the commit of snapshot `id`.
    pub fn to_message(&self, id: Ulid) -> BString {
        let mut message = BString::from(format!("git-agent snapshot {FORMAT}"));
        if !self.message.is_empty() {
            message.push_str(format!(": {}", one_line(&self.message)));
        }
        message.push_str("\n\n");
        let mut field = |name: &str, value: &[u8]| {
            message.push_str(format!("{name}: "));
            message.push_str(value);
            message.push(b'\n');
        };
        field("Snapshot", id.to_string().as_bytes());
        field("Kind", self.kind.as_str().as_bytes());
        field("At", self.at.to_string().as_bytes());
        field("By", one_line(&self.by).as_bytes());
        field("Worktree", one_line(&self.worktree).as_bytes());
        field("Head", &head(&self.head));
        self.session.iter().for_each(|session| field("Session", session.to_string().as_bytes()));
        self.tasks.iter().for_each(|task| field("Task-Id", task.as_str().as_bytes()));
        message
    }

    /// What the message of a snapshot says: the version of its format, its id, and the rest. `None`: it is not one.
    pub fn from_message(message: &[u8]) -> Option<(u32, Ulid, Metadata)> {
        let (title, body) = message.split_once_str("\n\n")?;
        let title = title.strip_prefix(TITLE)?;
        let (format, message) = title.split_once_str(": ").unwrap_or((title, b""));
        let format = format.to_str().ok()?.parse().ok()?;
        let values = |name: &str| {
            let prefix = format!("{name}: ");
            body.lines().filter_map(move |line| line.strip_prefix(prefix.as_bytes()))
        };
        let text = |name: &str| values(name).next().and_then(|value| value.to_str().ok());
        let kind = text("Kind")?;
        let about = Metadata {
            kind: SnapshotKind::from_word(kind)?,
            message: message.to_str_lossy().into_owned(),
            at: Timestamp::parse(text("At")?).ok()?,
            by: text("By")?.to_owned(),
            worktree: text("Worktree")?.to_owned(),
            head: read_head(values("Head").next()?)?,
            session: text("Session").and_then(SessionId::parse),
            tasks: values("Task-Id").filter_map(|id| TaskId::parse(id.to_str().ok()?).ok()).collect(),
        };
        Some((format, Ulid::from_string(text("Snapshot")?).ok()?, about))
    }
}

fn one_line(text: &str) -> String {
    text.trim().replace(text::is_hostile, " ")
}

fn head(head: &Head) -> BString {
    let branch = head.branch.clone().unwrap_or_else(|| "(detached)".into());
    let commit = head.commit.map_or_else(|| "(unborn)".to_owned(), |commit| commit.to_string());
    [branch.as_slice(), b" ", commit.as_bytes()].concat().into()
}

fn read_head(text: &[u8]) -> Option<Head> {
    let (branch, commit) = text.rsplit_once_str(" ")?;
    Some(Head {
        branch: (branch != b"(detached)").then(|| branch.into()),
        commit: match commit {
            b"(unborn)" => None,
            hex => Some(ObjectId::from_hex(hex).ok()?),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
