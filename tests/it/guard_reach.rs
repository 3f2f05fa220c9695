//! `git agent guard` beyond the files of one worktree: other worktrees, the refs that hold snapshots, submodules, ignored files.

use serde_json::Value;

use crate::support::{Git, Layout, TestRepo, on_gits_with, on_one_git};

fn check(repo: &TestRepo, line: &str) -> Value {
    let output = repo.agent(&["guard", "--json", "--check", line]);
    let answer: Value = serde_json::from_slice(&output.raw).unwrap_or_else(|_| panic!("{output}"));
    assert_eq!(output.code, Some(i32::from(answer["verdict"] == "refused")), "{output}");
    answer
}

fn verdict(repo: &TestRepo, line: &str) -> String {
    check(repo, line)["verdict"].as_str().unwrap().to_owned()
}

/// The snapshot of the worktree at `dir`: its commit.
fn snapshot_of(answer: &Value, dir: &TestRepo) -> String {
    let top = dir.path().canonicalize().unwrap();
    let all = answer["snapshots"].as_array().unwrap();
    let of_it = all.iter().find(|snapshot| snapshot["worktree"] == top.to_str().unwrap());
    of_it.unwrap_or_else(|| panic!("no snapshot of {}: {answer}", top.display()))["commit"].as_str().unwrap().to_owned()
}

fn forget_everything(repo: &TestRepo) {
    // A pack of ours is kept until the next write.
    repo.sh("rm -f .git/objects/pack/*.keep").success();
    repo.git(&["reflog", "expire", "--expire=now", "--all"]).success();
    repo.git(&["gc", "-q", "--prune=now"]).success();
}

#[track_caller]
fn has(repo: &TestRepo, object: &str) {
    repo.git(&["cat-file", "-e", object]).success();
}

fn base(git: &Git) -> TestRepo {
    let repo = TestRepo::with_git(git);
    repo.write(".gitignore", "*.ignored\n/out/\n/wt/\n");
    repo.commit_file("a.txt", "one\n", "first");
    repo
}

/// A worktree with a detached HEAD, a commit that is left behind, a ref of its own and a rebase that stopped.
fn busy_worktree(repo: &TestRepo, place: &str) -> (TestRepo, Vec<String>) {
    repo.git(&["worktree", "add", "-q", "--detach", place]).success();
    let side = repo.at(place);
    let left = side.commit_file("left", "1\n", "only in the reflog");
    side.git(&["reset", "-q", "--hard", "HEAD~1"]).success();
    let named = side.commit_file("named", "1\n", "only a ref of the worktree's own");
    side.git(&["update-ref", "refs/worktree/kept", "HEAD"]).success();
    side.git(&["reset", "-q", "--hard", "HEAD~1"]).success();
    side.commit_file("a.txt", "side\n", "in the way of the rebase");
    side.git(&["checkout", "-q", "--detach"]).success();
    let tip = side.commit_file("tip", "1\n", "the tip");
    (side, vec![left, named, tip])
}

#[test]
fn history_that_only_a_worktree_has() {
    on_one_git(|git| {
        for line in [
            "git worktree remove ../side",
            "git worktree remove --force ../side",
            "git worktree remove side",
            "rm -rf ../side",
            "cd .. && rm -rf side",
            "rm -rf ../s*",
            "find ../side -delete",
        ] {
            let repo = base(git);
            let (_, commits) = busy_worktree(&repo, "../side");
            let answer = check(&repo, line);
            assert_eq!(answer["verdict"], "captured", "with {git}, {line}: {answer}");
            assert_eq!(verdict(&repo, line), "allowed", "{line}: held already");
            repo.sh("rm -rf ../side; git worktree prune").success();
            forget_everything(&repo);
            commits.iter().for_each(|commit| has(&repo, commit));
            repo.fsck();
        }
        let repo = base(git);
        let (side, commits) = busy_worktree(&repo, "wt");
        side.git(&["branch", "kept"]).success();
        side.git(&["update-ref", "-d", "refs/worktree/kept"]).success();
        // What branches have is at nobody's risk; it is the reflog that has more.
        let answer = check(&repo, "rm -rf wt");
        assert_eq!(answer["verdict"], "captured");
        let parents = side.git(&["rev-list", "--parents", "-1", &snapshot_of(&answer, &side)]).text();
        assert!(parents.contains(&commits[0]) && parents.contains(&commits[1]), "{parents}");
        let plain = repo.worktree("plain");
        assert_eq!(verdict(&repo, "rm -rf ../plain"), "allowed", "with {git}");
        plain.write("a.txt", "changed\n");
        for line in ["rm ../plain/a.txt", "rm -rf ../plain", "sed -i s/a/b/ ../plain/a.txt"] {
            plain.write("a.txt", format!("{line}\n"));
            let answer = check(&repo, line);
            let kept = format!("{}:worktree/a.txt", snapshot_of(&answer, &plain));
            assert_eq!(repo.git(&["cat-file", "blob", &kept]).success().stdout, format!("{line}\n"), "with {git}");
        }
        // Which one it is cannot be told; what is ignored there goes, too.
        plain.write("key.ignored", "secret\n");
        for line in ["git worktree remove $w", "git worktree list | xargs -n1 git worktree remove", "rm -rf ../plain"] {
            plain.write("a.txt", format!("{line}\n"));
            let kept = format!("{}:worktree/key.ignored", snapshot_of(&check(&repo, line), &plain));
            assert_eq!(repo.git(&["cat-file", "blob", &kept]).success().stdout, "secret\n", "with {git}, {line}");
        }
        // From the worktree, the main one is another.
        repo.write("a.txt", "main\n");
        let answer = check(&plain, "rm ../repo/a.txt");
        snapshot_of(&answer, &repo);
    });
}

#[test]
fn history_of_worktrees_that_are_gone() {
    on_one_git(|git| {
        for line in ["git worktree prune", "git worktree add -f ../side"] {
            let repo = base(git);
            let (_, commits) = busy_worktree(&repo, "../side");
            assert_eq!(verdict(&repo, "git worktree prune -v"), "allowed", "nothing is gone yet");
            std::fs::remove_dir_all(repo.path().join("../side")).unwrap();
            assert_eq!(check(&repo, line)["verdict"], "captured", "with {git}, {line}");
            repo.git(&["worktree", "prune"]).success();
            forget_everything(&repo);
            commits.iter().for_each(|commit| has(&repo, commit));
        }
    });
}

#[test]
fn a_rebase_that_stopped_in_a_worktree() {
    on_one_git(|git| {
        let repo = base(git);
        repo.git(&["worktree", "add", "-q", "--detach", "../side"]).success();
        let side = repo.at("../side");
        let old = side.commit_file("a.txt", "side\n", "in conflict");
        let next = side.commit_file("b.txt", "b\n", "picked later");
        repo.commit_file("a.txt", "main\n", "second");
        side.git(&["rebase", "main"]).exits(1);
        // Nothing but the files of the rebase leads there.
        side.git(&["reflog", "expire", "--expire=now", "--all"]).success();
        assert_eq!(check(&repo, "git worktree remove -f ../side")["verdict"], "captured");
        repo.git(&["worktree", "remove", "-f", "../side"]).success();
        forget_everything(&repo);
        has(&repo, &old);
        has(&repo, &next);
    });
}

#[test]
fn worktrees_in_a_reftable() {
    on_gits_with("git-2.45", |git| {
        let repo = TestRepo::with_layout(git, Layout::Reftable);
        repo.commit_file("a.txt", "one\n", "first");
        let (_, commits) = busy_worktree(&repo, "../side");
        assert_eq!(check(&repo, "git worktree remove -f ../side")["verdict"], "captured", "with {git}");
        repo.git(&["worktree", "remove", "-f", "../side"]).success();
        forget_everything(&repo);
        commits.iter().for_each(|commit| has(&repo, commit));
    });
}

#[test]
fn refs_that_are_deleted_are_held() {
    on_one_git(|git| {
        for (make, line) in [
            ("git tag only", "git tag -d only"),
            ("git tag -a -m x only", "git tag -d only"),
            ("git branch only", "git branch -M main only"),
            ("git update-ref refs/keep/only HEAD", "git update-ref -d refs/keep/only"),
            ("git update-ref refs/remotes/o/only HEAD", "git update-ref -d refs/remotes/o/only"),
            ("git update-ref refs/remotes/o/only HEAD", "git branch -D -r o/only"),
            ("git branch only", "git push . :only"),
            ("git branch only", "git push . --delete only"),
        ] {
            let repo = base(git);
            repo.git(&["checkout", "-q", "--detach"]).success();
            let commit = repo.commit_file("only", "1\n", "only here");
            repo.sh(make).success();
            repo.git(&["checkout", "-q", "main"]).success();
            assert_eq!(verdict(&repo, line), "captured", "with {git}, {line}");
            repo.sh(line).success();
            forget_everything(&repo);
            has(&repo, &commit);
        }
    });
}

#[test]
fn refs_that_hold_snapshots_are_not_deleted() {
    on_one_git(|git| {
        let repo = base(git);
        repo.write("a.txt", "two\n");
        repo.agent(&["snapshot"]).success();
        let name = repo.git(&["for-each-ref", "--format=%(refname)", "refs/agent/snap"]).text();
        for line in [
            format!("git update-ref -d {name}"),
            format!("git update-ref {name} HEAD"),
            format!("git symbolic-ref {name} refs/heads/main"),
            format!("git push . :{name}"),
            format!("echo x > .git/{name}"),
            format!("rm .git/{name}"),
            "rm -rf .git/refs/agent".to_owned(),
            "sed -i /agent/d .git/packed-refs".to_owned(),
        ] {
            let answer = check(&repo, &line);
            assert_eq!(answer["refusal"]["code"], "repository-at-risk", "with {git}, {line}: {answer}");
        }
        insta::allow_duplicates! {
            let said = repo.agent(&["guard", "--check", "git update-ref -d refs/agent/snap/X"]);
            insta::assert_snapshot!(said, @r"
            ------- stderr -------
            error: refused 'git update-ref -d refs/agent/snap/X': it moves or deletes refs that hold snapshots and operations; this cannot be undone
            nothing was changed
            hint: 'git agent snapshot drop' and 'git agent gc' remove snapshots that are no longer needed
            [exit code 1]
            ");
        }
    });
}

#[test]
fn what_rewrites_every_ref_gets_a_bundle_first() {
    on_one_git(|git| {
        let delete = "git for-each-ref --format='delete %(refname)' | grep -v heads/main | git update-ref --stdin";
        for line in [
            "git filter-branch -f --prune-empty --index-filter 'git rm -q --cached --ignore-unmatch b.txt' -- --all",
            delete,
            "git for-each-ref --format='%(refname)' refs/agent | xargs -n1 git update-ref -d",
            "git fetch -q --prune ../other '+refs/*:refs/*' --update-head-ok",
            "git fetch -q --update-head-ok mirror",
        ] {
            let repo = base(git);
            repo.set_env("FILTER_BRANCH_SQUELCH_WARNING", "1");
            repo.commit_file("b.txt", "b\n", "second");
            repo.clone_to("other");
            repo.sh("git remote add mirror ../other; git config remote.mirror.fetch '+refs/*:refs/*'").success();
            repo.sh("git config remote.mirror.prune true; git config remote.mirror.tagOpt --no-tags").success();
            repo.write("a.txt", "two\n");
            let answer = check(&repo, line);
            assert_eq!(answer["verdict"], "captured", "with {git}, {line}: {answer}");
            let bundle = answer["bundles"][0].as_str().unwrap_or_else(|| panic!("{line}: {answer}")).to_owned();
            let id = answer["snapshot"]["id"].as_str().unwrap().to_owned();
            let commit = answer["snapshot"]["commit"].as_str().unwrap().to_owned();
            assert_eq!(check(&repo, line)["bundles"][0], bundle.as_str(), "it has all of it already");
            // Run it, and forget what it left.
            repo.git(&["checkout", "-q", "--", "a.txt"]).success();
            repo.sh(&format!("{line}; true")).success();
            repo.sh("git for-each-ref --format='delete %(refname)' refs/agent refs/original | git update-ref --stdin")
                .success();
            forget_everything(&repo);
            repo.git(&["cat-file", "-e", &commit]).exits(1);
            repo.git(&["fetch", "-q", "--update-head-ok", &bundle, "+refs/*:refs/*"]).success();
            has(&repo, &commit);
            repo.agent(&["snapshot", "restore", &id]).success();
            assert_eq!(repo.read("a.txt"), "two\n", "with {git}, {line}");
        }
        let repo = base(git);
        for line in ["git fetch --prune", "git filter-branch --tree-filter true HEAD", "git update-ref -d refs/heads/x"]
        {
            assert_eq!(check(&repo, line)["bundles"], Value::Null, "{line}");
        }
        let said = repo.agent(&["guard", "--check", "git filter-repo --force --path src"]).success();
        assert!(said.stderr.contains("Restore with: git fetch --update-head-ok '"), "{said}");
    });
}

/// A repository with a submodule `sub`, which has one in it, `sub/deep`.
fn with_submodules(git: &Git) -> TestRepo {
    let repo = base(git);
    repo.sh("for name in deep sub; do git init -q -b main ../$name; echo 1 >../$name/file; git -C ../$name add -A
            git -C ../$name commit -qm $name; done
        git -C ../sub submodule --quiet add ../deep deep; git -C ../sub commit -qm deep
        git submodule --quiet add ../sub sub; git submodule --quiet update --init --recursive; git commit -qm sub")
        .success();
    repo
}

#[test]
fn what_goes_into_submodules_saves_them_first() {
    on_one_git(|git| {
        for line in [
            "rm -rf sub",
            "rm -rf s*",
            "rm -rf sub/deep sub/file sub/new",
            "find . -name 'fil*' -delete",
            "git rm -rf sub",
            "git submodule update --force --recursive",
            "git submodule deinit -f sub",
            "git submodule deinit -f --all",
            "git submodule foreach --recursive git reset --hard",
            "git submodule foreach 'git checkout -f && git clean -fd'",
            "git checkout -f --recurse-submodules",
            "git reset --hard --recurse-submodules",
            "git read-tree -u --reset --recurse-submodules HEAD",
            "git -c submodule.recurse=true reset --hard",
            "git -C sub reset --hard; git -C sub/deep checkout .",
            "(cd sub && git stash -u); (cd sub/deep && git clean -fd; git checkout .)",
            "rm sub/file sub/deep/file",
            "for x in sub; do rm -r $x; done",
        ] {
            let repo = with_submodules(git);
            let (sub, deep) = (repo.at("sub"), repo.at("sub/deep"));
            repo.write("sub/file", "mine\n");
            repo.write("sub/new", "new\n");
            repo.write("sub/deep/file", "deep\n");
            let answer = check(&repo, line);
            assert_eq!(answer["verdict"], "captured", "with {git}, {line}: {answer}");
            let (of_sub, of_deep) = (snapshot_of(&answer, &sub), snapshot_of(&answer, &deep));
            // It is in a repository that outlives the command.
            repo.sh(&format!("{{ {line}; }} >/dev/null 2>&1 || true")).success();
            let modules = repo.path().join(".git/modules/sub");
            for (dir, object, text) in [
                (modules.clone(), format!("{of_sub}:worktree/file"), "mine\n"),
                (modules.clone(), format!("{of_sub}:worktree/new"), "new\n"),
                (modules.join("modules/deep"), format!("{of_deep}:worktree/file"), "deep\n"),
            ] {
                let told = repo
                    .git(&["--work-tree=.", "--git-dir", dir.to_str().unwrap(), "cat-file", "blob", &object])
                    .success();
                assert_eq!(told.stdout, text, "with {git}, {line}");
            }
        }
        let repo = with_submodules(git);
        for line in ["rm -rf sub", "git submodule update --force", "git submodule foreach git reset --hard"] {
            assert_eq!(verdict(&repo, line), "allowed", "with {git}, {line}: all is committed");
        }
        repo.write("sub/file", "mine\n");
        repo.git(&["config", "submodule.recurse", "true"]).success();
        snapshot_of(&check(&repo, "git reset --hard"), &repo.at("sub"));
        repo.write("a.txt", "outside\n");
        snapshot_of(&check(&repo.at("sub"), "rm ../a.txt"), &repo);
        repo.write("sub/file", "again\n");
        repo.git(&["config", "submodule.recurse", "false"]).success();
        assert_eq!(verdict(&repo, "git submodule foreach git status"), "safe");
    });
}

#[test]
fn ignored_files_of_submodules_are_saved_where_their_commits_have_files() {
    on_one_git(|git| {
        let moved = || {
            let repo = base(git);
            repo.sh("git init -q -b main ../lib; cd ../lib; echo 1 >file; git add -A; git commit -qm one
                mkdir out; echo theirs >gen; echo theirs >out/big; git add -A; git commit -qm two; cd -
                git submodule --quiet add ../lib sub; git commit -qm sub
                cd sub; git checkout -q HEAD~1; printf 'gen\nout/\n' >>$(git rev-parse --git-path info/exclude)
                echo mine >gen; mkdir out; for n in $(seq 300); do echo mine >out/$n; done; echo mine >out/big")
                .success();
            repo
        };
        for line in [
            "git submodule update",
            "git submodule update --init --recursive",
            "git submodule update --force sub",
            "git submodule update --remote",
            "git checkout --recurse-submodules -",
            "git -c submodule.recurse=true reset --hard",
            "git pull --recurse-submodules",
        ] {
            let repo = moved();
            let answer = check(&repo, line);
            assert_eq!(answer["verdict"], "captured", "with {git}, {line}: {answer}");
            let held = snapshot_of(&answer, &repo.at("sub"));
            repo.sh(&format!("{{ {line}; }} >/dev/null 2>&1 || true")).success();
            for path in ["gen", "out/big"] {
                let text = repo.git(&["-C", "sub", "cat-file", "blob", &format!("{held}:worktree/{path}")]).success();
                assert_eq!(text.stdout, "mine\n", "with {git}, {line}");
            }
        }
        let repo = moved();
        repo.sh("cd sub; rm -r gen out").success();
        assert_ne!(verdict(&repo, "git submodule update"), "captured", "with {git}: there is nothing to overwrite");
        assert_eq!(verdict(&repo, "git submodule status"), "safe");
    });
}

#[test]
fn a_repository_that_goes_whole_is_not_thrown_away() {
    on_one_git(|git| {
        let refused = |repo: &TestRepo, line: &str| {
            let refs = || repo.git(&["for-each-ref", "refs/agent"]).stdout;
            let before = refs();
            let answer = check(repo, line);
            assert_eq!(answer["refusal"]["code"], "cannot-capture", "with {git}, {line}: {answer}");
            assert_eq!(refs(), before, "a refusal changes nothing");
        };
        // A repository that is no submodule: committed or not, no remote has it.
        for place in ["nested", "out/nested", "dir/nested"] {
            let repo = base(git);
            repo.sh(&format!("git init -q {place}; echo 1 >{place}/file")).success();
            let top = place.split('/').next().unwrap();
            for line in
                [format!("rm -rf {place}"), format!("rm -rf {top}"), "rm -rf *".into(), format!("rm -rf {place}/.git")]
            {
                refused(&repo, &line);
            }
            if place.starts_with("out") {
                assert_ne!(verdict(&repo, "git clean -ffd"), "refused", "with {git}: it leaves what is ignored");
            }
            let twice = if place.starts_with("out") { "git clean -ffdx" } else { "git clean -ffd" };
            refused(&repo, twice);
            // Git takes shortened options.
            refused(&repo, &twice.replace("-ff", "--forc --forc -"));
            assert_ne!(verdict(&repo, "git clean -fd"), "refused", "git leaves it alone");
            repo.sh(&format!("git -C {place} add -A; git -C {place} commit -qm x")).success();
            refused(&repo, &format!("rm -rf {top}"));
            // A file in it is saved there.
            repo.write(&format!("{place}/file"), "mine\n");
            snapshot_of(&check(&repo, &format!("rm {place}/file")), &repo.at(place));
            repo.git(&["config", "agent.guard", "off"]).success();
            assert_eq!(verdict(&repo, &format!("rm -rf {top}")), "allowed");
        }
        // What its remote has can go, and is told of.
        let repo = base(git);
        repo.git(&["clone", "-q", ".", "out/copy"]).success();
        let answer = check(&repo, "rm -rf out");
        assert_eq!(answer["verdict"], "allowed", "with {git}: {answer}");
        assert!(answer["warnings"][0].as_str().unwrap().contains("'out/copy' is deleted"), "{answer}");
        repo.sh("git -C out/copy commit -q --allow-empty -m mine").success();
        refused(&repo, "rm -rf out");
        // A submodule whose git directory is in it; one whose git directory goes.
        let repo = with_submodules(git);
        repo.write("sub/file", "mine\n");
        refused(&repo, "rm -rf sub .git/modules/sub");
        refused(&repo, "rm -rf .git/modules");
        repo.sh("git -C sub checkout -q -- file; git -C sub/deep checkout -q -- .").success();
        assert_eq!(verdict(&repo, "rm -rf .git/modules/sub"), "allowed", "with {git}");
        repo.sh("git -C sub commit -q --allow-empty -m mine").success();
        refused(&repo, "rm -rf .git/modules/sub");
        // A worktree takes its submodules along.
        let repo = with_submodules(git);
        repo.sh("git worktree add -q ../side; git -C ../side submodule --quiet update --init").success();
        repo.write("../side/sub/file", "mine\n");
        refused(&repo, "git worktree remove --force ../side");
        snapshot_of(&check(&repo, "rm -rf ../side"), &repo.at("../side/sub"));
    });
}

/// A branch `topic` with files that are ignored on `main`, where they are other ones.
fn with_ignored(git: &Git) -> TestRepo {
    let repo = base(git);
    repo.git(&["checkout", "-q", "-b", "topic"]).success();
    repo.sh("mkdir -p out/dir in; echo theirs >key.ignored; echo theirs >out/dir/file; echo theirs >in/x.ignored")
        .success();
    repo.sh("echo theirs >flat.ignored; git add -f .; git commit -qm ignored").success();
    repo.sh("git rm -q flat.ignored; echo b >b; git add b; git commit -qm next").success();
    repo.git(&["checkout", "-q", "main"]).success();
    repo.sh(
        "mkdir -p out in/x.ignored; echo mine >key.ignored; echo mine >out/dir; echo mine >in/x.ignored/deep.ignored",
    )
    .success();
    repo.write("flat.ignored", "mine\n");
    repo
}

#[test]
fn ignored_files_in_the_places_of_others() {
    on_one_git(|git| {
        for line in [
            "git checkout topic",
            "git checkout --detach topic~0",
            "git checkout -b new topic",
            "git switch topic",
            "git switch -f topic",
            "git merge topic",
            "git merge --no-ff -m words topic",
            "git reset --hard topic",
            "git reset --keep topic",
            "git reset --merge topic",
            "git read-tree -m -u HEAD topic",
            "git read-tree -u --reset topic",
            "git checkout topic -- .",
            "git restore -s topic .",
            "git cherry-pick topic~1",
            "git cherry-pick main..topic",
            "git rebase topic",
            "git pull ../other topic",
            "git pull --rebase ../other topic",
            "git checkout $branch",
            "git bisect start topic main",
        ] {
            let repo = with_ignored(git);
            let answer = check(&repo, line);
            assert_eq!(answer["verdict"], "captured", "with {git}, {line}: {answer}");
            let name = answer["snapshot"]["ref"].as_str().unwrap();
            for path in ["key.ignored", "out/dir", "in/x.ignored/deep.ignored"] {
                let object = format!("{name}:worktree/{path}");
                assert_eq!(repo.git(&["cat-file", "blob", &object]).success().stdout, "mine\n", "with {git}, {line}");
            }
            assert_eq!(verdict(&repo, line), "allowed", "{line}: it is held");
            let is_clean = check(&with_ignored_elsewhere(git), line)["verdict"] != "refused";
            assert!(is_clean);
        }
        let repo = with_ignored(git);
        for line in ["git checkout -b new", "git checkout main", "git merge main", "git checkout nothing"] {
            assert_eq!(verdict(&repo, line), "safe", "with {git}, {line}");
        }
        // The stash, and one that is in the way of what was taken out of the index.
        let repo = with_ignored(git);
        repo.sh("echo s >stashed; git add stashed; git stash -q; echo stashed >>.git/info/exclude; echo mine >stashed")
            .success();
        for line in ["git stash pop", "git stash apply 0", "git stash branch x"] {
            let answer = check(&repo, line);
            let name = answer["snapshot"]["ref"].as_str().unwrap_or_else(|| panic!("{line}: {answer}")).to_owned();
            repo.git(&["cat-file", "-e", &format!("{name}:worktree/stashed")]).success();
        }
        let repo = base(git);
        repo.sh("git rm -q --cached a.txt; rm a.txt; mkdir a.txt; echo mine >a.txt/x.ignored").success();
        let answer = check(&repo, "git reset --hard");
        let name = answer["snapshot"]["ref"].as_str().unwrap();
        repo.git(&["cat-file", "-e", &format!("{name}:worktree/a.txt/x.ignored")]).success();
        // A branch of a remote that is not here yet, and a worktree elsewhere.
        let repo = with_ignored(git);
        let clone = repo.clone_to("clone");
        clone.write("key.ignored", "mine\n");
        for line in ["git checkout topic", "git switch topic", "cd .. && git -C clone checkout topic"] {
            clone.write("key.ignored", format!("{line}\n"));
            assert_eq!(verdict(&clone, line), "captured", "with {git}, {line}");
        }
        assert_eq!(clone.git(&["ls-files", "-s", "key.ignored"]).stdout, "");
    });
}

/// The same branch, with nothing in the places of its files.
fn with_ignored_elsewhere(git: &Git) -> TestRepo {
    let repo = base(git);
    repo.git(&["branch", "topic"]).success();
    repo.write("other.ignored", "mine\n");
    repo
}
