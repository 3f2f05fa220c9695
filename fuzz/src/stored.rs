//! Snapshots and operations as a fetch brings them: shown or refused, never ours, and no path of theirs leads elsewhere.

use std::{fs, path::Path};

use bstr::{BStr, ByteSlice as _};
use git_agent::{
    git::{ObjectId, Repo, objects::Batch},
    recovery::{
        operation::{Contents, OpLog},
        snapshot::{self, Metadata, WorktreeState},
    },
};
use ulid::Ulid;

use super::{
    Choices,
    trees::{Store, build, store},
};

/// Names in the trees of snapshots and operations, and such as lead elsewhere.
const NAMES: [&str; 24] = [
    "worktree",
    "staged",
    "merged",
    "rules",
    "state",
    "unmerged.lst",
    "flags.lst",
    "raw.lst",
    "dirs.lst",
    "skipped.lst",
    "submodules.lst",
    "before",
    "after",
    "late",
    "paths.lst",
    "a",
    "b",
    ".git",
    "..",
    ".GIT",
    "git~1",
    "MERGE_HEAD",
    "rebase-merge",
    "hooks",
];

/// The commit of a snapshot.
pub fn snapshot(data: &[u8]) {
    Store::with(|dir, repo| {
        let (commit, message) = commit(repo, data);
        let said = Metadata::from_message(message);
        if let Some((_, id, about)) = &said {
            let again = Metadata::from_message(&about.to_message(*id));
            let cleaned = again.as_ref().map(|(_, id, about)| about.to_message(*id));
            assert_eq!(cleaned, Some(about.to_message(*id)), "a message is written differently the second time");
        }
        let id = said.map_or(Ulid::nil(), |(_, id, _)| id);
        point(dir, &snapshot::ref_name(id), commit);
        let listed = snapshot::list(repo).expect("a list");
        assert_eq!(listed.snapshots.len() + listed.damaged.len(), 1);
        let Some(found) = listed.snapshots.first() else { return };
        assert!(found.is_foreign, "nothing here was sealed");
        assert!(snapshot::last_of(repo, &found.about.worktree).expect("an answer").is_none());
        if let Ok(moment) = snapshot::load(repo, found) {
            check(&moment);
        }
    });
}

/// The commit of an operation.
pub fn operation(data: &[u8]) {
    Store::with(|dir, repo| {
        let (commit, _) = commit(repo, data);
        point(dir, "refs/agent/ops/main", commit);
        let log = OpLog::of(repo).expect("a log");
        assert_eq!(log.own().count(), 0, "nothing here was sealed");
        assert!(log.interrupted().expect("an answer").is_none());
        let Some(Ok(recorded)) = log.entries().next() else { return };
        assert!(recorded.is_foreign && log.has_foreign());
        recorded.touched.iter().for_each(|touched| safe(touched.path.as_bstr()));
        // What is written here is read as it was.
        let contents = Contents {
            before: recorded.before,
            after: recorded.after,
            touched: recorded.touched.clone(),
            late: recorded.late,
        };
        let mut batch = Batch::default();
        let change = log.stage(&mut batch, &recorded.operation, &contents, None).expect("a commit");
        batch.write(repo).expect("it can be written");
        point(dir, "refs/agent/ops/main", change.new.expect("a new commit"));
        let again = OpLog::of(repo).expect("a log").last();
        if let Ok(Some(again)) = again {
            assert!(!again.is_foreign);
            assert_eq!((again.touched, again.before, again.after), (recorded.touched, recorded.before, recorded.after));
            assert_eq!(again.operation.id, recorded.operation.id);
            assert_eq!(
                (again.operation.before, again.operation.after),
                (recorded.operation.before, recorded.operation.after)
            );
        } else {
            panic!("{again:?} of {:?}", recorded.operation);
        }
    });
}

/// A commit: its message, then blobs, then trees.
fn commit<'d>(repo: &Repo, data: &'d [u8]) -> (ObjectId, &'d [u8]) {
    let mut choices = Choices(data);
    let is_raw = choices.below(16) == 15;
    let message = data.split(|byte| *byte == 0).nth(1).unwrap_or_default();
    let mut choices = Choices(data.get(message.len() + 2..).unwrap_or_default());
    let blobs: Vec<ObjectId> = (0..4).map(|_| store(repo, gix::objs::Kind::Blob, choices.bytes())).collect();
    let names = |choices: &mut Choices<'_>| match choices.below(NAMES.len() + 1) {
        at if at < NAMES.len() => NAMES[at].as_bytes().to_vec(),
        _ => choices.bytes().to_vec(),
    };
    let root = build(repo, &mut choices, &names, &blobs);
    let bytes = match is_raw {
        true => data.to_vec(),
        false => {
            let header = format!("tree {root}\nauthor e <e@e> 1 +0000\ncommitter e <e@e> 1 +0000\n\n");
            [header.as_bytes(), message].concat()
        }
    };
    (store(repo, gix::objs::Kind::Commit, &bytes), message)
}

fn point(dir: &Path, name: &str, id: ObjectId) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
    fs::write(path, format!("{id}\n")).expect("a ref");
}

/// No path of `moment` leads into a git directory or out of the work tree.
fn check(moment: &WorktreeState) {
    let paths = moment.flags.keys().chain(moment.raw.keys()).chain(moment.dirs.keys());
    let paths = paths.chain(moment.unmerged.iter().map(|conflict| &conflict.path));
    paths.chain(moment.submodules.iter().map(|module| &module.path)).for_each(|path| {
        safe(path.strip_suffix(b"/").unwrap_or(path).as_bstr());
    });
    for path in moment.in_progress.keys() {
        let first = path.split_str("/").next().unwrap_or_default();
        let is_of_an_operation = first.ends_with(b"_HEAD")
            || first.ends_with(b"_MSG")
            || first.ends_with(b"_MODE")
            || first.starts_with(b"rebase-")
            || first.starts_with(b"BISECT_")
            || [&b"sequencer"[..], b"AUTO_MERGE", b"MERGE_RR"].contains(&first);
        assert!(is_of_an_operation, "'{path}' comes back into the git directory");
        path.split_str("/").for_each(|name| assert!(!matches!(name, b"" | b"." | b".."), "{path}"));
    }
}

fn safe(path: &BStr) {
    assert!(!path.contains(&0) && path.len() <= 4096, "{path}");
    for name in path.split_str("/") {
        let plain: Vec<u8> = name.to_ascii_lowercase();
        let plain = plain.trim_end_with(|c| matches!(c, '.' | ' '));
        assert!(
            !matches!(plain, b"" | b".git" | b"git~1") || name.iter().all(|byte| *byte == b' ') && !name.is_empty(),
            "{path}"
        );
        assert!(!matches!(name, b"." | b".."), "{path}");
    }
}
