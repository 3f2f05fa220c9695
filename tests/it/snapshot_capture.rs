//! What a snapshot holds of the work tree: every byte, and a reason for every byte that it does not hold.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{State, TestRepo, on_one_git};

/// Take a snapshot; answers its ref and what was skipped, as `<reason> <path>`.
#[track_caller]
pub fn snap(repo: &TestRepo) -> (String, Vec<String>) {
    let answer = repo.agent(&["snapshot", "--json"]).json()["snapshot"].clone();
    let skipped = answer["skipped"].as_array().unwrap().iter();
    let word = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let skipped = skipped.map(|one| format!("{} {}", word(&one["reason"]), word(&one["path"]))).collect();
    (word(&answer["ref"]), skipped)
}

/// The bytes of a path of a snapshot, as stock git has them.
#[track_caller]
pub fn stored(repo: &TestRepo, snapshot: &str, path: &str) -> Vec<u8> {
    repo.git(&["cat-file", "blob", &format!("{snapshot}:{path}")]).success().raw
}

/// The records of a list of a snapshot; none when there is no such list.
#[track_caller]
pub fn list(repo: &TestRepo, snapshot: &str, name: &str) -> Vec<String> {
    let shown = repo.git(&["cat-file", "blob", &format!("{snapshot}:{name}")]);
    let text = String::from_utf8_lossy(&shown.raw).into_owned();
    text.split_terminator('\0').map(str::to_owned).collect()
}

/// `<mode> <path>` of everything below `dir` of a snapshot.
#[track_caller]
pub fn tree(repo: &TestRepo, snapshot: &str, dir: &str) -> Vec<String> {
    let answer = repo.git(&["ls-tree", "-r", "-z", "--full-tree", &format!("{snapshot}:{dir}")]).success();
    let text = String::from_utf8_lossy(&answer.raw).into_owned();
    let line = |line: &str| {
        let (entry, path) = line.split_once('\t').unwrap();
        format!("{} {path}", &entry[..6])
    };
    text.split_terminator('\0').map(line).collect()
}

fn packs(repo: &TestRepo) -> usize {
    let files = std::fs::read_dir(repo.path().join(".git/objects/pack")).unwrap().flatten();
    files.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "pack")).count()
}

/// A repository with a commit of some files.
pub fn with_files(repo: TestRepo) -> TestRepo {
    for file in ["a.txt", "b.txt", "dir/c", "dir/sub/d", "gone"] {
        repo.write(file, format!("{file}\n"));
    }
    repo.git(&["add", "-A"]).success();
    repo.git(&["commit", "-q", "-m", "first"]).success();
    repo
}

#[test]
fn everything_that_is_not_ignored_is_in_it() {
    on_one_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.write(".gitignore", "*.o\n");
        repo.write("a.txt", "edited\n");
        repo.write("new/file", "untracked\n");
        repo.write("x.o", "ignored\n");
        repo.write_script("script", "#!/bin/sh\n");
        repo.write("private", "secret\n");
        std::fs::set_permissions(repo.path().join("private"), std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::remove_file(repo.path().join("gone")).unwrap();
        std::os::unix::fs::symlink("/nowhere", repo.path().join("link")).unwrap();
        let before = State::of(&repo);
        let (snapshot, skipped) = snap(&repo);
        assert_eq!(State::of(&repo), before);
        assert_eq!(skipped, [""; 0]);
        assert_eq!(
            tree(&repo, &snapshot, "worktree"),
            [
                "100644 .gitignore",
                "100644 a.txt",
                "100644 b.txt",
                "100644 dir/c",
                "100644 dir/sub/d",
                "120000 link",
                "100644 new/file",
                "100644 private",
                "100755 script",
            ]
        );
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"edited\n");
        assert_eq!(stored(&repo, &snapshot, "worktree/link"), b"/nowhere");
        assert_eq!(stored(&repo, &snapshot, "staged/a.txt"), b"a.txt\n");
        assert_eq!(
            list(&repo, &snapshot, "raw.lst"),
            ["644 .gitignore", "644 a.txt", "777 link", "644 new/file", "600 private", "755 script"]
        );
        repo.fsck();
    });
}

#[test]
fn nothing_is_touched() {
    on_one_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.write("a.txt", "edited\n");
        repo.write("new", "untracked\n");
        // Stat data that is old: git would like to refresh the index.
        let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(86_400);
        let file = std::fs::File::options().write(true).open(repo.path().join("b.txt")).unwrap();
        file.set_modified(long_ago).unwrap();
        let times = || {
            let meta = |file: &str| repo.path().join(file).symlink_metadata().unwrap().modified().unwrap();
            ["a.txt", "b.txt", "new", "dir", ".", ".git/index", ".git/HEAD"].map(meta)
        };
        let refs = || repo.git(&["for-each-ref"]).lines();
        let (state, seen, had) = (State::of(&repo), times(), refs());
        let (snapshot, _) = snap(&repo);
        assert_eq!((State::of(&repo), times()), (state, seen));
        let mut more = refs();
        more.retain(|line| !line.ends_with(&snapshot));
        assert_eq!(more, had);
        assert!(!repo.path().join(".git/logs").join(&snapshot).exists());
    });
}

#[test]
fn works_while_somebody_holds_the_index() {
    on_one_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.write("a.txt", "edited\n");
        repo.write(".git/index.lock", "");
        let (snapshot, _) = snap(&repo);
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"edited\n");
        assert!(repo.path().join(".git/index.lock").exists());
    });
}

#[test]
fn snapshot_fails_loud_on_unreadable_and_nested_repo() {
    on_one_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        for nested in ["nested", "dir/empty"] {
            std::fs::create_dir_all(repo.path().join(nested)).unwrap();
            repo.at(nested).git(&["init", "-q"]).success();
        }
        repo.at("nested").commit_file("x", "1", "inside");
        repo.write("a.txt", "edited\n");
        repo.write("new", "untracked\n");
        let mut expected = vec!["nested-repository dir/empty".to_owned(), "nested-repository nested".to_owned()];
        repo.write("closed", "x");
        std::fs::set_permissions(repo.path().join("closed"), std::fs::Permissions::from_mode(0o000)).unwrap();
        if std::fs::read(repo.path().join("closed")).is_err() {
            expected.insert(0, "unreadable closed".to_owned());
        } else {
            std::fs::remove_file(repo.path().join("closed")).unwrap();
        }
        let (snapshot, skipped) = snap(&repo);
        assert_eq!(skipped, expected);
        // What could be read is there, and not what HEAD has instead.
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"edited\n");
        assert_eq!(stored(&repo, &snapshot, "worktree/new"), b"untracked\n");
        assert!(!tree(&repo, &snapshot, "worktree").iter().any(|line| line.contains("nested")));
        let said = repo.agent(&["snapshot"]).success();
        assert!(said.stdout.contains("  nested: it is a nested repository\n"), "{said}");
    });
}

#[test]
fn a_pipe_or_socket_where_a_file_was_is_listed() {
    let repo = with_files(TestRepo::new());
    std::fs::remove_file(repo.path().join("a.txt")).unwrap();
    repo.sh("mkfifo a.txt pipe").success();
    std::fs::remove_file(repo.path().join("b.txt")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(repo.path().join("b.txt")).unwrap();
    let (_, skipped) = snap(&repo);
    assert_eq!(skipped, ["special a.txt", "special b.txt"]);
}

#[test]
fn large_untracked_skipped_and_listed() {
    on_one_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.git(&["config", "agent.maxFileSize", "1k"]).success();
        repo.write("a.txt", "x".repeat(5000));
        repo.write("large", "x".repeat(1025));
        repo.write("small", "x".repeat(1024));
        let (snapshot, skipped) = snap(&repo);
        assert_eq!(skipped, ["too-large large"]);
        // What git tracks has no limit.
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt").len(), 5000);
        assert_eq!(stored(&repo, &snapshot, "worktree/small").len(), 1024);
        assert_eq!(list(&repo, &snapshot, "skipped.lst"), ["too-large 1025 large"]);
    });
}

#[test]
fn files_that_do_not_fit_into_memory_are_streamed() {
    let repo = with_files(TestRepo::new());
    repo.git(&["config", "agent.maxFileSize", "100m"]).success();
    let mut random = crate::support::ledger::Random::new(1);
    let mut bytes = |count: usize| (0..count).map(|_| random.below(256) as u8).collect::<Vec<u8>>();
    let (tracked, new) = (bytes(3 << 20), bytes((1 << 20) + 1));
    repo.write("a.txt", &tracked);
    repo.write("new", &new);
    let (snapshot, skipped) = snap(&repo);
    assert_eq!(skipped, [""; 0]);
    assert!(stored(&repo, &snapshot, "worktree/a.txt") == tracked);
    assert!(stored(&repo, &snapshot, "worktree/new") == new);
    repo.fsck();
    // Once stored, they are not stored again.
    assert_eq!(packs(&repo), 1);
    repo.write("b.txt", "another change\n");
    snap(&repo);
    assert_eq!(packs(&repo), 1);
}

#[test]
fn many_files_are_one_pack() {
    on_one_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        for n in 0..300 {
            repo.write(&format!("many/{}/{n}", n % 7), format!("{n}\n"));
        }
        let (snapshot, _) = snap(&repo);
        assert_eq!(tree(&repo, &snapshot, "worktree").len(), 305);
        assert_eq!(packs(&repo), 1);
        repo.fsck();
    });
}

#[test]
fn names_that_are_not_text_come_through() {
    on_one_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        let name = OsStr::from_bytes(b"new\nline \xff\t\"");
        std::fs::write(repo.path().join(name), "x").unwrap();
        std::fs::create_dir(repo.path().join(OsStr::from_bytes(b"d\xfe"))).unwrap();
        std::fs::write(repo.path().join(OsStr::from_bytes(b"d\xfe/-f")), "y").unwrap();
        let (snapshot, _) = snap(&repo);
        let raw = repo.git(&["cat-file", "blob", &format!("{snapshot}:raw.lst")]).success().raw;
        assert_eq!(raw, b"644 d\xfe/-f\x00644 new\nline \xff\t\"\x00");
        let names = repo.git(&["ls-tree", "-r", "-z", "--name-only", "--full-tree", &snapshot]).success().raw;
        assert!(names.split(|byte| *byte == 0).any(|path| path == b"worktree/new\nline \xff\t\""));
        let shown = repo.agent(&["snapshot", "show", &snapshot]).success();
        assert!(shown.stdout.contains("new\\nline"), "{shown}");
        repo.fsck();
    });
}

#[test]
fn symlink_parent_never_followed() {
    on_one_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        let outside = repo.tmp().join("outside");
        std::fs::create_dir_all(outside.join("sub")).unwrap();
        std::fs::write(outside.join("c"), "not ours\n").unwrap();
        std::fs::remove_dir_all(repo.path().join("dir")).unwrap();
        std::os::unix::fs::symlink(&outside, repo.path().join("dir")).unwrap();
        let (snapshot, _) = snap(&repo);
        assert_eq!(tree(&repo, &snapshot, "worktree"), ["100644 a.txt", "100644 b.txt", "120000 dir", "100644 gone"]);
        assert_eq!(tree(&repo, &snapshot, "staged").len(), 5);
        repo.fsck();
    });
}

#[test]
fn files_become_directories_and_back() {
    on_one_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        std::fs::remove_file(repo.path().join("a.txt")).unwrap();
        repo.write("a.txt/inside/x", "1");
        std::fs::remove_dir_all(repo.path().join("dir")).unwrap();
        repo.write("dir", "a file now");
        repo.git(&["rm", "-q", "--cached", "b.txt"]).success();
        std::fs::remove_file(repo.path().join("b.txt")).unwrap();
        repo.write("b.txt/y", "2");
        repo.git(&["add", "b.txt/y"]).success();
        let (snapshot, _) = snap(&repo);
        assert_eq!(
            tree(&repo, &snapshot, "worktree"),
            ["100644 a.txt/inside/x", "100644 b.txt/y", "100644 dir", "100644 gone"]
        );
        assert_eq!(
            tree(&repo, &snapshot, "staged"),
            ["100644 a.txt", "100644 b.txt/y", "100644 dir/c", "100644 dir/sub/d", "100644 gone"]
        );
        repo.fsck();
    });
}

#[test]
fn autocrlf_mixed_line_ends_are_kept() {
    on_one_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.git(&["config", "core.autocrlf", "true"]).success();
        repo.write("a.txt", "one\r\ntwo\nthree\r\n");
        repo.write("new", "one\r\ntwo\n");
        let (snapshot, _) = snap(&repo);
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"one\r\ntwo\nthree\r\n");
        assert_eq!(stored(&repo, &snapshot, "worktree/new"), b"one\r\ntwo\n");
    });
}

#[test]
fn filters_and_encodings_that_fail_do_not_matter() {
    on_one_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.write("kept", "12345\n");
        repo.commit_file(
            ".gitattributes",
            "*.txt filter=broken\nkept filter=broken\nutf text working-tree-encoding=UTF-16\n",
            "attributes",
        );
        repo.git(&["config", "filter.broken.clean", "false"]).success();
        repo.git(&["config", "filter.broken.required", "true"]).success();
        repo.write("a.txt", "edited, of another size\n");
        // Of the same size: git asks the filter whether it differs.
        repo.write("b.txt", "B.TXT\n");
        repo.write("new.txt", "new\n");
        repo.write("utf", "not UTF-16\n");
        assert_ne!(repo.git(&["status"]).code, Some(0), "git itself cannot tell");
        let (snapshot, skipped) = snap(&repo);
        assert_eq!(skipped, [""; 0]);
        for (path, bytes) in [("a.txt", "edited, of another size\n"), ("b.txt", "B.TXT\n"), ("new.txt", "new\n")] {
            assert_eq!(stored(&repo, &snapshot, &format!("worktree/{path}")), bytes.as_bytes(), "{path}");
        }
        assert_eq!(stored(&repo, &snapshot, "worktree/utf"), b"not UTF-16\n");
    });
}

#[test]
fn a_quick_edit_of_the_same_size_is_seen() {
    let repo = with_files(TestRepo::new());
    for n in 0..20 {
        repo.write("a.txt", format!("{n:02}a\n"));
        repo.git(&["add", "a.txt"]).success();
        repo.write("a.txt", format!("{n:02}b\n"));
        let (snapshot, _) = snap(&repo);
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), format!("{n:02}b\n").as_bytes());
    }
}

#[test]
fn names_that_git_refuses_are_listed() {
    let repo = with_files(TestRepo::new());
    repo.write("dir/.GIT/config", "x");
    repo.write("dir/git~1", "x");
    let (snapshot, skipped) = snap(&repo);
    assert_eq!(skipped, ["name dir/.GIT/config", "name dir/git~1"]);
    assert_eq!(tree(&repo, &snapshot, "worktree").len(), 5);
    repo.fsck();
}

#[test]
fn budget_many_untracked_files() {
    let repo = with_files(TestRepo::new());
    for n in 0..3000 {
        repo.write(&format!("gen/{}/{}/{n}", n % 13, n % 7), format!("{n}"));
    }
    let began = std::time::Instant::now();
    let (snapshot, _) = snap(&repo);
    assert_eq!(tree(&repo, &snapshot, "worktree").len(), 3005);
    // Minutes in other tools; this is no benchmark, only a fence.
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}
