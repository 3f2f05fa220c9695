//! What an operation touches is in its snapshot, or the operation does not begin. Through the library, as operations use it.

use bstr::{BString, ByteSlice as _};
use git_agent::{
    domain::time::Timestamp,
    git::{ObjectId, RefChange, RefError, Repo},
    recovery::snapshot::{self, Metadata, Snapshot, SnapshotKind, WorktreeState},
};

use crate::snapshot_capture::{stored, tree, with_files};
use crate::support::{Layout, TestRepo, gits};

fn store(repo: &TestRepo, paths: &[&str]) -> Result<(Snapshot, WorktreeState), git_agent::error::Error> {
    store_and(repo, paths, &[])
}

fn store_and(
    repo: &TestRepo,
    paths: &[&str],
    and: &[RefChange],
) -> Result<(Snapshot, WorktreeState), git_agent::error::Error> {
    let repo = Repo::discover(repo.path()).unwrap();
    let mut captured = snapshot::capture(&repo)?;
    let paths: Vec<BString> = paths.iter().map(|path| BString::from(*path)).collect();
    captured.touch(&paths)?;
    let about = Metadata {
        kind: SnapshotKind::Safety,
        message: "rollback".into(),
        at: Timestamp::from_seconds(1_767_400_000),
        by: "test".into(),
        worktree: repo.worktree_name(),
        head: captured.head().clone(),
        session: None,
        tasks: Vec::new(),
    };
    captured.store(about, and)
}

#[test]
fn clean_ignored_and_large_files_are_taken_as_they_are() {
    let repo = with_files(TestRepo::new());
    repo.git(&["config", "agent.maxFileSize", "20"]).success();
    repo.write(".gitignore", "*.o\nignored/\n");
    repo.write("x.o", "ignored\n");
    repo.write("ignored/deep/y", "ignored, too\n");
    std::fs::create_dir_all(repo.path().join("ignored/empty")).unwrap();
    repo.write("large", "x".repeat(21));
    repo.write("dir/sub/new.o", "z");
    let (snapshot, moment) = store(&repo, &["b.txt", "x.o", "ignored", "large", "dir/sub", "nowhere"]).unwrap();
    let name = snapshot.ref_name();
    assert_eq!(
        tree(&repo, &name, "worktree"),
        [
            "100644 .gitignore",
            "100644 a.txt",
            "100644 b.txt",
            "100644 dir/c",
            "100644 dir/sub/d",
            "100644 dir/sub/new.o",
            "100644 gone",
            "100644 ignored/deep/y",
            "100644 large",
            "100644 x.o",
        ]
    );
    assert_eq!(stored(&repo, &name, "worktree/ignored/deep/y"), b"ignored, too\n");
    assert_eq!(moment.skipped, []);
    let raw: Vec<_> = moment.raw.keys().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(raw, [".gitignore", "b.txt", "dir/sub/d", "dir/sub/new.o", "ignored/deep/y", "large", "x.o"]);
    let dirs: Vec<_> = moment.dirs.keys().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(dirs, ["dir", "dir/sub", "ignored", "ignored/deep", "ignored/empty"]);
    // What is loaded is what was stored.
    let here = Repo::discover(repo.path()).unwrap();
    let found = snapshot::find(&here, &snapshot.id.to_string()).unwrap();
    assert_eq!(snapshot::load(&here, &found).unwrap(), moment);
    assert_eq!((found.commit, found.tree, &found.about), (snapshot.commit, snapshot.tree, &snapshot.about));
    repo.fsck();
}

#[test]
fn filtered_files_are_taken_byte_for_byte() {
    let repo = with_files(TestRepo::new());
    repo.git(&["config", "core.autocrlf", "true"]).success();
    std::fs::remove_file(repo.path().join("a.txt")).unwrap();
    repo.git(&["checkout", "-q", "a.txt"]).success();
    assert_eq!(repo.read("a.txt"), "a.txt\r\n");
    let (snapshot, _) = store(&repo, &["a.txt"]).unwrap();
    assert_eq!(stored(&repo, &snapshot.ref_name(), "worktree/a.txt"), b"a.txt\r\n");
    assert_eq!(stored(&repo, &snapshot.ref_name(), "staged/a.txt"), b"a.txt\n");
}

#[test]
fn what_stands_where_a_directory_should_be_is_taken() {
    let repo = with_files(TestRepo::new());
    std::fs::remove_dir_all(repo.path().join("dir")).unwrap();
    repo.write(".gitignore", "dir\n");
    repo.write("dir", "an ignored file");
    let (snapshot, _) = store(&repo, &["dir/sub/d"]).unwrap();
    assert_eq!(stored(&repo, &snapshot.ref_name(), "worktree/dir"), b"an ignored file");
    std::fs::remove_file(repo.path().join("dir")).unwrap();
    std::os::unix::fs::symlink("..", repo.path().join("dir")).unwrap();
    let (snapshot, _) = store(&repo, &["dir/sub/d"]).unwrap();
    assert_eq!(stored(&repo, &snapshot.ref_name(), "worktree/dir"), b"..");
}

#[test]
fn what_cannot_be_stored_is_refused() {
    let repo = with_files(TestRepo::new());
    repo.git(&["init", "-q", "x/nested"]).success();
    repo.sh("mkdir pipes && mkfifo pipes/p && mkdir -p n/.GIT && touch n/.GIT/config").success();
    let cases = [
        (
            "x/nested",
            "nested-repository",
            "'x/nested' is in the way and cannot be saved first: it is a nested repository",
        ),
        ("x", "nested-repository", "'x/nested' is in the way and cannot be saved first: it is a nested repository"),
        (
            "pipes",
            "special",
            "'pipes/p' is in the way and cannot be saved first: it is neither a regular file nor a symbolic link",
        ),
        ("n", "name", "'n/.GIT' is in the way and cannot be saved first: git refuses its name"),
    ];
    for (path, code, message) in cases {
        let error = store(&repo, &[path]).unwrap_err();
        // On a file system that ignores case '.GIT' makes it a repository.
        assert!(
            error.code().word == code || code == "name" && error.code().word == "nested-repository",
            "{path}: {error}"
        );
        assert!(code == "name" || error.to_string() == message, "{error}");
    }
    assert_eq!(repo.git(&["for-each-ref", "refs/agent"]).text(), "");
}

#[test]
fn other_refs_move_in_the_same_transaction_or_nothing_does() {
    for git in gits() {
        for layout in [Layout::Plain, Layout::Reftable] {
            if layout == Layout::Reftable && !git.has_reftable() {
                continue;
            }
            let repo = with_files(TestRepo::with_layout(git, layout));
            repo.write("a.txt", "edited\n");
            let head = ObjectId::from_hex(repo.head().as_bytes()).unwrap();
            let change = |expected| RefChange { name: "refs/agent/ops/main".into(), expected, new: Some(head) };
            let error = store_and(&repo, &[], &[change(Some(head))]).unwrap_err();
            assert_eq!(error.code().word, "snapshot-raced", "{error}");
            assert_eq!(repo.git(&["for-each-ref", "refs/agent"]).text(), "");
            store_and(&repo, &[], &[change(None)]).unwrap();
            assert_eq!(repo.git(&["for-each-ref", "refs/agent"]).lines().len(), 2);
        }
    }
}

#[test]
fn branches_and_heads_move_durably() {
    for git in gits() {
        for layout in [Layout::Plain, Layout::Reftable] {
            if layout == Layout::Reftable && !git.has_reftable() {
                continue;
            }
            let repo = with_files(TestRepo::with_layout(git, layout));
            let first = ObjectId::from_hex(repo.head().as_bytes()).unwrap();
            let second = ObjectId::from_hex(repo.commit_file("a.txt", "2\n", "second").as_bytes()).unwrap();
            let here = Repo::discover(repo.path()).unwrap();
            let moved = |name: &str, expected, new| {
                let change = RefChange { name: name.into(), expected: Some(expected), new: Some(new) };
                here.refs().change_durably(&here, &[change], "test")
            };
            moved("refs/heads/main", second, first).unwrap();
            assert!(matches!(moved("refs/heads/main", second, first), Err(RefError::Moved)));
            assert_eq!(repo.git(&["rev-parse", "HEAD"]).text(), first.to_string());
            // HEAD itself: it is detached, and the branch stays.
            moved("HEAD", first, second).unwrap();
            assert_eq!(repo.git(&["rev-parse", "HEAD", "main"]).lines(), [second.to_string(), first.to_string()]);
            repo.git(&["symbolic-ref", "-q", "HEAD"]).exits(1);
            repo.git(&["symbolic-ref", "HEAD", "refs/heads/main"]).success();
            if layout == Layout::Plain {
                repo.write_script(".git/hooks/reference-transaction", "#!/bin/sh\n[ $1 != prepared ]\n");
                assert!(matches!(moved("refs/heads/main", first, second), Err(RefError::Failed(_))));
            }
        }
    }
}
