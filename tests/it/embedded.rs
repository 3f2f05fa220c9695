//! A repository inside of the work tree that came from elsewhere, with an archive perhaps: nothing that it configures is run by commands
//! that run no git there.

use crate::support::TestRepo;

/// A repository with another one inside, whose configuration runs `evil` for whatever git does there.
fn world(configure: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("a", "one\n", "first");
    repo.agent(&["add", "--id", "t", "T"]).success();
    repo.agent(&["start", "t"]).success();
    repo.write_script("../evil", "#!/bin/sh\necho \"$@\" >>\"$HOME/pwned\"\nexit 1\n");
    let evil = repo.tmp().join("evil");
    repo.sh(&format!(
        "mkdir deep; git init -q deep/in; cd deep/in; echo x >f; git add f; git commit -qm x; echo y >>f; evil='{}'; {configure}",
        evil.display()
    ))
    .success();
    repo.sh("rm -f \"$HOME/pwned\"").success();
    repo
}

fn is_run(repo: &TestRepo) -> bool {
    !repo.sh("cat \"$HOME/pwned\" 2>/dev/null || :").success().stdout.is_empty()
}

const CONFIGURED: [(&str, &str); 5] = [
    ("git config core.fsmonitor \"$evil\"", "core.fsmonitor"),
    ("git config filter.x.clean \"$evil\"; echo '* filter=x' >.git/info/attributes", "filter.x.clean"),
    ("git config filter.x.process \"$evil\"; echo '* filter=x' >.gitattributes", "filter.x.process"),
    ("cp \"$evil\" .git/hooks/post-index-change; chmod +x .git/hooks/*", "hooks/post-index-change"),
    (
        "git config core.fsmonitor \"$evil\"; mv .git/config .git/other; printf '[include]\\n\\tpath = other\\n' >.git/config",
        "core.fsmonitor",
    ),
];

#[test]
fn the_guard_runs_nothing_that_an_embedded_repository_configures() {
    for (configure, setting) in CONFIGURED {
        let repo = world(configure);
        for line in ["rm -rf deep", "rm deep/in/f", "rm -rf deep/in", "git clean -ffdx", "sed -i s/x/y/ deep/in/f"] {
            let checked = repo.agent(&["guard", "--check", line]);
            assert!(!is_run(&repo), "{line}, {configure}: {checked}");
            assert!(checked.stderr.contains(setting), "{line}, {configure}: {checked}");
            // What only changes a file runs, with a warning.
            assert_eq!(
                checked.code,
                Some(if line.starts_with("sed") { 0 } else { 1 }),
                "{line}, {configure}: {checked}"
            );
        }
        // One who works in it trusts it, as with git.
        let inside = repo.at(repo.path().join("deep/in"));
        inside.agent(&["guard", "--check", "git clean -n"]).success();
    }
}

#[test]
fn nothing_else_runs_it_either() {
    for (configure, _) in CONFIGURED {
        let repo = world(configure);
        for words in [
            "status",
            "snapshot",
            "checkpoint --only a",
            "changes-since t@start",
            "brief",
            "doctor",
            "rollback t@start --dry-run",
        ] {
            let said = repo.agent(&words.split(' ').collect::<Vec<_>>());
            assert!(said.code.is_some_and(|code| code < 5) && !is_run(&repo), "{words}, {configure}: {said}");
        }
    }
}

#[test]
fn what_git_lfs_and_people_set_up_is_saved() {
    let repo = world(
        "git config filter.lfs.clean 'git-lfs clean -- %f'; git config core.fsmonitor false; git config user.name X",
    );
    let checked = repo.agent(&["guard", "--check", "rm deep/in/f", "--json"]).json();
    assert_eq!(checked["verdict"], "captured", "{checked}");
}
