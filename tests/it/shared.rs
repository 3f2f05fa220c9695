//! `core.sharedRepository`: two accounts of one group, and what others may read.

use std::{os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use crate::support::{Layout, TestRepo, default_git, is_missing};

/// Two accounts, and the group that they have in common.
const ONE: u32 = 54_321;
const OTHER: u32 = 54_322;
const GROUP: u32 = 54_300;

/// Only root can become somebody else.
#[track_caller]
fn can_change_accounts() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id");
    let is_root = String::from_utf8_lossy(&id.stdout).trim() == "0";
    let has = Command::new("setpriv").arg("--version").output().is_ok();
    !is_missing("root and setpriv", is_root && has)
}

/// Run `script` as `account`; answers its output, and expects success.
#[track_caller]
fn as_account(repo: &TestRepo, account: u32, script: &str) -> String {
    let output = repo
        .run("setpriv")
        .args([format!("--reuid={account}"), format!("--regid={GROUP}"), "--clear-groups".to_owned()])
        .args(["sh", "-e", "-c", &format!("umask 0022; {script}")])
        .env("GIT_AGENT_ACTOR", format!("user{account}@here"))
        .run();
    output.success().stdout.clone()
}

/// A repository that both accounts may use.
fn shared(layout: Layout, value: &str) -> TestRepo {
    let repo = TestRepo::with_layout(default_git(), layout);
    repo.git(&["config", "--global", "safe.directory", "*"]).success();
    repo.commit_file("a", "one\n", "first");
    repo.git(&["config", "core.sharedRepository", value]).success();
    repo.sh(&format!(
        "chmod -R a+rX '{tmp}'; chmod a+rx '{tmp}' '{tmp}/home'; chown -R {ONE}:{GROUP} '{path}'; \
         chmod -R g+rwX '{path}'; find '{path}' -type d -exec chmod g+s '{{}}' +",
        tmp = repo.tmp().display(),
        path = repo.path().display()
    ))
    .success();
    repo
}

/// Every file and directory in the git directory that the group cannot use as git would let it.
fn locked(dir: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let (path, mode) = (entry.path(), entry.metadata().unwrap().permissions().mode() & 0o7777);
        let is_object = path.components().any(|part| part.as_os_str() == "objects");
        let wanted = match () {
            () if entry.file_type().unwrap().is_dir() => 0o2070,
            () if path.ends_with("agent-id/secret") || is_object => 0o040,
            () if dir.ends_with("hooks") => 0o050,
            () => 0o060,
        };
        if mode & wanted != wanted {
            found.push(format!("{mode:o} {}", path.display()));
        }
        if entry.file_type().unwrap().is_dir() {
            locked(&path, found);
        }
    }
}

const WORK: &str = "git agent init -q; git agent add --id ID T -q; git agent start ID -q; echo ID >>a; echo ID >ID; \
    git agent snapshot -q; git agent checkpoint -q; echo plain ID >>a; git commit -qam plain; echo more ID >>a; git agent checkpoint -q; git agent rollback ID@1 -q; \
    git agent undo -q; git agent squash ID -q; git agent status >/dev/null; git agent log >/dev/null; git agent complete ID -q";

#[test]
fn two_accounts_of_a_group_work_in_one_repository() {
    if !can_change_accounts() {
        return;
    }
    for (layout, value) in [(Layout::Plain, "group"), (Layout::Plain, "0660"), (Layout::Reftable, "true")] {
        let repo = shared(layout, value);
        as_account(&repo, ONE, &WORK.replace("ID", "first"));
        let mut found = Vec::new();
        locked(&repo.path().join(".git"), &mut found);
        assert!(found.is_empty(), "{value}: the group cannot use {found:#?}");
        as_account(&repo, OTHER, &WORK.replace("ID", "second"));
        as_account(
            &repo,
            OTHER,
            "git notes --ref=agent-tasks list >/dev/null; git notes add -m x; git gc -q; git agent gc -q",
        );
        as_account(&repo, ONE, &WORK.replace("ID", "third"));
        locked(&repo.path().join(".git"), &mut found);
        assert!(found.is_empty(), "{value}: the group cannot use {found:#?}");
        as_account(&repo, ONE, "git fsck --strict --no-dangling; git agent doctor");
        let others = |path: &str| std::fs::metadata(repo.path().join(path)).unwrap().permissions().mode() & 0o007;
        assert_eq!(others(".git/agent-id/secret"), 0, "who may only read the repository must not seal for it");
    }
}

/// The files in the object store that others may read and that hold `blob`.
fn readable_by_others(repo: &TestRepo, blob: &str) -> bool {
    let script = format!("cd '{}'; git cat-file -e {blob}", repo.path().display());
    let output = repo
        .run("setpriv")
        .args([format!("--reuid={OTHER}"), format!("--regid={OTHER}"), "--clear-groups".to_owned()])
        .args(["sh", "-c", &script])
        .run();
    output.code == Some(0)
}

#[test]
fn what_others_may_not_read_they_cannot_read_in_a_snapshot_either() {
    if !can_change_accounts() {
        return;
    }
    let repo = TestRepo::with_layout(default_git(), Layout::Plain);
    repo.git(&["config", "--global", "safe.directory", "*"]).success();
    repo.git(&["config", "gc.auto", "0"]).success();
    repo.write(".env", "nothing in it\n");
    repo.commit_file("a", "one\n", "first");
    let old = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
    repo.git(&["rm", "-q", "--cached", ".env"]).success();
    repo.commit_file(".gitignore", ".env\n", "second");
    repo.sh(&format!("chmod -R a+rX '{}'", repo.tmp().display())).success();
    let base = repo.head();
    repo.write(".env", "TOKEN=ignored\n");
    repo.write("notes", "TOKEN=untracked\n");
    repo.sh("chmod 600 .env notes; echo open >open").success();
    // A file that anybody may read, where nobody else gets to.
    repo.sh("mkdir -p keys/deep; echo TOKEN=inside >keys/deep/key; chmod 644 keys/deep/key; chmod 700 keys").success();
    let blob = |path: &str| repo.git(&["hash-object", path]).text();
    let (ignored, untracked, open) = (blob(".env"), blob("notes"), blob("open"));
    let inside = blob("keys/deep/key");
    repo.agent(&["snapshot"]).success();
    // The ignored file is in the way, and goes into the snapshot that is taken first.
    repo.agent(&["snapshot", "restore", &old, "--", ".env"]).success();
    assert_eq!(repo.read(".env"), "nothing in it\n");
    for collect in ["true", "git gc -q --prune=now", "git repack -q -a -d -f", "git agent gc -q; git gc -q --prune=now"]
    {
        repo.sh(collect).success();
        for blob in [&ignored, &untracked, &inside] {
            repo.git(&["cat-file", "-e", blob]).success();
            assert!(!readable_by_others(&repo, blob), "after '{collect}'");
        }
        assert!(readable_by_others(&repo, &open) && readable_by_others(&repo, &base), "after '{collect}'");
    }
    repo.agent(&["undo"]).success();
    assert_eq!(repo.sh("stat -c %a .env notes").lines(), ["600", "600"]);
    assert_eq!(repo.read(".env"), "TOKEN=ignored\n");
    repo.fsck();
}

#[test]
fn what_the_group_may_not_read_is_not_stored_where_it_shares_the_repository() {
    if !can_change_accounts() {
        return;
    }
    let repo = shared(Layout::Plain, "group");
    as_account(&repo, ONE, "echo TOKEN >notes; chmod 600 notes; echo open >open");
    let answer = as_account(&repo, ONE, "git agent snapshot --json");
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["snapshot"]["skipped"][0]["reason"], "private", "{answer}");
    assert_eq!(answer["snapshot"]["skipped"][0]["path"], "notes");
    as_account(&repo, OTHER, "git gc -q; git fsck");
}

#[test]
fn what_is_of_a_clone_alone_is_hidden_from_those_who_clone_it() {
    let repo = TestRepo::new();
    repo.commit_file("a", "one\n", "first");
    repo.git(&["init", "-q", "--bare", "../remote"]).success();
    repo.git(&["remote", "add", "origin", "../remote"]).success();
    let refs = |name: &str, from: &str| {
        repo.git(&["clone", "-q", "--mirror", from, name]).success();
        repo.at(repo.tmp().join("repo").join(name)).git(&["for-each-ref", "--format=%(refname)"]).lines()
    };
    repo.agent(&["add", "--id", "t", "T"]).success();
    repo.agent(&["start", "t"]).success();
    repo.write("a", "two\n");
    let told = repo.agent(&["snapshot"]).success();
    assert!(told.stderr.contains("git push --mirror"), "{told}");
    repo.write("a", "three\n");
    let told = repo.agent(&["snapshot", "--json"]).success();
    assert!(!told.stderr.contains("git push --mirror"), "said once: {told}");
    assert!(told.json()["snapshot"]["unguarded"].as_str().unwrap().contains("git agent init"));
    assert!(refs("../open", ".").iter().any(|name| name.starts_with("refs/agent/snap/")));
    repo.agent(&["init"]).success();
    assert_eq!(refs("../hidden", "."), ["refs/heads/main", "refs/notes/agent-tasks"]);
    let clone = repo.clone_to("clone");
    clone.git(&["fetch", "-q", "origin", "+refs/*:refs/*", "--update-head-ok"]).success();
    assert_eq!(clone.git(&["for-each-ref", "refs/agent/snap", "refs/worktree"]).text(), "");
    // Tasks are shared all the same.
    clone.agent(&["init"]).success();
    clone.agent(&["sync"]).success();
    assert_eq!(clone.agent(&["list", "--json"]).json()["tasks"][0]["id"], "t");
    repo.write("a", "four\n");
    let guarded = repo.agent(&["snapshot", "--json"]).success();
    assert_eq!(guarded.stderr, "");
    let guarded = guarded.json();
    assert_eq!(guarded["snapshot"]["unguarded"], serde_json::Value::Null);
    let out = repo.agent(&["uninstall"]).success();
    assert!(out.stderr.contains("3 snapshots"), "{out}");
    repo.git(&["config", "--get-all", "transfer.hideRefs"]).exits(1);
    // They are ours when we come back.
    repo.agent(&["init"]).success();
    let id = guarded["snapshot"]["id"].as_str().unwrap().to_owned();
    repo.write("a", "five\n");
    repo.agent(&["snapshot", "restore", &id]).success();
    repo.agent(&["undo"]).success();
}

/// The owners of a repository that came from another account, and its configuration: what git refuses to enter starts nothing here.
#[test]
fn what_git_refuses_for_its_owner_runs_nothing_here_either() {
    if !can_change_accounts() {
        return;
    }
    let owners = [
        "chown OTHER .",
        "chown OTHER .git",
        "mv .git ../real; echo \"gitdir: $PWD/../real\" >.git; chown OTHER .git",
        "mv .git ../real; echo \"gitdir: $PWD/../real\" >.git; chown OTHER ../real",
        "mv .git ../real; ln -s ../real .git; chown -h OTHER .git",
    ];
    let evil = "printf '#!/bin/sh\\ntouch \"$HOME/pwned\"\\n' >.git/evil; chmod 755 .git/evil; mkdir .git/evils
        for name in pre-commit commit-msg prepare-commit-msg post-index-change reference-transaction post-checkout
        do cp .git/evil .git/evils/$name; done; evil=$PWD/.git/evil
        for name in core.fsmonitor filter.f.clean filter.f.smudge diff.d.textconv diff.external gpg.program core.sshCommand \\
            credential.helper core.pager core.editor core.askPass
        do git config $name $evil; done
        git config core.hooksPath $PWD/.git/evils; git config alias.agent \"!$evil\"; git config commit.gpgSign true
        echo 'a filter=f diff=d' >.gitattributes; echo two >a; git remote add origin ssh://here/there";
    let commands = "status|status --prompt|list|brief|log|diff|doctor|report|ops|next|checkpoint|snapshot|sync|guard -- rm -f a|\
        verify t -- true|squash t|note x|init|uninstall|hook prepare-commit-msg x|hook commit-msg x|host event claude session-start|\
        host event claude stop|mcp";
    for owner in owners {
        let repo = TestRepo::new();
        repo.commit_file("a", "one\n", "first");
        repo.agent(&["init", "-q"]).success();
        repo.agent(&["add", "Secret title", "--id", "t", "-q"]).success();
        repo.agent(&["start", "t", "-q"]).success();
        repo.sh(evil).success();
        repo.sh(&owner.replace("OTHER", &OTHER.to_string())).success();
        assert!(repo.git(&["rev-parse", "--git-dir"]).stderr.contains("dubious ownership"), "{owner}");
        for command in commands.split('|') {
            let cwd = repo.path().display().to_string();
            let event = serde_json::json!({ "session_id": "s", "cwd": cwd, "hook_event_name": "x" }).to_string();
            let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list","arguments":{}}}"#;
            let said = repo.run("git-agent").args(command.split(' ')).stdin(format!("{event}\n{call}\n")).run();
            let is_silent = command.starts_with("hook") || command.starts_with("host") || command == "mcp";
            assert!(is_silent || said.code != Some(0), "{owner}, {command}: {said}");
            assert!(!said.stdout.contains("Secret"), "{owner}, {command}: {said}");
            assert!(repo.sh("test -e \"$HOME/pwned\"").code != Some(0), "{owner}, {command}: {said}");
        }
        assert_eq!(repo.read("a"), "two\n");
    }
}
