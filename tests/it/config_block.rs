//! What `init` writes into the repository's configuration: one block, taken out without a trace, whatever else is in there.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{TestRepo, at_once, generated_hook, gits, on_every_git};

/// A repeatable source of numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % sides as u64) as usize
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.roll(from.len())]
    }
}

const PIECES: [&str; 26] = [
    "[user]\n\tname = U\n",
    "[user]\r\n\tname = U\r\n",
    "[agent]\n\tidPrefix = mine-\n",
    "[agent] lease = 4h\n",
    "[notes \"agent-tasks\"]\n\tmergeStrategy = cat_sort_uniq\n",
    "[notes \"agent-tasks\"]\n\tmergeStrategy = union\n",
    "[remote \"origin\"]\n\tfetch = +refs/notes/agent*:refs/agent/remotes/origin/agent*\n",
    "[remote \"origin\"]\n\turl = ../other\n",
    "[remote \"origin\"] ; spare\n",
    "[branch \"main\"]\n\tremote = origin\n\tmerge = refs/heads/main\n",
    "[alias]\n\tx = \"!f() { \\\n  echo [not a heading]; \\\n }; f\"\n",
    "[alias]\n\ty = log \\\n",
    "[include]\n\tpath = ../included\n",
    "[hook \"mine\"]\n\tevent = pre-auto-gc\n\tcommand = true\n",
    "# a remark\n",
    "; another \\\n",
    "\n",
    "\n\n  \t\n",
    "[core]\n\t# git-agent is fine\n",
    "[gc]auto=0\n",
    "[a \"b\\\"]c\"]\n\td\n",
    "[x]\n\ty = \"a # b\" # c\n",
    "[x]\n\n\n\tz =\n",
    "[X.Sub]\n\tq = 1\n",
    "[color]\n\tui = never",
    "[alias]\n\tz = log\\",
];

/// A repository with a random configuration file that git can read.
fn random(dice: &mut Dice, git: &crate::support::Git) -> Option<TestRepo> {
    let repo = TestRepo::with_git(git);
    repo.git(&["remote", "add", "origin", "../remote"]).success();
    repo.write("../included", "[notes \"agent-tasks\"]\n\tmergeStrategy = union\n[agent]\n\tkeepFor = 1d\n");
    let mut text = repo.read(".git/config");
    for _ in 0..dice.roll(7) {
        text.push_str(dice.pick(&PIECES));
        if !text.ends_with('\n') && dice.roll(2) == 0 {
            text.push('\n');
        }
    }
    for _ in 0..dice.roll(2) {
        text.pop();
    }
    repo.write(".git/config", &text);
    (repo.git(&["config", "--list"]).code == Some(0)).then_some(repo)
}

fn numbers(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The settings of the repository's own file that are not ours.
fn settings(repo: &TestRepo) -> Vec<String> {
    let mut lines = repo.git(&["config", "--local", "--no-includes", "--list", "-z"]).success().stdout;
    lines.pop();
    lines.split('\0').map(str::to_owned).collect()
}

#[test]
fn in_and_out_leaves_every_byte() {
    let seed = numbers("GIT_AGENT_TEST_SEED", 1);
    on_every_git(|git| {
        for game in 0..numbers("GIT_AGENT_TEST_GAMES", 6) {
            let mut dice = Dice(seed * 1000 + game);
            let Some(repo) = random(&mut dice, git) else { continue };
            let before = repo.read(".git/config");
            let list = settings(&repo);
            let words: &[&str] = if dice.roll(2) == 0 { &["init"] } else { &["init", "--id-prefix", "job-"] };
            repo.agent(words).success();
            let with = repo.read(".git/config");
            let now = settings(&repo);
            assert!(now.starts_with(&list), "{game}: {now:#?} {list:#?}");
            repo.agent(words).success();
            assert_eq!(repo.read(".git/config"), with, "game {game}: twice");
            repo.agent(&["init"]).success();
            assert_eq!(repo.read(".git/config"), with, "game {game}: without the prefix");
            repo.agent(&["uninstall"]).success();
            assert_eq!(repo.read(".git/config"), before, "game {game} with {git}");
            repo.agent(&["uninstall"]).success();
            assert_eq!(repo.read(".git/config"), before, "game {game} with {git}: twice");
        }
    });
}

#[test]
fn what_git_changes_in_between_stays() {
    let seed = numbers("GIT_AGENT_TEST_SEED", 1);
    const CHANGES: [&str; 12] = [
        "config agent.lease 3h",
        "config --add remote.origin.fetch +refs/x/*:refs/x/*",
        "config remote.origin.pushurl ../there",
        "config user.email u@example.com",
        "config new.key value",
        "config --unset user.name",
        "config --remove-section branch.main",
        "config --rename-section branch.main branch.other",
        "config notes.agent-tasks.mergeStrategy union",
        "config hook.git-agent-commit-msg.enabled true",
        "config --add agent.trailerIgnore None",
        "config --unset-all alias.x",
    ];
    on_every_git(|git| {
        for game in 0..numbers("GIT_AGENT_TEST_GAMES", 6) {
            let mut dice = Dice(seed * 2000 + game);
            let Some(repo) = random(&mut dice, git) else { continue };
            // Git itself appends to a value that goes on.
            repo.write(".git/config", repo.read(".git/config") + "\n\n");
            let bare = repo.read(".git/config");
            let changes: Vec<&str> = (0..1 + dice.roll(4)).map(|_| dice.pick(&CHANGES)).collect();
            let all = |repo: &TestRepo| -> Vec<Option<i32>> {
                changes.iter().map(|line| repo.git(&line.split(' ').collect::<Vec<_>>()).code).collect()
            };
            repo.agent(&["init"]).success();
            let codes = all(&repo);
            repo.agent(&["uninstall"]).success();
            let mut left = settings(&repo);
            repo.write(".git/config", bare);
            let mut wanted = match all(&repo) == codes {
                true => settings(&repo),
                // A value of the user's own besides ours: git asks which one is meant.
                false => continue,
            };
            // Sections of one name are read in turn; which of them git writes to is its own affair.
            left.sort();
            wanted.sort();
            assert_eq!(left, wanted, "game {game} with {git}: {changes:?}");
        }
    });
}

#[test]
fn a_strategy_that_the_user_has_set_is_left_alone() {
    on_every_git(|git| {
        for value in ["cat_sort_uniq", "union"] {
            let repo = TestRepo::with_git(git);
            repo.git(&["config", "--global", "notes.agent-tasks.mergeStrategy", value]).success();
            let before = repo.read(".git/config");
            repo.agent(&["init"]).success();
            assert_eq!(repo.git(&["config", "notes.agent-tasks.mergeStrategy"]).text(), value);
            repo.agent(&["uninstall"]).success();
            assert_eq!(repo.read(".git/config"), before);
        }
        // Those of one process say nothing about the repository.
        let repo = TestRepo::with_git(git);
        repo.git(&["-c", "notes.agent-tasks.mergeStrategy=union", "agent", "init"]).success();
        repo.run("git-agent")
            .args(["init", "--id-prefix", "x-"])
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "agent.idPrefix")
            .env("GIT_CONFIG_VALUE_0", "x-")
            .run()
            .success();
        assert_eq!(repo.git(&["config", "notes.agent-tasks.mergeStrategy"]).text(), "cat_sort_uniq");
        assert_eq!(repo.git(&["config", "agent.idPrefix"]).text(), "x-");
    });
}

#[test]
fn a_locked_configuration_is_a_refusal_that_changes_nothing() {
    at_once(gits(), |git| {
        let repo = TestRepo::with_git(git);
        let hooks = |repo: &TestRepo| repo.sh("ls .git .git/hooks; cat .git/config").text();
        for command in ["init", "uninstall"] {
            repo.write(".git/config.lock", "");
            let before = hooks(&repo);
            let output = repo.agent(&[command]).exits(4);
            assert!(output.stderr.contains("config.lock' exists"), "{output}");
            assert_eq!(hooks(&repo), before, "{command}");
            repo.sh("rm .git/config.lock").success();
            repo.agent(&["init"]).success();
        }
        repo.agent(&["uninstall"]).success();
        // Git writes to a file that is read-only, too.
        let config = repo.path().join(".git/config");
        let before = repo.read(".git/config");
        std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o444)).unwrap();
        repo.agent(&["init"]).success();
        assert_eq!(config.metadata().unwrap().permissions().mode() & 0o777, 0o444);
        repo.agent(&["uninstall"]).success();
        assert_eq!(repo.read(".git/config"), before);
    });
}

#[test]
fn settings_of_an_earlier_version_move_into_the_block() {
    on_every_git(|git| {
        for command in ["init", "uninstall"] {
            let repo = TestRepo::with_git(git);
            repo.git(&["remote", "add", "origin", "../remote"]).success();
            let before = repo.read(".git/config");
            repo.agent(&["init", "--no-hooks"]).success();
            repo.agent(&["uninstall"]).success();
            assert_eq!(repo.read(".git/config"), before);
            // As that version left it: its hooks, and settings by `git config`.
            repo.write_script(".git/hooks/post-commit", &generated_hook("exit 0\n"));
            repo.git(&["config", "notes.agent-tasks.mergeStrategy", "cat_sort_uniq"]).success();
            let spec = "+refs/notes/agent*:refs/agent/remotes/origin/agent*";
            repo.git(&["config", "--add", "remote.origin.fetch", spec]).success();
            repo.agent(&[command]).success();
            repo.agent(&["uninstall"]).success();
            assert_eq!(repo.read(".git/config"), before, "{command}");
        }
        // Without its hooks they may be the user's.
        let repo = TestRepo::with_git(git);
        repo.git(&["config", "notes.agent-tasks.mergeStrategy", "cat_sort_uniq"]).success();
        let before = repo.read(".git/config");
        repo.agent(&["uninstall"]).success();
        repo.agent(&["init"]).success();
        repo.agent(&["uninstall"]).success();
        assert_eq!(repo.read(".git/config"), before);
    });
}

#[test]
fn a_section_that_goes_takes_no_mark_along() {
    on_every_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.git(&["remote", "add", "origin", "../remote"]).success();
        repo.git(&["config", "branch.gone.remote", "origin"]).success();
        repo.agent(&["init"]).success();
        repo.git(&["config", "--remove-section", "branch.gone"]).success();
        repo.git(&["remote", "rename", "origin", "up"]).success();
        repo.git(&["remote", "remove", "up"]).success();
        repo.agent(&["init"]).success();
        repo.agent(&["uninstall"]).success();
        let plain = TestRepo::with_git(git);
        assert_eq!(repo.read(".git/config"), plain.read(".git/config"));
    });
}
