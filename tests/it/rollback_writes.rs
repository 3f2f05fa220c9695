//! What a rollback writes without git is what git would have written.

use crate::{
    checkpoint_commit::with_task,
    support::{Layout, TestRepo, default_git, on_every_git},
};

/// Bytes, permissions and links of all files.
const FILES: &str = "find . -path ./.git -prune -o -type f -printf '%m %p ' -exec sha256sum {} \\; -o -type l -printf '%p -> %l\\n' | sort -k2";

/// Whether git wrote files or looked at them while `act` ran.
fn asks_git(repo: &TestRepo, act: &[&str]) -> bool {
    let trace = repo.tmp().join("trace");
    repo.set_env("GIT_TRACE", &trace);
    repo.agent(act).success();
    repo.unset_env("GIT_TRACE");
    let traced = std::fs::read_to_string(&trace).unwrap_or_default();
    std::fs::remove_file(&trace).unwrap_or_default();
    assert!(traced.contains("git status"), "{traced}");
    traced.contains("checkout-index") || traced.contains("git add --refresh") || traced.contains("update-index")
}

/// A checkpoint of files of all kinds, after `setup`, and edits of each.
fn edited(repo: TestRepo, setup: &str) -> TestRepo {
    let repo = with_task(repo);
    repo.sh(setup).success();
    repo.write("sub/deep/text", "one\ntwo\n");
    repo.write_script("run", "#!/bin/sh\n");
    repo.write("dos", "one\r\ntwo\r\n");
    repo.write("mixed", "one\r\ntwo\n");
    repo.write("no lines", "one");
    repo.write("empty", "");
    repo.sh("printf '\\000\\n\\377' >binary; ln -s run link; echo 3 >gone").success();
    repo.agent(&["checkpoint"]).success();
    repo.sh("for file in sub/deep/text run dos mixed 'no lines' empty binary; do echo more >>\"$file\"; done")
        .success();
    repo.sh("rm gone link run; ln -s a.txt link; echo 4 >run").success();
    repo
}

/// The work tree and index of `repo` after `git checkout` of everything, in a copy.
fn restored_by_git(repo: &TestRepo) -> String {
    repo.sh("rm -rf ../copy; cp -a . ../copy; cd ../copy; git update-index -q --refresh; git checkout -q -- .")
        .success();
    repo.sh(&format!("cd ../copy; {FILES}")).stdout
}

/// Roll back as git does, and back again; whether git was asked to write.
fn rolls_back_as_git_does(repo: &TestRepo, name: &str) -> bool {
    let (edits, dirty) = (repo.sh(FILES).stdout, repo.git(&["status", "--porcelain"]).stdout);
    let gits = restored_by_git(repo);
    let is_asked = asks_git(repo, &["rollback", "fix"]);
    // Before a status writes the index.
    repo.git(&["diff-files", "--exit-code"]).success();
    assert_eq!(repo.sh(FILES).stdout, gits, "{name}");
    repo.git(&["fsck", "--strict"]).success();
    repo.sh("echo 1 >extra; git add extra; git rm -q --cached extra; rm extra").success();
    assert_eq!(repo.git(&["status", "--porcelain"]).stdout, "", "{name}");
    repo.agent(&["undo"]).success();
    assert_eq!(repo.git(&["diff-files", "--name-only"]).stdout.lines().count(), dirty.lines().count(), "{name}");
    assert_eq!((repo.sh(FILES).stdout, repo.git(&["status", "--porcelain"]).stdout), (edits, dirty), "{name}");
    is_asked
}

#[test]
fn plain_files_are_written_in_process() {
    let setups = [
        ("plain", ""),
        ("an old index", "git update-index --index-version 4"),
        ("more flags", "echo 1 >intended; git add -N intended; git update-index --index-version 3"),
        ("a filter that no attribute names", "git config filter.lfs.smudge false; git config filter.lfs.required true"),
        ("no checksum", "git config index.skipHash true"),
        ("an untracked cache", "git config core.untrackedCache true; git update-index --untracked-cache"),
        ("harmless attributes", "echo '*.png binary' >.gitattributes; echo '* text=auto' >.git/info/attributes"),
    ];
    on_every_git(|git| {
        for (name, setup) in setups {
            let repo = edited(TestRepo::with_git(git), setup);
            assert!(!rolls_back_as_git_does(&repo, name), "{name}");
        }
    });
    let repo = edited(TestRepo::with_layout(default_git(), Layout::Sha256), "");
    assert!(!rolls_back_as_git_does(&repo, "SHA-256"));
    // Which of both parts has the entries is up to git, and so is which files have other line ends in the repository.
    for (name, setup) in [
        ("a split index", "git update-index --split-index"),
        ("line ends on the way in", "echo '* eol=lf' >.gitattributes"),
    ] {
        rolls_back_as_git_does(&edited(TestRepo::new(), setup), name);
    }
}

#[test]
fn git_writes_what_it_changes() {
    let setups = [
        ("line ends", "git config core.autocrlf true"),
        ("line ends of input", "git config core.autocrlf input"),
        ("line ends by attribute", "echo '* text eol=crlf' >.gitattributes"),
        ("line ends by a macro", "echo '[attr]dos text eol=crlf' >.gitattributes; echo '* dos' >>.gitattributes"),
        (
            "line ends of the user",
            "echo '* text eol=crlf' >../attributes; git config core.attributesFile \"$PWD/../attributes\"",
        ),
        ("line ends of text", "git config core.eol crlf; echo '* text' >.gitattributes"),
        ("no links", "git config core.symlinks false"),
        ("line ends in a directory", "mkdir -p sub; echo '* text eol=crlf' >sub/.gitattributes"),
        ("line ends of this clone", "echo '* text eol=crlf' >.git/info/attributes"),
        ("an encoding", "echo 'no* text working-tree-encoding=ISO-8859-15' >.gitattributes"),
        (
            "a filter",
            "git config filter.x.smudge 'sed s/o/0/'; git config filter.x.clean 'sed s/0/o/'; echo '* filter=x' >.gitattributes",
        ),
        ("an ident", "echo '* ident' >.gitattributes; printf '$Id$' >'no lines'; printf '$Id$' >id; git add id"),
        (
            "attributes of the index",
            "echo '* text eol=crlf' >.gitattributes; git add .gitattributes; git commit -qm x; git update-index --assume-unchanged .gitattributes; rm .gitattributes",
        ),
    ];
    for (name, setup) in setups {
        let repo = edited(TestRepo::new(), setup);
        if name == "an ident" {
            repo.sh("echo more >>id").success();
        }
        assert!(rolls_back_as_git_does(&repo, name), "{name}");
    }
}

#[test]
fn an_edit_of_the_same_size_is_seen_right_after_a_rollback() {
    on_every_git(|git| {
        let repo = edited(TestRepo::with_git(git), "");
        assert!(!asks_git(&repo, &["rollback", "fix"]));
        repo.sh("touch -r .git/index now; printf '2no' | head -c 3 >'no lines'; touch -r now 'no lines'; rm now")
            .success();
        assert_eq!(repo.git(&["diff-files", "--name-only"]).stdout, "no lines\n");
        assert_eq!(repo.git(&["status", "--porcelain"]).stdout, " M \"no lines\"\n");
    });
}
