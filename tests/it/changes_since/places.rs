//! Repositories of every sort, and work trees in every state.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{
    commit,
    oracle::{self, Ledger, Until, answer, base, head, ours},
    start,
};
use crate::support::{Layout, TestRepo, on_one_git};

/// The answer here is that of stock git.
#[track_caller]
fn agrees(repo: &TestRepo, recorded: &str) {
    let ours = ours(&repo.agent(&["changes-since", "T-1", "--json"]).json());
    let base = base(repo, &Ledger::default(), Some(recorded), head(repo).as_deref()).expect("a base");
    assert_eq!(
        format!("{ours:#?}"),
        format!("{:#?}", answer(repo, &Ledger::default(), base, head(repo), &Until::Now, &[]))
    );
}

/// What is said of `path`.
fn said(repo: &TestRepo, path: &str) -> serde_json::Value {
    let answer = repo.agent(&["changes-since", "T-1", "--json"]).json();
    let changes = answer["changes"].as_array().unwrap().clone();
    changes.into_iter().find(|change| change["path"] == path).unwrap_or_default()
}

#[test]
fn paths_are_read_where_the_user_is() {
    let repo = TestRepo::new();
    repo.commit_file("dir/a", "0", "first");
    start(&repo);
    commit(&repo, "dir/a", "1", "T-1");
    repo.write("dir/b", "untracked");
    repo.write("c", "untracked");
    let dir = repo.at("dir");
    assert_eq!(dir.agent(&["changes-since", "T-1", "--name-only"]).lines(), ["c", "dir/a", "dir/b"]);
    assert_eq!(dir.agent(&["changes-since", "T-1", "--name-only", "--", "a"]).lines(), ["dir/a"]);
    assert_eq!(dir.agent(&["changes-since", "T-1", "--name-only", "--", ":/c"]).lines(), ["c"]);
    assert_eq!(dir.agent(&["changes-since", "T-1", "--name-only", "--", ":!b"]).lines(), ["c", "dir/a"]);
    let patch = dir.agent(&["changes-since", "T-1", "-p", "--", "b"]).success().stdout;
    assert!(patch.starts_with("diff --git a/dir/b b/dir/b\nnew file"), "{patch}");
    // The active task is meant where none is named.
    repo.activate("T-1");
    assert_eq!(dir.agent(&["changes-since", "--name-only", "--own", "--committed"]).lines(), ["dir/a"]);
    assert_eq!(dir.agent(&["changes-since", "@start", "--name-only"]).lines().len(), 3);
    assert_eq!(dir.agent(&["changes-since", "@last", "--name-only"]).lines(), ["c", "dir/b"]);
}

#[test]
fn conflicts_are_seen() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.commit_file("a", "0\n", "first");
        start(&repo);
        let recorded = repo.head();
        repo.git(&["switch", "-q", "-c", "side"]).success();
        commit(&repo, "a", "side\n", "T-2");
        repo.git(&["switch", "-q", "main"]).success();
        commit(&repo, "a", "main\n", "T-1");
        repo.git(&["merge", "-q", "side"]).failure();
        agrees(&repo, &recorded);
        let a = said(&repo, "a");
        assert_eq!((a["unmerged"].clone(), a["tasks"].to_string()), (true.into(), "[\"T-1\"]".into()));
    });
}

#[test]
fn submodules_move_and_what_is_inside_them_is_told() {
    let repo = TestRepo::new();
    let library = repo.at("../library");
    std::fs::create_dir(library.path()).unwrap();
    library.git(&["init", "-q"]).success();
    library.commit_file("x", "1", "x");
    repo.commit_file("a", "0", "first");
    repo.git(&["submodule", "add", "-q", "../library", "lib"]).success();
    repo.git(&["commit", "-q", "-m", "with a submodule"]).success();
    start(&repo);
    let recorded = repo.head();
    let lib = repo.at("lib");
    lib.commit_file("x", "2", "x again");
    agrees(&repo, &recorded);
    assert_eq!(said(&repo, "lib")["new_mode"], "160000");
    repo.git(&["commit", "-q", "-am", "moved\n\nTask-Id: T-1"]).success();
    lib.write("x", "3");
    let output = repo.agent(&["changes-since", "T-1"]).success();
    assert!(output.stderr.contains("submodule 'lib' has uncommitted changes"), "{output}");
    std::fs::create_dir(repo.path().join("nested")).unwrap();
    let nested = repo.at("nested");
    nested.git(&["init", "-q"]).success();
    nested.commit_file("y", "1", "y");
    let answer = repo.agent(&["changes-since", "T-1", "--json"]).json();
    let unseen = answer["unseen"].to_string();
    insta::assert_snapshot!(unseen, @r#"[{"path":"lib","reason":"dirty-submodule"},{"path":"nested","reason":"nested-repository"}]"#);
    assert_eq!(answer["changes"].as_array().unwrap().len(), 1);
}

#[test]
fn flags_hide_files_as_they_do_from_git() {
    let repo = TestRepo::new();
    repo.write("out/c", "0");
    repo.write("hidden", "0");
    repo.commit_file("in/a", "0", "first");
    start(&repo);
    let recorded = repo.head();
    repo.git(&["update-index", "--assume-unchanged", "hidden"]).success();
    repo.write("hidden", "1");
    repo.git(&["sparse-checkout", "set", "in"]).success();
    repo.write("in/a", "1");
    repo.write("in/b", "1");
    repo.git(&["add", "-N", "in/b"]).success();
    agrees(&repo, &recorded);
    assert_eq!(repo.agent(&["changes-since", "T-1", "--name-status"]).lines(), ["M\tin/a", "A\tin/b"]);
}

#[test]
fn git_stores_files_that_attributes_change() {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "0\n", "first");
    start(&repo);
    let recorded = repo.head();
    let (one, two): (&[u8], &[u8]) = (b"one\ntwo\n", b"one\r\ntwo\r\n");
    for (attributes, config, bytes) in [
        ("* text=auto\n", "core.autocrlf", one),
        ("* text=auto\n", "core.autocrlf", two),
        ("", "core.autocrlf", two),
        ("", "core.eol", two),
        ("*.txt ident\n", "core.eol", &b"$Id: 0123456789$\n"[..]),
        ("*.txt working-tree-encoding=UTF-16LE\n", "core.eol", &b"o\0n\0e\0"[..]),
        ("*.txt filter=up\n", "filter.up.required", one),
    ] {
        let value = if config == "core.eol" { "lf" } else { "true" };
        repo.git(&["config", config, value]).success();
        if config.starts_with("filter") {
            repo.git(&["config", "filter.up.clean", "tr a-z A-Z"]).success();
        }
        std::fs::write(repo.path().join(".git/info/attributes"), attributes).unwrap();
        repo.write("a.txt", bytes);
        repo.write("dir/new.txt", bytes);
        agrees(&repo, &recorded);
        repo.write("dir/.gitattributes", attributes);
        std::fs::write(repo.path().join(".git/info/attributes"), "").unwrap();
        agrees(&repo, &recorded);
        repo.git(&["config", "--unset", config]).success();
        std::fs::remove_file(repo.path().join("dir/.gitattributes")).unwrap();
    }
    repo.git(&["config", "--remove-section", "filter.up"]).success();
    std::fs::write(repo.path().join(".git/info/attributes"), "*.txt eol=lf\n").unwrap();
    repo.write("a.txt", "0\r\n1\r\n");
    let stat = repo.agent(&["changes-since", "T-1", "--stat", "--", "a.txt"]).success().stdout;
    assert!(stat.contains("1 insertion(+)") && !stat.contains("deletion"), "{stat}");
    // Modes and links, and what stands where a directory or a file was.
    std::fs::remove_file(repo.path().join("a.txt")).unwrap();
    repo.write("a.txt/below", "1");
    repo.write_script("run.sh", "#!/bin/sh\n");
    symlink("a.txt\r", repo.path().join("link")).unwrap();
    agrees(&repo, &recorded);
    repo.git(&["config", "core.fileMode", "false"]).success();
    agrees(&repo, &recorded);
}

#[test]
fn the_attributes_of_the_system_are_those_of_the_git_that_runs() {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "0\n", "first");
    start(&repo);
    let attributes = repo.tmp().join("gitattributes");
    std::fs::write(&attributes, "*.txt working-tree-encoding=UTF-16LE\n").unwrap();
    let (git, real, file) = (repo.tmp().join("bin/git"), &repo.git_version().path, attributes.display());
    std::fs::remove_file(&git).unwrap();
    let script = format!(
        "#!/bin/sh\n[ \"$*\" = 'var GIT_ATTR_SYSTEM' ] && echo '{file}' && exit\n\
         exec {} -c core.attributesFile='{file}' \"$@\"\n",
        real.display()
    );
    std::fs::write(&git, script).unwrap();
    std::fs::set_permissions(&git, std::fs::Permissions::from_mode(0o755)).unwrap();
    repo.write("a.txt", b"o\0n\0e\0");
    let patch = repo.agent(&["changes-since", "T-1", "-p"]).success().stdout;
    assert!(patch.contains("+one"), "{patch}");
}

#[test]
fn split_indexes_and_filters_leave_no_trace() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.write(".gitattributes", "*.up filter=up\n");
        repo.git(&["config", "filter.up.clean", "tr a-z A-Z"]).success();
        repo.git(&["config", "core.splitIndex", "true"]).success();
        repo.commit_file("a", "0", "first");
        start(&repo);
        for n in 0..30 {
            repo.write(&format!("f{n}.up"), format!("text {n}"));
        }
        let list = |dir: &str| {
            let mut names: Vec<_> =
                std::fs::read_dir(repo.path().join(dir)).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = (list(".git"), list(".git/objects"));
        let patch = repo.agent(&["changes-since", "T-1", "-p"]).success().stdout;
        assert!(patch.contains("+TEXT 7"), "{patch}");
        assert_eq!((list(".git"), list(".git/objects")), before, "{git}");
    });
}

#[test]
fn a_locked_index_and_a_read_only_object_database_are_no_obstacle() {
    let repo = TestRepo::new();
    repo.commit_file("a", "0", "first");
    start(&repo);
    repo.write("a", "1");
    repo.write(".git/index.lock", "");
    assert_eq!(repo.agent(&["changes-since", "T-1", "--name-status"]).lines(), ["M\ta"]);
    assert_eq!(repo.read(".git/index.lock"), "");
}

#[test]
fn modes_links_and_sorts_of_things() {
    for layout in [Layout::Plain, Layout::Sha256] {
        let repo = TestRepo::with_layout(crate::support::default_git(), layout);
        repo.write("run", "#!/bin/sh\n");
        repo.write("to-link", "a text\n");
        repo.write("to-dir", "another text\n");
        repo.write("bin", [0, 1, 2, 255]);
        repo.commit_file("a", "0", "first");
        start(&repo);
        let recorded = repo.head();
        std::fs::set_permissions(repo.path().join("run"), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::remove_file(repo.path().join("to-link")).unwrap();
        symlink("a", repo.path().join("to-link")).unwrap();
        repo.git(&["add", "-A"]).success();
        repo.git(&["commit", "-q", "-m", "modes\n\nTask-Id: T-1"]).success();
        std::fs::remove_file(repo.path().join("to-dir")).unwrap();
        repo.write("to-dir/inside", "another text\n");
        repo.write("bin", [0, 1, 2, 254]);
        agrees(&repo, &recorded);
        assert_eq!(said(&repo, "to-link")["status"], "T");
        assert_eq!(said(&repo, "run")["new_mode"], "100755");
        assert_eq!(said(&repo, "to-dir/inside")["old_path"], "to-dir");
    }
}

#[test]
fn a_shallow_history_gives_a_lower_bound() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        start(&repo);
        for n in 1..=4 {
            commit(&repo, "a", &format!("{n}\n"), "T-1");
        }
        commit(&repo, "b", "1\n", "T-2");
        let from = format!("file://{}", repo.path().display());
        let shallow = repo.at("../shallow");
        repo.git(&["clone", "-q", "--depth=2", &from, "../shallow"]).success();
        shallow.git(&["fetch", "-q", "origin", "refs/notes/agent-tasks:refs/notes/agent-tasks"]).success();
        let answer = shallow.agent(&["changes-since", "T-1", "--json"]).json();
        assert_eq!((answer["lower_bound"].clone(), answer["base"]["rule"].clone()), (true.into(), "unborn".into()));
        assert_eq!(answer["commits"].as_array().unwrap().len(), 2);
        // What the commit at the boundary changed, nobody knows here.
        let who = |n: usize| answer["changes"][n]["tasks"].to_string();
        assert_eq!((who(0), who(1)), ("[]".into(), "[\"T-2\"]".into()));
        insta::allow_duplicates! {
            insta::assert_snapshot!(shallow.agent(&["changes-since", "T-1", "--name-only"]), @r"
            a
            b
            ------- stderr -------
            warning: this clone is shallow, and its history ends after that point: commits and tasks may be missing; to fetch them: git fetch --unshallow
            ");
        }
        // Since a commit that is here, the answer is whole.
        let known = shallow.agent(&["changes-since", "T-1@last", "--json"]).json();
        assert_eq!((known["lower_bound"].clone(), known["commits"].as_array().unwrap().len()), (false.into(), 1));
        assert_eq!(repo.agent(&["changes-since", "T-1", "--json"]).json()["lower_bound"], false);
    });
}

#[test]
fn a_partial_clone_is_answered_from_what_is_there() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.git(&["config", "uploadpack.allowFilter", "true"]).success();
        let text = |n: usize| (0..50).map(|line| format!("line {line} of {n}\n")).collect::<String>();
        repo.write("moved", text(1));
        repo.write("edited", text(2));
        repo.commit_file("old", &text(3), "first");
        start(&repo);
        repo.git(&["mv", "moved", "here"]).success();
        repo.git(&["mv", "edited", "there"]).success();
        commit(&repo, "there", &(text(2) + "more\n"), "T-1");
        let from = format!("file://{}", repo.path().display());
        let partial = repo.at("../partial");
        repo.git(&["clone", "-q", "--filter=blob:none", &from, "../partial"]).success();
        partial
            .git(&["fetch", "-q", "--no-filter", "origin", "refs/notes/agent-tasks:refs/notes/agent-tasks"])
            .success();
        // Whoever asks for anything now is turned away.
        partial.git(&["remote", "set-url", "origin", "file:///nowhere"]).success();
        partial.write("new", text(7));
        let answer = partial.agent(&["changes-since", "T-1", "--json"]).json();
        assert_eq!(answer["exact_renames_only"], true);
        let listed = partial.agent(&["changes-since", "T-1", "--name-status"]).success();
        insta::allow_duplicates! {
            insta::assert_snapshot!(listed, @r"
            D	edited
            R100	moved	here
            A	new
            A	there
            ------- stderr -------
            warning: this is a partial clone: only exact renames were detected, as nothing is fetched to compare content
            ");
            let refused = partial.agent(&["changes-since", "T-1", "--patch"]).exits(5).stderr;
            insta::assert_snapshot!(refused.lines().nth(1).unwrap(), @"error: cannot show the changes: this partial clone does not have the contents of some files (1 missing)");
        }
        assert_eq!(answer["changes"][1]["tasks"].to_string(), "[\"T-1\"]");
        // With everything here, renames are found as ever.
        partial.git(&["remote", "set-url", "origin", &from]).success();
        partial.git(&["log", "-p", "--all"]).success();
        partial.git(&["remote", "set-url", "origin", "file:///nowhere"]).success();
        assert_eq!(partial.agent(&["changes-since", "T-1", "--json"]).json()["exact_renames_only"], false);
    });
}

#[test]
fn a_bare_repository_knows_what_is_committed() {
    let repo = TestRepo::new();
    repo.commit_file("a", "0", "first");
    start(&repo);
    commit(&repo, "a", "1", "T-1");
    let bare = repo.at("../bare");
    repo.git(&["clone", "-q", "--mirror", ".", "../bare"]).success();
    insta::assert_snapshot!(bare.agent(&["changes-since", "T-1"]), @r"
    ------- stderr -------
    error: cannot compare with the work tree: this repository is bare
    hint: run it in a worktree: 'git worktree list' lists them
    hint: or ignore the work tree: --committed
    [exit code 5]
    ");
    assert_eq!(bare.agent(&["changes-since", "T-1", "--committed", "--name-status"]).lines(), ["M\ta"]);
    assert_eq!(bare.agent(&["changes-since", "T-1", "--committed", "--own", "--stat"]).lines().len(), 2);
}

#[test]
fn merges_count_where_they_differ_from_all_their_parents() {
    let repo = TestRepo::new();
    repo.write("a", "0\n");
    repo.commit_file("b", "0\n", "first");
    start(&repo);
    let recorded = repo.head();
    repo.git(&["switch", "-q", "-c", "side"]).success();
    commit(&repo, "a", "side\n", "T-2");
    repo.git(&["switch", "-q", "main"]).success();
    commit(&repo, "b", "main\n", "T-1");
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]).success();
    repo.write("c", "only in the merge\n");
    repo.git(&["add", "-A"]).success();
    repo.git(&["commit", "-q", "-m", "merge\n\nTask-Id: T-3"]).success();
    agrees(&repo, &recorded);
    let whose = |path: &str| said(&repo, path)["tasks"].to_string();
    assert_eq!([whose("a"), whose("b"), whose("c")], ["[\"T-2\"]", "[\"T-1\"]", "[\"T-3\"]"]);
}

#[test]
fn the_environment_of_a_hook_does_not_mislead() {
    let repo = TestRepo::new();
    repo.commit_file("a", "0", "first");
    start(&repo);
    repo.write("b", "1");
    let output = repo
        .run("git-agent")
        .args(["changes-since", "T-1", "--name-status"])
        .env("GIT_INDEX_FILE", repo.path().join(".git/next-index-1.lock"))
        .env("GIT_DIR", ".git")
        .run();
    assert_eq!(output.lines(), ["A\tb"]);
    assert_eq!(oracle::tree_now(&repo), repo.agent(&["changes-since", "T-1", "--json"]).json()["tree"]);
}
