//! Managers that are hardly to be had any more, by what they wrote: husky 4, yorkie, overcommit.

use super::{both_orders, commits, ours, repo, works};
use crate::support::{TestRepo, on_every_git};

/// What husky 4 writes into every hook, and where it calls what is configured for that hook.
const HUSKY_4: &str = "#!/bin/sh\n# husky\n\n# Created by Husky v4.3.8 (https://github.com/typicode/husky#readme)\n\n\
    . \"$(dirname \"$0\")/husky.sh\"\n";
const HUSKY_4_RUNS: &str = "gitParams=\"$*\"\nhookName=\"$(basename \"$0\")\"\n[ \"$hookName\" = commit-msg ] || exit 0\n\
    sh ./theirs.sh $gitParams\nexit $?\n";
const YORKIE: &str = "#!/bin/sh\n#yorkie 2.0.0\n\n[ \"$(basename \"$0\")\" = commit-msg ] || exit 0\n\
    export GIT_PARAMS=\"$*\"\nsh ./theirs.sh $GIT_PARAMS\n";
const OVERCOMMIT: &str = "#!/bin/sh\n# Entrypoint for Overcommit hook integration. Installing Overcommit will result in\n\
    # OVERCOMMIT_DISABLE is set: nothing\n[ \"$(basename \"$0\")\" = commit-msg ] || exit 0\nsh ./theirs.sh \"$1\"\n";

/// The hooks that these managers write, among others that we have nothing to do with.
const HOOKS: [&str; 4] = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"];

/// They write their own hooks again, and skip those of others: who comes second has no hook.
#[test]
fn managers_that_skip_the_hooks_of_others() {
    let write = |mark: &'static str, text: &'static str| {
        move |repo: &TestRepo| {
            repo.write(".git/hooks/husky.sh", HUSKY_4_RUNS);
            for hook in HOOKS {
                let path = format!(".git/hooks/{hook}");
                if !repo.path().join(&path).exists() || repo.read(&path).contains(mark) {
                    repo.write_script(&path, text);
                }
            }
        }
    };
    let link = |repo: &TestRepo| {
        repo.write_script(".git/hooks/overcommit-hook", OVERCOMMIT);
        let hooks = HOOKS.join(" ");
        repo.sh(&format!(
            "cd .git/hooks; for hook in {hooks}; do [ -e $hook ] && [ ! -L $hook ] || ln -sf overcommit-hook $hook; done"
        ))
        .success();
    };
    let (husky, yorkie) = (write("# husky", HUSKY_4), write("#yorkie", YORKIE));
    let managers = [("husky", &husky as &dyn Fn(&TestRepo)), ("yorkie", &yorkie), ("overcommit", &link)];
    on_every_git(|git| {
        for (name, install) in managers {
            let repo = repo(git, &[]);
            install(&repo);
            works(&repo, 0, name);
            for _ in 0..2 {
                repo.agent(&["init"]).success();
                works(&repo, 1, name);
                install(&repo);
                works(&repo, 1, name);
            }
            repo.agent(&["uninstall"]).success();
            repo.activate("T");
            works(&repo, 0, name);
            assert_eq!(ours(&repo), "", "{name}");
            install(&repo);
            works(&repo, 0, name);
        }
    });
}

/// It moves all hooks of others into `old-hooks`, and back when it is removed.
#[test]
fn all_hooks_moved_by_overcommit_and_put_back() {
    let install = |repo: &TestRepo| {
        for hook in HOOKS {
            repo.sh(&format!(
                "cd .git/hooks; mkdir -p old-hooks; [ ! -e {hook} ] || grep -q OVERCOMMIT_DISABLE {hook} || mv {hook} old-hooks/"
            ))
            .success();
            repo.write_script(&format!(".git/hooks/{hook}"), OVERCOMMIT);
        }
    };
    on_every_git(|git| {
        both_orders(git, &[], install);
        // It is removed while ours stand aside: ours come back, and what they call is gone.
        let repo = repo(git, &[]);
        repo.agent(&["init"]).success();
        install(&repo);
        commits(&repo, "overcommit");
        repo.sh(
            "cd .git/hooks; grep -l OVERCOMMIT_DISABLE * 2>/dev/null | xargs rm -f; for old in old-hooks/*; do [ ! -e $old ] || mv $old .; done
            rmdir old-hooks",
        )
        .success();
        let stamped = |repo: &TestRepo| {
            repo.git(&["commit", "-q", "--allow-empty", "-m", "x"]).success();
            repo.task_ids("HEAD")
        };
        assert_eq!(stamped(&repo), ["T"]);
        repo.agent(&["init"]).success();
        assert_eq!(stamped(&repo), ["T"]);
        repo.agent(&["uninstall"]).success();
        repo.activate("T");
        assert!(stamped(&repo).is_empty());
        assert_eq!(ours(&repo), "");
    });
}
