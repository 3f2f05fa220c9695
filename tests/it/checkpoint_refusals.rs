//! When a checkpoint is refused or fails, index, work tree and HEAD are what they were, byte for byte.

use std::os::unix::fs::PermissionsExt as _;

use crate::checkpoint_commit::with_task;
use crate::support::{Output, State, TestRepo, is_missing, on_one_git};

/// Run `git agent checkpoint`, expecting that it changes nothing.
#[track_caller]
fn refused(repo: &TestRepo, args: &[&str]) -> Output {
    let before = State::of(repo);
    let said = repo.run("git-agent").args(["checkpoint"]).args(args).run().failure();
    assert_eq!(State::of(repo), before, "something was changed:\n{said}");
    said
}

/// Something staged, something not, something untracked.
fn untidy(git: &crate::support::Git) -> TestRepo {
    let repo = with_task(TestRepo::with_git(git));
    repo.write("b.txt", "staged\n");
    repo.git(&["add", "b.txt"]).success();
    repo.write("b.txt", "later\n");
    repo.write("c.txt", "untracked\n");
    repo
}

#[test]
fn operations_in_progress_are_left_alone() {
    let stop = |command: &str| {
        on_one_git(|git| {
            let repo = with_task(TestRepo::with_git(git));
            repo.sh("git switch -qc side; echo side >a.txt; git commit -qam side; git switch -q main").success();
            repo.commit_file("a.txt", "main\n", "main");
            repo.sh(command).failure();
            let said = refused(&repo, &[]).exits(1);
            assert!(said.stderr.contains("is in progress") && said.stderr.contains("nothing was changed"), "{said}");
            // Resolved or not: it is for git to finish.
            repo.sh("echo resolved >a.txt; git add a.txt").success();
            refused(&repo, &["--staged"]).exits(1);
        });
    };
    stop("git merge side");
    stop("git rebase side");
    stop("git cherry-pick side");
    stop("git revert side");
    stop("git format-patch --stdout -1 side | git am -3");
    let repo = with_task(TestRepo::new());
    repo.sh("git switch -qc side; echo side >a.txt; git commit -qam side; git switch -q main").success();
    repo.commit_file("a.txt", "main\n", "main");
    repo.git(&["merge", "side"]).failure();
    insta::assert_snapshot!(refused(&repo, &[]), @r"
    ------- stderr -------
    error: cannot make a checkpoint: a merge is in progress
    nothing was changed
    hint: finish it first: 'git merge --continue'; 'git status' shows details
    [exit code 1]
    ");
    // Conflicts without an operation: a stash that did not fit.
    repo.sh("rm .git/MERGE_HEAD").success();
    insta::assert_snapshot!(refused(&repo, &[]), @r"
    ------- stderr -------
    error: cannot make a checkpoint: a conflict is unresolved: 'a.txt'
    nothing was changed
    hint: resolve them and 'git add' the files; 'git status' shows details
    [exit code 1]
    ");
}

#[test]
fn a_locked_index_is_somebody_elses() {
    let repo = untidy(crate::support::default_git());
    repo.write(".git/index.lock", "");
    let before = (std::fs::read(repo.path().join(".git/index")).unwrap(), repo.head());
    insta::assert_snapshot!(repo.agent(&["checkpoint"]), @r"
    ------- stderr -------
    error: cannot make a checkpoint: './.git/index.lock' exists
    hint: another process may be using this repository: try again
    hint: if no git process is running in this repository, one crashed: remove the file
    [exit code 4]
    ");
    assert_eq!((std::fs::read(repo.path().join(".git/index")).unwrap(), repo.head()), before);
}

#[test]
fn large_new_files_need_a_word() {
    on_one_git(|git| {
        let repo = untidy(git);
        repo.git(&["config", "agent.maxFileSize", "1k"]).success();
        repo.write("big file", vec![b'x'; 5_000_000]);
        let objects = || repo.git(&["count-objects"]).text();
        let before = objects();
        let said = refused(&repo, &[]).exits(1);
        insta::allow_duplicates! {
            insta::assert_snapshot!(said, @r"
            ------- stderr -------
            error: cannot make a checkpoint: larger than 1 KiB (agent.maxFileSize): 'big file (4.8 MiB)'
            nothing was changed
            hint: to keep it out of the history, add its name to .gitignore
            hint: to commit it anyway: git agent checkpoint --large
            [exit code 1]
            ");
        }
        assert_eq!(objects(), before, "what is refused is not stored");
        repo.agent(&["checkpoint", "--only", "c.txt"]).success();
        repo.git(&["add", "big file"]).success();
        refused(&repo, &["--staged"]).exits(1);
        repo.agent(&["checkpoint", "--large"]).success();
        // It is known now; growing is no news.
        repo.write("big file", vec![b'y'; 6_000_000]);
        repo.agent(&["checkpoint"]).success();
    });
}

#[test]
fn a_filter_that_makes_files_small_is_believed() {
    let repo = with_task(TestRepo::new());
    repo.git(&["config", "agent.maxFileSize", "1k"]).success();
    repo.git(&["config", "filter.short.clean", "head -c 10"]).success();
    repo.write(".gitattributes", "*.bin filter=short\n");
    repo.write("a.bin", vec![b'x'; 5_000]);
    repo.agent(&["checkpoint"]).success();
}

#[test]
fn secrets_need_a_word() {
    let repo = untidy(crate::support::default_git());
    let token = ["ghp", "_a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8"].concat();
    repo.write("conf/settings", format!("one\nuser=me\ntoken={token}\n"));
    repo.write("id_rsa", ["-----BEGIN OPENSSH PRIV", "ATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n"].concat());
    let said = refused(&repo, &[]).exits(1);
    assert!(!said.to_string().contains(&token[4..]), "the secret is not shown");
    insta::assert_snapshot!(said, @r"
    ------- stderr -------
    error: cannot make a checkpoint: this looks like a secret: 'conf/settings:3: a GitHub token', 'id_rsa:1: a private key'
    nothing was changed
    hint: remove it, or add the name of the file to .gitignore
    hint: lines with 'gitleaks:allow' are accepted; to commit all of them: git agent checkpoint --allow-secret
    [exit code 1]
    ");
    let error = refused(&repo, &["--json"]).exits(1).stdout;
    assert!(error.contains(r#""code":"secret-found""#), "{error}");
    repo.agent(&["checkpoint", "--allow-secret"]).success();
    // Only what is added counts.
    repo.write("conf/settings", format!("zero\none\ntoken={token}\n"));
    repo.agent(&["checkpoint"]).success();
}

#[test]
fn repositories_inside_are_refused_whatever_their_state() {
    on_one_git(|git| {
        let repo = untidy(git);
        repo.sh("git init -q nested").success();
        let said = refused(&repo, &[]).exits(1);
        insta::allow_duplicates! {
            insta::assert_snapshot!(said, @r"
            ------- stderr -------
            error: cannot make a checkpoint: there is a repository inside this one, and a commit cannot contain its files: 'nested/'
            nothing was changed
            hint: to ignore it, add its name to .gitignore, or to .git/info/exclude for this clone only
            hint: to add it as a submodule: 'git submodule add'; to skip it: 'git agent checkpoint --only <path>…'
            [exit code 1]
            ");
        }
        repo.sh("cd nested; echo x >x; git add x; git commit -qm x").success();
        refused(&repo, &[]).exits(1);
        refused(&repo, &["--only", "nested"]).exits(1);
        refused(&repo, &["--only", "nested/x"]).failure();
        repo.sh("git add nested 2>/dev/null").success();
        refused(&repo, &["--staged"]).exits(1);
        repo.git(&["update-index", "--force-remove", "nested"]).success();
        repo.agent(&["checkpoint", "--only", "c.txt"]).success();
        repo.write(".git/info/exclude", "/nested/\n");
        repo.agent(&["checkpoint"]).success();
        // A worktree of the same repository has its own checkpoints.
        repo.git(&["worktree", "add", "-q", "inside"]).success();
        let output = repo.agent(&["checkpoint"]).success();
        assert!(output.to_string().contains("Nothing to commit"), "{output}");
    });
}

#[test]
fn a_hook_that_says_no_changes_nothing() {
    on_one_git(|git| {
        for hook in ["pre-commit", "prepare-commit-msg", "commit-msg"] {
            let repo = untidy(git);
            // It even stages something before it fails.
            let script = "#!/bin/sh\ngit add -A\necho 'no, never' >&2\nexit 7\n";
            repo.write_script(&format!(".git/hooks/{hook}"), script);
            for args in [&[][..], &["--staged"], &["--only", "c.txt"]] {
                let said = refused(&repo, args).exits(1);
                assert!(said.stderr.contains("no, never"), "{said}");
            }
            let answer = refused(&repo, &["--json"]).exits(1).stdout;
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(answer["error"]["code"], "commit-refused");
            assert!(answer["error"]["message"].as_str().unwrap().contains("no, never"));
        }
    });
}

#[test]
fn a_signature_that_fails_changes_nothing() {
    let repo = untidy(crate::support::default_git());
    repo.git(&["config", "commit.gpgSign", "true"]).success();
    repo.git(&["config", "gpg.program", "false"]).success();
    let said = refused(&repo, &[]).exits(1);
    assert!(said.stderr.contains("'git commit' failed"), "{said}");
}

#[test]
fn without_an_identity_it_says_how_to_set_one() {
    let repo = untidy(crate::support::default_git());
    repo.git(&["config", "user.useConfigOnly", "true"]).success();
    repo.git(&["config", "--global", "--unset-all", "user.name"]).success();
    repo.git(&["config", "--global", "--unset-all", "user.email"]).success();
    let said = refused(&repo, &[]).exits(5);
    assert!(said.stderr.contains("git does not know your name and email"), "{said}");
    assert!(said.stderr.contains("git config user.email"), "{said}");
    // A committer alone is not enough: a commit has an author, too.
    repo.set_env("GIT_COMMITTER_NAME", "C");
    repo.set_env("GIT_COMMITTER_EMAIL", "c@example.com");
    let said = refused(&repo, &[]).exits(5);
    assert!(said.stderr.contains("git does not know your name and email"), "{said}");
}

#[test]
fn an_unreadable_file_changes_nothing() {
    let repo = untidy(crate::support::default_git());
    // Root reads everything; a filter that must work and does not stops everybody.
    repo.write("c.bin", "x");
    repo.write(".gitattributes", "*.bin filter=broken\n");
    repo.git(&["config", "filter.broken.clean", "false"]).success();
    repo.git(&["config", "filter.broken.required", "true"]).success();
    let said = refused(&repo, &[]).exits(1);
    assert!(said.stderr.contains("git cannot stage the changes"), "{said}");
}

#[test]
fn a_read_only_git_directory_changes_nothing() {
    let repo = untidy(crate::support::default_git());
    // Root writes everywhere.
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    if is_missing("an account that is not root", !is_root) {
        return;
    }
    let dir = repo.path().join(".git");
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o555)).unwrap();
    let said = repo.agent(&["checkpoint"]);
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(said.exits(5).stdout, "");
}

#[test]
fn a_kill_before_head_moves_changes_nothing_and_one_after_is_finished_by_the_next() {
    on_one_git(|git| {
        // git-agent is killed by a hook of its own git, which then stops, too, or goes on without it.
        let kill = "kill -9 $(ps -o ppid= -p $PPID)\n";
        let repo = untidy(git);
        repo.write_script(".git/hooks/pre-commit", &format!("#!/bin/sh\n{kill}exit 1\n"));
        let before = State::of(&repo);
        assert_eq!(repo.agent(&["checkpoint"]).code, None);
        let after = State::of(&repo);
        assert_eq!((&after.index, &after.refs, &after.files), (&before.index, &before.refs, &before.files));

        for next in [&["list"][..], &["status"], &["note", "x"], &["checkpoint"]] {
            let repo = untidy(git);
            repo.write_script(".git/hooks/pre-commit", &format!("#!/bin/sh\n{kill}exit 0\n"));
            assert_eq!(repo.agent(&["checkpoint"]).code, None);
            // Git goes on; wait for it.
            let head = repo.head();
            for _ in 0..100 {
                if repo.git(&["log", "-1", "--format=%s"]).text().contains("checkpoint") {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            assert_eq!(repo.git(&["log", "-1", "--format=%s"]).text(), "Fix login (checkpoint 1)", "after {head}");
            std::fs::remove_file(repo.path().join(".git/hooks/pre-commit")).unwrap();
            let said = repo.agent(next).success();
            assert!(said.stderr.contains("completed a checkpoint that was interrupted"), "{next:?}: {said}");
            assert_eq!(repo.git(&["status", "--porcelain"]).text(), "", "{next:?}");
            assert!(repo.agent(&["ops"]).success().stdout.contains("checkpoint fix@1"), "{next:?}");
            assert_eq!(State::of(&repo).litter, Vec::<std::path::PathBuf>::new(), "{next:?}");
        }
    });
}
