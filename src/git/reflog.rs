//! Reflogs: what happened to HEAD in this worktree, or to another ref, and when.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{files, refs::Refs, repo::Repo};
use crate::error::{Context as _, Result};

/// An entry of a reflog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The previous value; `None` if it is unknown, or the ref was created.
    pub old: Option<ObjectId>,
    pub new: ObjectId,
    /// The time, in seconds since the epoch.
    pub seconds: i64,
    /// The reason: `commit: subject`, `rebase (pick): …`.
    pub message: BString,
}

/// The moves of HEAD in this worktree at `since` (seconds) or later, oldest first. None where git keeps no reflog.
pub fn of_head(repo: &Repo, since: i64) -> Result<Vec<Move>> {
    let mut moves = match repo.refs() {
        Refs::Files => read_file(&head_file(repo))?,
        Refs::Binary => ask_git(repo, "HEAD")?,
    };
    moves.retain(|entry| entry.seconds >= since);
    Ok(moves)
}

/// The length of HEAD's reflog in this worktree, in bytes, for [`of_head_after`]; 0 where it is not a file, or there is none.
pub fn length(repo: &Repo) -> u64 {
    std::fs::metadata(head_file(repo)).map_or(0, |meta| meta.len())
}

/// The moves of HEAD in this worktree since its reflog was `length` bytes long, oldest first; all of them where it was rewritten
/// since, or is not a file.
pub fn of_head_after(repo: &Repo, length: u64) -> Result<Vec<Move>> {
    let path = head_file(repo);
    let read = || -> std::io::Result<Option<Vec<u8>>> {
        let mut file = std::fs::File::open(&path)?;
        let Some(before) = length.checked_sub(1) else { return Ok(None) };
        file.seek(SeekFrom::Start(before))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        // It is the end of a line that the new ones come after.
        Ok(text.strip_prefix(b"\n").map(<[u8]>::to_vec))
    };
    match (repo.refs(), read()) {
        (Refs::Files, Ok(Some(text))) => Ok(text.lines().filter_map(of_file).collect()),
        _ => of_head(repo, i64::MIN),
    }
}

fn head_file(repo: &Repo) -> PathBuf {
    repo.git_dir().join("logs/HEAD")
}

/// The moves of the ref `name`, which is not a worktree's own, oldest first. None where git keeps no reflog.
pub fn of_ref(repo: &Repo, name: &str) -> Result<Vec<Move>> {
    match repo.refs() {
        Refs::Files => read_file(&repo.common_dir().join("logs").join(name)),
        Refs::Binary => ask_git(repo, name),
    }
}

fn read_file(path: &Path) -> Result<Vec<Move>> {
    let text = files::read(path).or_environment(|| format!("cannot read '{}'", path.display()))?;
    Ok(text.lines().filter_map(of_file).collect())
}

fn ask_git(repo: &Repo, name: &str) -> Result<Vec<Move>> {
    let words = ["log", "--walk-reflogs", "-z", "--no-show-signature", "--date=raw", "--format=%H%n%gd%n%gs"];
    // Without a commit there is no reflog, and git says so with exit code 128.
    let answer = repo.git().args(words).args([name, "--"]).output()?.stdout;
    let mut moves: Vec<Move> = answer.split(|byte| *byte == 0).filter_map(of_git).collect();
    moves.reverse();
    // Each was moved from where the one before it had gone.
    for at in 1..moves.len() {
        moves[at].old = Some(moves[at - 1].new);
    }
    Ok(moves)
}

/// `<old> <new> <name> <mail> <seconds> <zone>\t<message>`, or without the message.
fn of_file(line: &[u8]) -> Option<Move> {
    let (head, message) = line.split_once_str("\t").unwrap_or((line, b""));
    let mut ids = head.splitn_str(3, " ").map(|hex| ObjectId::from_hex(hex).ok());
    let (old, new) = (ids.next()?.filter(|old| !old.is_null()), ids.next()??);
    let seconds = head.rsplitn_str(3, " ").nth(1)?.to_str().ok()?.parse().ok()?;
    Some(Move { old, new, seconds, message: message.into() })
}

/// `<new>`, `HEAD@{<seconds> <zone>}`, `<message>` on three lines.
fn of_git(record: &[u8]) -> Option<Move> {
    let mut lines = record.lines();
    let new = ObjectId::from_hex(lines.next()?).ok()?;
    let (_, time) = lines.next()?.split_once_str("@{")?;
    let seconds = time.splitn_str(2, " ").next()?.to_str().ok()?.parse().ok()?;
    Some(Move { old: None, new, seconds, message: lines.next().unwrap_or_default().into() })
}

impl Move {
    /// Whether a person or an agent made a commit here with `git commit`; not a pick, a merge, a pull.
    pub fn is_commit(&self) -> bool {
        let by_hand = ["commit:", "commit (initial):", "commit (amend):", "commit (merge):"];
        by_hand.iter().any(|start| self.message.starts_with(start.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_forms() {
        let id = "18787853fab2e9a6721ffff45aebcbe4381f18d4";
        let line = format!("{id} {id} A U Thor <a@b> 1767323046 +0100\tcommit (initial): one two");
        let entry = of_file(line.as_bytes()).unwrap();
        assert_eq!((entry.seconds, entry.is_commit()), (1_767_323_046, true));
        assert_eq!(
            of_git(format!("{id}\nHEAD@{{1767323046 +0100}}\ncommit (initial): one two").as_bytes()),
            // Where it came from is in the record before it.
            Some(Move { old: None, ..entry })
        );
        // As 'git update-ref' without '-m' writes it.
        let bare = of_file(line.split('\t').next().unwrap().as_bytes()).unwrap();
        assert_eq!((bare.seconds, bare.message.is_empty()), (1_767_323_046, true));
        assert_eq!(of_file(b"rubbish"), None);
    }

    #[test]
    fn replayed_commits_are_not_made_here() {
        let entry = |message: &str| Move {
            old: None,
            new: ObjectId::null(gix::hash::Kind::Sha1),
            seconds: 0,
            message: message.into(),
        };
        for other in [
            "cherry-pick: x",
            "commit (cherry-pick): x",
            "rebase (pick): x",
            "pull: Fast-forward",
            "merge b: x",
            "reset: moving to HEAD~",
        ] {
            assert!(!entry(other).is_commit(), "{other}");
        }
    }
}
