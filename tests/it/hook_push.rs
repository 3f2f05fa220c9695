//! The `pre-push` hook: what is private to this clone is not pushed, everything else is, whatever happens.

use std::path::Path;

use crate::support::{Git, Layout, TestRepo, on_every_git, on_gits_with, program};

/// A repository with a remote, a snapshot, a ledger and a copy of somebody's ledger.
fn repo(git: &Git) -> TestRepo {
    prepare(TestRepo::with_git(git))
}

fn prepare(repo: TestRepo) -> TestRepo {
    repo.commit_file("a.txt", "one\n", "first");
    let format = repo.git(&["rev-parse", "--show-object-format"]).text();
    repo.git(&["init", "-q", "--bare", "--object-format", &format, "../remote"]).success();
    repo.git(&["remote", "add", "origin", "../remote"]).success();
    for name in ["snap/01JD00000000000000000000AA", "ops/main", "remotes/origin/agent-x"] {
        repo.git(&["update-ref", &format!("refs/agent/{name}"), "HEAD"]).success();
    }
    repo.git(&["tag", "v1"]).success();
    repo.activate("T");
    repo
}

fn remote_refs(repo: &TestRepo) -> Vec<String> {
    let mut refs = repo.at("../remote").git(&["for-each-ref", "--format=%(refname)"]).lines();
    refs.retain(|name| !name.is_empty());
    refs
}

const SNAP: &str = "refs/agent/snap/01JD00000000000000000000AA";

#[test]
fn private_refs_are_not_pushed_in_any_way() {
    on_every_git(|git| {
        let repo = repo(git);
        repo.agent(&["init"]).success();
        let as_branch = format!("{SNAP}:refs/heads/x");
        for words in [
            &["--mirror"][..],
            &["--mirror", "origin"],
            &["origin", SNAP],
            &["origin", "main", "refs/agent/*"],
            &["origin", &as_branch],
            &["origin", "HEAD:refs/agent/ops/x"],
            &["origin", "refs/*"],
            &["origin", "refs/*", "^refs/agent/*"],
            &["origin", "refs/worktree/agent/active"],
        ] {
            let output = repo.run("git").args(["push", "-q"]).args(words).run().failure();
            assert!(output.stderr.contains("is private to this clone"), "{words:?}: {output}");
            assert_eq!(remote_refs(&repo), [""; 0], "{words:?}");
        }
        let output = repo.git(&["push", "-q", "origin", SNAP]).failure();
        let told: Vec<&str> = output.stderr.lines().filter(|line| !line.contains("failed to push")).collect();
        assert_eq!(
            told,
            [
                &format!(
                    "error: cannot push '{SNAP}': it is private to this clone, like refs/agent/*, where snapshots hold uncommitted work"
                ),
                "nothing was pushed",
                "hint: to push branches and tags: git push origin 'refs/heads/*' 'refs/tags/*'",
                "hint: to push everything else: git push origin 'refs/*' '^refs/agent/*' '^refs/worktree/*'",
            ]
        );
        // An address may hold a password.
        let output = repo.git(&["push", "-q", "../remote", SNAP]).failure();
        assert!(output.stderr.contains("git push <remote> 'refs/heads/*'"), "{output}");
        // The hints work.
        repo.git(&["push", "-q", "origin", "refs/*", "^refs/agent/*", "^refs/worktree/*"]).success();
        assert_eq!(remote_refs(&repo), ["refs/heads/main", "refs/tags/v1"]);
        repo.git(&["push", "-q", "origin", "refs/heads/*", "refs/tags/*"]).success();
    });
}

#[test]
fn ordinary_pushes_and_deletions_go_on() {
    on_every_git(|git| {
        let repo = repo(git);
        repo.git(&["push", "-q", "origin", SNAP]).success();
        repo.agent(&["init"]).success();
        repo.agent(&["add", "x", "--id", "x"]).success();
        for words in [
            &["origin", "main"][..],
            &["--tags"],
            &["--all"],
            &["origin", "main"],
            &["origin", "HEAD^{/first}:refs/heads/other"],
        ] {
            let output = repo.run("git").args(["push", "-q"]).args(words).run().success();
            assert_eq!(output.stderr, "", "{words:?}");
        }
        repo.git(&["push", "-q", "origin", "HEAD:refs/heads/refs/agent/branch"]).success();
        repo.agent(&["sync"]).success();
        repo.git(&["push", "-q", "origin", "--delete", SNAP]).success();
        let refs = [
            "refs/heads/main",
            "refs/heads/other",
            "refs/heads/refs/agent/branch",
            "refs/notes/agent-tasks",
            "refs/tags/v1",
        ];
        assert_eq!(remote_refs(&repo), refs);
    });
}

#[test]
fn in_every_layout_and_worktree() {
    on_every_git(|git| {
        for layout in [Layout::Sha256, Layout::Reftable] {
            if layout == Layout::Reftable && !git.has_reftable() {
                continue;
            }
            let repo = prepare(TestRepo::with_layout(git, layout));
            repo.agent(&["init"]).success();
            let side = repo.worktree("side");
            side.git(&["push", "-q", "--mirror", "origin"]).failure();
            repo.git(&["push", "-q", "origin", "main"]).success();
            assert_eq!(remote_refs(&repo), ["refs/heads/main"]);
        }
    });
}

#[test]
fn a_hook_that_was_there_reads_the_same_and_has_its_say() {
    on_every_git(|git| {
        for interpreter in ["#!/bin/sh", "#!/usr/bin/env bash", "#!/usr/bin/env python3", ""] {
            let repo = repo(git);
            let before = match interpreter {
                "#!/usr/bin/env python3" => format!(
                    "{interpreter}\nimport sys\nopen('seen', 'ab').write(sys.stdin.buffer.read() + b'end ' + sys.argv[1].encode() + b'\\n')\n"
                ),
                _ => format!("{interpreter}\ncat >>seen\necho \"end $1\" >>seen\n[ ! -e no ] || exit 3\n"),
            };
            repo.write_script(".git/hooks/pre-push", &before);
            repo.agent(&["init"]).success();
            repo.git(&["push", "-q", "origin", "main", "v1"]).success();
            let head = repo.head();
            let zero = "0".repeat(40);
            let line = |name: &str| format!("{name} {head} {name} {zero}\n");
            assert_eq!(
                repo.read("seen"),
                line("refs/heads/main") + &line("refs/tags/v1") + "end origin\n",
                "{interpreter}"
            );
            repo.write("seen", "");
            // Nothing to push is nothing to read.
            repo.git(&["push", "-q", "origin", "main"]).success();
            assert!(["", "end origin\n"].contains(&&*repo.read("seen")), "{}", repo.read("seen"));
            repo.git(&["push", "-q", "origin", SNAP]).failure();
            if !interpreter.contains("python") {
                repo.write("no", "");
                repo.git(&["push", "-q", "origin", "main:third"]).failure();
                assert!(!remote_refs(&repo).contains(&"refs/heads/third".to_owned()));
            }
            repo.agent(&["uninstall"]).success();
            assert_eq!(repo.read(".git/hooks/pre-push"), before);
        }
    });
}

#[test]
fn a_hook_that_does_not_read_is_no_trouble() {
    on_every_git(|git| {
        let repo = repo(git);
        repo.write_script(".git/hooks/pre-push", "#!/bin/sh\nexit 0\n");
        repo.agent(&["init"]).success();
        // More than a pipe holds.
        repo.sh("head=$(git rev-parse HEAD); for i in $(seq 600); do echo \"create refs/heads/branch-with-a-name-of-some-length-$i $head\"; done | git update-ref --stdin").success();
        let output = repo.git(&["push", "-q", "--all", "origin"]).success();
        assert_eq!(output.stderr, "");
        repo.git(&["push", "-q", "--mirror", "origin"]).failure();
    });
}

#[test]
fn no_program_is_needed() {
    on_every_git(|git| {
        for script in
            [None, Some("#!/bin/sh\nexit 1\n"), Some("#!/bin/sh\nkill -KILL $$\n"), Some("#!/bin/sh\nsleep 60\n")]
        {
            let repo = repo(git);
            repo.agent(&["init"]).success();
            let program = program().display().to_string();
            repo.sh(&format!("sed -i 's|{program}|/nowhere/git-agent|' .git/config")).success();
            if let Some(script) = script {
                repo.write_script("../fake/git-agent", script);
            }
            repo.set_env("PATH", format!("{0}/fake:{0}/bin:/usr/bin:/bin", repo.tmp().display()));
            repo.git(&["push", "-q", "origin", "main"]).success();
            repo.git(&["push", "-q", "--mirror", "origin"]).failure();
        }
    });
}

#[test]
fn a_hook_of_somebodys_own_can_call_us() {
    on_gits_with("git-before-2.54", |git| {
        let repo = repo(git);
        repo.write_script("hooks/pre-push", "#!/bin/sh\nexit 0\n");
        repo.git(&["config", "core.hooksPath", "hooks"]).success();
        repo.git(&["add", "hooks"]).success();
        repo.git(&["commit", "-q", "-m", "hooks"]).success();
        let output = repo.agent(&["hook", "install"]).success();
        let line = output.stdout.split("Add to it: ").nth(1).and_then(|rest| rest.lines().next()).unwrap().to_owned();
        repo.write_script("hooks/pre-push", &format!("#!/bin/sh\n{line}\n"));
        repo.agent(&["hook", "install"]).success();
        let checked = repo.agent(&["hook", "check"]);
        assert!(checked.stdout.contains("the pre-push hook is installed"), "{checked}");
        let shim = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("hooks/pre-push")).unwrap();
        let by_program = repo.git(&["push", "-q", "origin", SNAP]).failure().stderr;
        repo.write_script("hooks/pre-push", std::str::from_utf8(&shim).unwrap());
        let by_shim = repo.git(&["push", "-q", "origin", SNAP]).failure().stderr;
        assert_eq!(by_program, by_shim);
        repo.agent(&["hook", "install"]).success();
        assert_eq!(repo.read("hooks/pre-push").as_bytes(), shim, "a copy of the shim is as good");
        repo.write_script("hooks/pre-push", &format!("#!/bin/sh\n{line}\n"));
        repo.git(&["push", "-q", "origin", "main"]).success();
        repo.write_script("../fake/git-agent", "#!/bin/sh\nkill -KILL $$\n");
        repo.set_env("PATH", format!("{0}/fake:{0}/bin:/usr/bin:/bin", repo.tmp().display()));
        repo.git(&["push", "-q", "origin", "main:other"]).success();
    });
}

#[test]
fn an_older_installation_gets_it_with_the_next_init() {
    on_every_git(|git| {
        let repo = repo(git);
        repo.agent(&["init"]).success();
        let missing =
            |repo: &TestRepo| repo.agent(&["hook", "check"]).stdout.contains("the pre-push hook is not installed");
        assert!(!missing(&repo));
        match git.has_config_hooks() {
            true => {
                let config = repo.read(".git/config");
                let start = config.find("[hook \"git-agent-pre-push\"]").unwrap();
                let end = start + config[start..].find("# git-agent end").unwrap();
                repo.write(".git/config", format!("{}{}", &config[..start], &config[end..]));
            }
            false => std::fs::remove_file(repo.path().join(".git/hooks/pre-push")).unwrap(),
        }
        assert!(missing(&repo));
        let doctor = repo.agent(&["doctor", "--json"]).stdout;
        assert!(doctor.contains("the pre-push hook is not installed"), "{doctor}");
        repo.agent(&["init"]).success();
        assert!(!missing(&repo));
        repo.git(&["push", "-q", "--mirror", "origin"]).failure();
    });
}
