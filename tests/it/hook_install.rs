//! Installing hooks beside whatever is there, and taking them out without a trace; scenarios 47 and 48.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::support::{
    Git, Layout, TestRepo, found, generated_hook, gits, is_missing, on_every_git, on_gits_with, program,
};

/// Every file below `dir`: type and mode, and what is in it.
fn photograph(dir: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut seen = BTreeMap::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(path) = todo.pop() {
        let meta = path.symlink_metadata().unwrap();
        let content = match meta.file_type() {
            kind if kind.is_dir() => {
                todo.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                Vec::new()
            }
            kind if kind.is_symlink() => std::fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes(),
            _ => std::fs::read(&path).unwrap(),
        };
        seen.insert(path, (meta.mode(), content));
    }
    seen
}

/// A repository where task T is active; `prepare` sets the stage before hooks are installed.
fn repo(git: &Git) -> TestRepo {
    let repo = TestRepo::with_git(git);
    repo.use_real_dates();
    repo.activate("T");
    repo.git(&["commit", "-q", "--allow-empty", "-m", "base"]).success();
    repo
}

/// A commit made now names T.
#[track_caller]
fn stamps(repo: &TestRepo) {
    repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
    assert_eq!(repo.task_ids("HEAD"), ["T"], "with {}", repo.git_version());
}

/// Install twice, see that commits are stamped, uninstall, see that every byte is as before.
#[track_caller]
fn comes_and_goes(repo: &TestRepo, work: impl Fn(&TestRepo)) {
    let status = repo.git(&["status", "--porcelain"]).text();
    let before = photograph(repo.path());
    repo.agent(&["hook", "install"]).success();
    let installed = photograph(repo.path());
    repo.agent(&["hook", "install"]).success();
    assert!(photograph(repo.path()) == installed, "a second installation changes something");
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), status, "our files show in git status");
    repo.agent(&["hook", "check"]).success();

    let copy = repo.tmp().join("copy");
    repo.sh(&format!("cp -a . {}", copy.display())).success();
    work(&repo.at(&copy));

    repo.agent(&["hook", "uninstall"]).success();
    let after = photograph(repo.path());
    let differing: Vec<_> =
        before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path)).collect();
    assert!(differing.is_empty(), "uninstall left traces with {}: {differing:?}", repo.git_version());
    repo.agent(&["hook", "check"]).failure();
    repo.sh(&format!("rm -rf {}", copy.display())).success();
}

#[test]
fn into_a_plain_repository() {
    on_every_git(|git| {
        let repo = repo(git);
        comes_and_goes(&repo, stamps);
        repo.sh("rm -r .git/hooks .git/info").success();
        comes_and_goes(&repo, stamps);
        repo.sh("printf '[a]\\n\\tb = c' >>.git/config; mkdir .git/hooks; chmod 700 .git/hooks; chmod 600 .git/config")
            .success();
        comes_and_goes(&repo, stamps);
    });
}

#[test]
fn into_other_layouts() {
    on_every_git(|git| {
        for layout in [Layout::Sha256, Layout::Reftable] {
            if layout == Layout::Reftable && !git.has_reftable() {
                continue;
            }
            let repo = TestRepo::with_layout(git, layout);
            repo.use_real_dates();
            repo.git(&["commit", "-q", "--allow-empty", "-m", "base"]).success();
            comes_and_goes(&repo, |copy| {
                copy.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
                assert_eq!(copy.message("HEAD"), b"x\n");
                copy.activate("T");
                stamps(copy);
                copy.git(&["checkout", "-q", "-b", "side", "HEAD~1"]).success();
                copy.activate("U");
                copy.git(&["cherry-pick", "--allow-empty", "main"]).success();
                assert_eq!(copy.task_ids("HEAD"), ["T"]);
                copy.git(&["commit", "-q", "--amend", "--allow-empty", "-m", "y"]).success();
                assert_eq!(copy.task_ids("HEAD"), ["T"]);
            });
        }
    });
}

#[test]
fn into_a_bare_repository_with_a_worktree() {
    on_every_git(|git| {
        let repo = repo(git);
        repo.git(&["clone", "-q", "--bare", ".", "../bare"]).success();
        let bare = repo.at("../bare");
        bare.agent(&["hook", "install"]).success();
        let tree = bare.worktree("tree");
        tree.activate("T");
        stamps(&tree);
        bare.agent(&["hook", "uninstall"]).success();
    });
}

#[test]
fn from_a_linked_worktree_and_from_a_subdirectory() {
    on_every_git(|git| {
        let repo = repo(git);
        let linked = repo.worktree("linked");
        linked.write("sub/file", "");
        linked.at("sub").agent(&["hook", "install"]).success();
        linked.activate("T");
        stamps(&linked);
        stamps(&repo);
        std::fs::create_dir(repo.path().join("sub")).unwrap();
        stamps(&repo.at("sub"));
        let output = repo.agent(&["hook", "uninstall"]).success();
        assert!(output.stdout.contains("Removed the commit-msg hook."), "{output}");
    });
}

#[test]
fn existing_hooks_run_first_and_their_exit_code_counts() {
    on_every_git(|git| {
        let repo = repo(git);
        let hook = "#!/bin/sh\necho \"$0 $*\" >>log\ncase $(cat \"$1\") in *forbidden*) exit 3 ;; esac\n";
        repo.write_script(".git/hooks/commit-msg", hook);
        repo.write_script(".git/hooks/prepare-commit-msg", "#!/usr/bin/env bash\nset -eu\n[[ $0 == */prepare-commit-msg ]]\nprintf 'prefix: ' | cat - \"$1\" >\"$1.x\"\nmv \"$1.x\" \"$1\"\n");
        repo.write_script(".git/hooks/post-commit", "echo \"$0\" >>log\n");
        comes_and_goes(&repo, |copy| {
            stamps(copy);
            assert_eq!(copy.message("HEAD"), b"prefix: x\n\nTask-Id: T\n");
            copy.git(&["commit", "-q", "--allow-empty", "-m", "forbidden"]).failure();
            let log = copy.read("log");
            let lines: Vec<_> = log
                .lines()
                .map(|line| line.rsplit_once("/.git/").map_or(line, |(_, rest)| rest).trim_start_matches(".git/"))
                .collect();
            assert_eq!(lines[..2], ["hooks/commit-msg .git/COMMIT_EDITMSG", "hooks/post-commit"], "with {git}");
        });
    });
}

#[test]
fn an_existing_hook_that_replaces_the_message_does_not_undo_the_stamp() {
    on_every_git(|git| {
        let repo = repo(git);
        repo.write_script(".git/hooks/prepare-commit-msg", "#!/bin/sh\necho replaced >\"$1\"\n");
        repo.agent(&["hook", "install"]).success();
        stamps(&repo);
        assert_eq!(repo.message("HEAD"), b"replaced\n\nTask-Id: T\n");
        let linked = repo.worktree("linked");
        linked.activate("T");
        stamps(&linked);
    });
}

#[test]
fn programs_links_and_dead_hooks_are_kept() {
    on_every_git(|git| {
        let repo = repo(git);
        repo.write_script(
            "scripts/hook.py",
            "#!/usr/bin/env python3\nimport sys\nopen('log', 'a').write('python ' + sys.argv[1] + '\\n')\n",
        );
        repo.git(&["add", "."]).success();
        repo.git(&["commit", "-q", "-m", "scripts"]).success();
        symlink("../../scripts/hook.py", repo.path().join(".git/hooks/commit-msg")).unwrap();
        symlink("nowhere", repo.path().join(".git/hooks/post-commit")).unwrap();
        repo.write(".git/hooks/prepare-commit-msg", "#!/bin/sh\nexit 1\n");
        comes_and_goes(&repo, |copy| {
            stamps(copy);
            assert_eq!(copy.read("log"), "python .git/COMMIT_EDITMSG\n", "the disabled hook stays disabled");
        });
    });
}

#[test]
fn s47_beside_husky() {
    on_every_git(|git| {
        let repo = repo(git);
        // As husky 9 lays it out: git runs `.husky/_/<hook>`, which finds the user's script by its own name.
        repo.write(".husky/_/.gitignore", "*");
        repo.write_script(".husky/_/h", "#!/usr/bin/env sh\nn=$(basename \"$0\")\ns=$(dirname \"$(dirname \"$0\")\")/$n\n[ ! -f \"$s\" ] && exit 0\nsh -e \"$s\" \"$@\"\nc=$?\nexit $c\n");
        for hook in ["prepare-commit-msg", "commit-msg", "post-commit", "pre-commit"] {
            repo.write_script(&format!(".husky/_/{hook}"), "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"");
        }
        repo.write(".husky/commit-msg", "echo husky \"$1\" >>log\ngrep -q forbidden \"$1\" && exit 1 || exit 0\n");
        repo.git(&["config", "core.hooksPath", ".husky/_"]).success();
        repo.git(&["add", "."]).success();
        repo.git(&["commit", "-q", "-m", "husky"]).success();
        comes_and_goes(&repo, |copy| {
            copy.write("log", "");
            stamps(copy);
            assert_eq!(copy.read("log"), "husky .git/COMMIT_EDITMSG\n", "with {git}");
            copy.git(&["commit", "-q", "--allow-empty", "-m", "forbidden"]).failure();
        });
        assert_eq!(repo.git(&["config", "core.hooksPath"]).text(), ".husky/_");
    });
}

#[test]
fn s47_a_hook_manager_that_writes_over_ours_is_noticed() {
    on_gits_with("git-before-2.54", |git| {
        let repo = repo(git);
        // lefthook and pre-commit write scripts like this one into the hooks directory, again at every update.
        let manager = |version: u32| format!("#!/bin/sh\n# version {version}\necho manager >>log\nexit 0\n");
        repo.write_script(".git/hooks/prepare-commit-msg", &manager(1));
        repo.agent(&["hook", "install"]).success();
        repo.write_script(".git/hooks/prepare-commit-msg", &manager(2));
        let output = repo.agent(&["hook", "check"]).failure();
        assert!(output.stdout.contains("was overwritten by another hook"), "{output}");
        repo.agent(&["hook", "install"]).success();
        repo.agent(&["hook", "check"]).success();
        stamps(&repo);
        assert_eq!(repo.read("log"), "manager\n");
        assert_eq!(repo.read(".git/hooks/prepare-commit-msg.before-git-agent"), manager(2));
        assert_eq!(repo.read(".git/hooks/prepare-commit-msg.before-git-agent.1"), manager(1), "nothing is thrown away");
        repo.agent(&["hook", "uninstall"]).success();
        assert_eq!(repo.read(".git/hooks/prepare-commit-msg"), manager(2));
    });
}

#[test]
fn a_hooks_directory_in_the_work_tree() {
    on_every_git(|git| {
        let repo = repo(git);
        repo.write_script("my hooks/pre-commit", "#!/bin/sh\nexit 0\n");
        repo.git(&["config", "core.hooksPath", "my hooks"]).success();
        comes_and_goes(&repo, stamps);
        repo.git(&["add", "."]).success();
        repo.git(&["commit", "-q", "-m", "hooks"]).success();
        comes_and_goes(&repo, stamps);
        repo.write_script("my hooks/commit-msg", "#!/bin/sh\nexit 0\n");
        comes_and_goes(&repo, stamps);
    });
}

#[test]
fn hooks_that_git_tracks_are_not_touched() {
    on_gits_with("git-before-2.54", |git| {
        let repo = repo(git);
        repo.write_script("hooks/prepare-commit-msg", "#!/bin/sh\nexit 0\n");
        repo.git(&["config", "core.hooksPath", "hooks"]).success();
        repo.git(&["add", "."]).success();
        repo.git(&["commit", "-q", "-m", "hooks"]).success();
        let output = repo.agent(&["hook", "install"]).success();
        assert!(
            output.stdout.contains("git tracks it. Add to it: git agent hook prepare-commit-msg \"$@\" || :"),
            "{output}"
        );
        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
        repo.agent(&["hook", "check"]).failure();
        repo.write_script("hooks/prepare-commit-msg", "#!/bin/sh\ngit agent hook prepare-commit-msg \"$@\" || :\n");
        repo.agent(&["hook", "check"]).success();
        stamps(&repo);
    });
}

#[test]
fn what_somebody_changed_is_left_alone() {
    on_gits_with("git-before-2.54", |git| {
        let repo = repo(git);
        repo.agent(&["hook", "install"]).success();
        let changed = format!("{}echo mine\n", repo.read(".git/hooks/prepare-commit-msg"));
        repo.write_script(".git/hooks/prepare-commit-msg", &changed);
        let output = repo.agent(&["hook", "uninstall"]).success();
        assert!(output.stdout.contains("prepare-commit-msg', as it was modified."), "{output}");
        assert_eq!(repo.read(".git/hooks/prepare-commit-msg"), changed);
        assert!(!repo.path().join(".git/hooks/commit-msg").exists());
    });
}

#[test]
fn hooks_switched_off_or_elsewhere_are_noticed() {
    on_every_git(|git| {
        let repo = repo(git);
        repo.agent(&["hook", "install"]).success();
        if git.has_config_hooks() {
            repo.git(&["config", "hook.commit-msg.enabled", "false"]).success();
            let output = repo.agent(&["hook", "check"]).failure();
            assert!(output.stdout.contains("the commit-msg hook is disabled by 'hook.commit-msg.enabled'"), "{output}");
            return;
        }
        repo.sh("chmod -x .git/hooks/commit-msg").success();
        let output = repo.agent(&["hook", "check"]).failure();
        assert!(output.stdout.contains("it is not executable"), "{output}");
        repo.git(&["config", "core.hooksPath", "other"]).success();
        let output = repo.agent(&["hook", "check"]).failure();
        assert!(output.stdout.contains("git runs hooks from '$TMP/repo/other'"), "{output}");
        repo.agent(&["hook", "uninstall"]).success();
        assert!(!repo.path().join(".git/hooks/commit-msg").exists(), "found where they are");
        repo.git(&["config", "core.hooksPath", "/dev/null"]).success();
        let output = repo.agent(&["hook", "install"]).exits(5);
        assert!(output.stderr.contains("core.hooksPath is '/dev/null'"), "{output}");
    });
}

#[test]
fn both_mechanisms_at_once_stamp_once() {
    on_gits_with("git-2.54", |git| {
        let Some(old) = found("git-before-2.54", gits().iter().find(|git| !git.has_config_hooks())) else { return };
        let repo = repo(git);
        let old_path = format!("{}:{}", program().parent().unwrap().display(), repo.tmp().join("old").display());
        std::fs::create_dir(repo.tmp().join("old")).unwrap();
        symlink(&old.path, repo.tmp().join("old/git")).unwrap();
        let install = || {
            repo.run("git-agent")
                .args(["hook", "install"])
                .env("PATH", format!("{old_path}:/usr/bin:/bin"))
                .run()
                .success()
        };
        repo.agent(&["hook", "install"]).success();
        install();
        assert!(repo.path().join(".git/hooks/commit-msg").exists());
        stamps(&repo);
        assert_eq!(repo.message("HEAD"), b"x\n\nTask-Id: T\n");
        repo.agent(&["hook", "install"]).success();
        assert!(!repo.path().join(".git/hooks/commit-msg").exists(), "moved to the configuration");
        stamps(&repo);
    });
}

#[test]
fn a_directory_that_cannot_be_written_is_said_to_be() {
    // Root may write everywhere.
    let is_root = std::fs::metadata("/proc/self").map_or(0, |meta| meta.uid()) == 0;
    if is_missing("an account that is not root", !is_root) {
        return;
    }
    on_gits_with("git-before-2.54", |git| {
        let repo = repo(git);
        let hooks = repo.path().join(".git/hooks");
        std::fs::set_permissions(&hooks, std::fs::Permissions::from_mode(0o555)).unwrap();
        let output = repo.agent(&["hook", "install"]).exits(5);
        std::fs::set_permissions(&hooks, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert!(output.stderr.contains("cannot write"), "{output}");
    });
}

#[test]
fn hooks_of_an_older_version_are_said_to_be_old_and_renewed() {
    on_every_git(|git| {
        let repo = repo(git);
        let place = if git.has_config_hooks() { "the configuration" } else { "'$TMP/repo/.git/hooks/commit-msg'" };
        if git.has_config_hooks() {
            let block = "# git-agent begin - (x)\n[hook \"git-agent-commit-msg\"]\n\tcommand = \"true\"\n\tevent = commit-msg\n# git-agent end\n";
            repo.write(".git/config", repo.read(".git/config") + block);
        } else {
            repo.write_script(".git/hooks/commit-msg", &generated_hook("exit 0\n"));
        }
        let doctor = repo.agent(&["doctor", "--json"]).stdout;
        assert!(doctor.contains(&format!("the commit-msg hook in {place} is from an older version")), "{doctor}");
        repo.agent(&["init"]).success();
        let doctor = repo.agent(&["doctor", "--json"]).stdout;
        assert!(doctor.contains("every hook is installed where git runs it"), "{doctor}");
        stamps(&repo);
    });
}

/// Values of the environment are of one process alone.
#[test]
fn hooks_are_never_written_where_the_environment_says() {
    on_every_git(|git| {
        for value in ["", "elsewhere", "/dev/null"] {
            let repo = repo(git);
            let setting = format!("core.hooksPath={value}");
            repo.git(&["-c", &setting, "agent", "init"]).success();
            assert_eq!(repo.git(&["status", "--porcelain", "--ignored"]).text(), "", "{value}");
            stamps(&repo);
            repo.git(&["-c", &setting, "agent", "uninstall"]).success();
            repo.activate("T");
            repo.run("git-agent")
                .args(["init"])
                .env("GIT_CONFIG_COUNT", "1")
                .env("GIT_CONFIG_KEY_0", "core.hooksPath")
                .env("GIT_CONFIG_VALUE_0", value)
                .run()
                .success();
            assert_eq!(repo.git(&["status", "--porcelain", "--ignored"]).text(), "", "{value}");
            stamps(&repo);
        }
        // The same in the repository: git looks for hooks in the root directory then.
        let repo = repo(git);
        repo.git(&["config", "core.hooksPath", ""]).success();
        let before = photograph(repo.path());
        if !git.has_config_hooks() {
            repo.agent(&["init"]).exits(5);
            assert!(photograph(repo.path()) == before, "a refusal changes nothing");
        }
    });
}

#[test]
fn a_relative_hooks_directory_is_another_one_in_each_worktree() {
    on_every_git(|git| {
        let repo = repo(git);
        repo.write_script("my hooks/pre-commit", "#!/bin/sh\nexit 0\n");
        repo.git(&["config", "core.hooksPath", "my hooks"]).success();
        repo.git(&["add", "."]).success();
        repo.git(&["commit", "-q", "-m", "hooks"]).success();
        let side = repo.worktree("side");
        let before = photograph(&repo.path().join(".git/hooks"));
        let exclude = repo.read(".git/info/exclude");
        repo.agent(&["init"]).success();
        repo.agent(&["add", "x", "--id", "x"]).success();
        repo.agent(&["add", "y", "--id", "y"]).success();
        side.activate("T");
        for there in [&repo, &side] {
            stamps(there);
            assert_eq!(there.git(&["status", "--porcelain"]).text(), "");
        }
        repo.git(&["config", "agent.hookHint", "true"]).success();
        let late = repo.worktree("late");
        let started = late.agent(&["start", "x"]).success();
        let said = started.stderr.contains("commits in this worktree are not stamped");
        assert_eq!(said, !git.has_config_hooks(), "{started}");
        late.agent(&["init"]).success();
        late.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
        assert_eq!(late.task_ids("HEAD"), ["x"]);
        let started = late.agent(&["start", "y"]).success();
        assert!(!started.stderr.contains("not stamped"), "{started}");
        side.agent(&["uninstall"]).success();
        for there in [&repo, &side, &late] {
            assert_eq!(there.git(&["status", "--porcelain", "--ignored"]).text(), "", "with {git}");
        }
        assert!(photograph(&repo.path().join(".git/hooks")) == before);
        assert_eq!(repo.read(".git/info/exclude"), exclude);
    });
}
