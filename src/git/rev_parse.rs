//! `git rev-parse`: what the revisions on a command line name, seen from the current directory.

use std::{ffi::OsStr, path::Path};

use bstr::{BStr, ByteSlice as _};
use gix::ObjectId;

use super::{
    cmd::{self, Git},
    refs::Refs,
    repo::Repo,
};
use crate::error::Result;

/// The revisions of a command line: `A..B` includes B and excludes A.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revisions {
    /// Objects whose history is included, in the order of the arguments.
    pub included: Vec<ObjectId>,
    /// Objects whose history is excluded.
    pub excluded: Vec<ObjectId>,
}

/// The revisions among `words`; paths and options are skipped.
///
/// # Errors
///
/// `git-failed` when a range names no revision.
pub fn revisions<W: AsRef<OsStr>>(words: &[W]) -> Result<Revisions> {
    let mut revisions = Revisions::default();
    if words.is_empty() {
        return Ok(revisions);
    }
    let answer = Git::here().args(["rev-parse", "--revs-only", "--no-flags"]).args(words).run()?;
    for line in answer.lines() {
        let (list, hex) = match line.strip_prefix(b"^") {
            Some(hex) => (&mut revisions.excluded, hex),
            None => (&mut revisions.included, line),
        };
        list.extend(ObjectId::from_hex(hex).ok());
    }
    Ok(revisions)
}

/// Whether `words` are one revision that names an object.
pub fn is_revision<W: AsRef<OsStr>>(words: &[W]) -> Result<bool> {
    Ok(verify().args(words).output()?.status.success())
}

/// The commit that `revision` names; of a tag, the tagged one.
pub fn commit(revision: &str) -> Result<Option<ObjectId>> {
    Ok(cmd::id(&verify().arg(format!("{revision}^{{commit}}")).output()?.stdout))
}

/// The object that `word` names in `repo`, by gix in this process: without what it does not know.
pub fn object(repo: &Repo, word: &BStr) -> Option<ObjectId> {
    repo.gix().rev_parse_single(word).ok().map(gix::Id::detach)
}

/// Where git looks for a ref that is named by the end of its name (`gitrevisions(7)`).
const PLACES: [(&str, &str); 5] =
    [("refs/", ""), ("refs/tags/", ""), ("refs/heads/", ""), ("refs/remotes/", ""), ("refs/remotes/", "/HEAD")];

/// Whether it is certain, without asking git, that `revision` names nothing: it can be no more than the name of a ref, and there is none.
pub(super) fn names_nothing(repo: &Repo, revision: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit());
    // Not `@`, no operator; not the beginning of an id, nor what 'git describe' says (`v1-2-gabc123`).
    let may_be_id = is_hex(revision) || revision.rsplit_once("-g").is_some_and(|(_, id)| is_hex(id));
    if repo.refs() != Refs::Files || !revision.chars().all(is_of_name) || may_be_id {
        return false;
    }
    let is_file = |dir: &Path| dir.join(revision).symlink_metadata().is_ok();
    let is_ref = |(before, after): (&str, &str)| {
        !matches!(repo.gix().try_find_reference(&format!("{before}{revision}{after}")), Ok(None))
    };
    !is_file(repo.git_dir()) && !is_file(repo.common_dir()) && !PLACES.into_iter().any(is_ref)
}

fn verify() -> Git {
    Git::here().args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What git makes of `word`, and what is known without asking it.
    fn asked(dir: &Path, word: &str) -> (bool, bool) {
        let git = Git::new(dir).args(["rev-parse", "--verify", "--quiet", "--end-of-options", word]);
        let repo = Repo::discover(dir).unwrap();
        (git.output().unwrap().status.success(), names_nothing(&repo, word))
    }

    #[test]
    fn what_git_finds_is_never_said_to_name_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let run = |words: &[&str]| drop(Git::new(dir.path()).args(words).run().unwrap());
        run(&["init", "--quiet", "."]);
        run(&["-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "--allow-empty", "-m", "one"]);
        let head = String::from_utf8(Git::new(dir.path()).args(["rev-parse", "HEAD"]).run().unwrap()).unwrap();
        for name in ["heads/t-1", "tags/t-2", "remotes/o/HEAD", "remotes/p", "odd", "heads/T-3"] {
            run(&["update-ref", &format!("refs/{name}"), "HEAD"]);
        }
        run(&["pack-refs", "--all"]);
        run(&["update-ref", "refs/heads/loose", "HEAD"]);
        run(&["update-ref", "ORIG_HEAD", "HEAD"]);
        let id = head.trim();
        let described = format!("v1-2-g{}", &id[..7]);
        for word in ["t-1", "t-2", "o", "p", "odd", "T-3", "loose", "ORIG_HEAD", "HEAD", "@", &id[..7], id, &described]
        {
            assert_eq!(asked(dir.path(), word), (true, false), "{word}");
        }
        for word in ["t-9", "T-000042", "no_such", "0-g"] {
            assert!(!asked(dir.path(), word).0, "{word}");
        }
        assert!(asked(dir.path(), "t-9").1 && asked(dir.path(), "T-000042").1);
    }
}
