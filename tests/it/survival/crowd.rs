//! Several worktrees, several processes, hooks of other people, and hooks that fail.

use super::{Fate, Needs, Scenario};
use crate::support::{TestRepo, program};

/// Run the same script in several directories at once.
fn at_once(here: &TestRepo, places: &[TestRepo], script: &str) {
    let children: Vec<_> = places
        .iter()
        .map(|place| {
            let command = place.run("sh").args(["-e", "-c", script]).env("HOME", here.tmp().join("home"));
            let mut command = command.into_command();
            command.stdout(std::process::Stdio::null()).spawn().expect("sh starts")
        })
        .collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success(), "{script}");
    }
}

pub static ROWS: &[Scenario] = &[
    Scenario {
        number: "41",
        name: "a task in each worktree, branches switched",
        expects: "each worktree stamps its own; one without a task stamps none",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            let (other, third) = (case.worktree("other"), case.worktree("third"));
            case.begin();
            case.play("active T; made one; git checkout -q -b switched; made two");
            case.play_in(&other, "active U; made three");
            case.play_in(&third, "made four");
            case.expect("topic~..switched", "T T");
            case.expect("topic~..topic", "T");
            case.expect("third~..third", "-");
            case.expect("other~..other", "U");
        },
    },
    Scenario {
        number: "42",
        name: "4 worktrees that commit, amend and rebase at once",
        expects: "each keeps its own; no event of the ledger is lost",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            let places: Vec<TestRepo> = (0..4).map(|n| case.worktree(&format!("w{n}"))).collect();
            case.begin();
            for (place, task) in places.iter().zip(["T", "U", "V", "T"]) {
                case.play_in(place, &format!("active {task}"));
            }
            at_once(
                case,
                &places,
                "for n in 1 2 3; do echo $n >f$n; git add .; git commit -q -m $n; git commit -q --amend -m again; done; git rebase -q main",
            );
            for (place, wanted) in ["w0", "w1", "w2", "w3"].iter().zip(["T T T", "U U U", "V V V", "T T T"]) {
                case.expect(&format!("main..{place}"), &format!("T - U {wanted}"));
            }
        },
    },
    Scenario {
        number: "43",
        name: "8 processes that append to one task",
        expects: "every line is there",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            let places: Vec<TestRepo> = (0..8).map(|_| case.at(".")).collect();
            at_once(case, &places, "for n in 1 2 3; do git agent note --task T \"$$ $n\" >/dev/null 2>&1; done");
            let key = case.run("git").args(["hash-object", "--stdin"]).stdin("0 task T\n").run().text();
            let note = case.git(&["notes", "--ref=agent-tasks", "show", &key]).lines();
            case.same("notes", &note.iter().filter(|line| line.contains(" note ")).count(), &24);
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "47",
        name: "husky: a core.hooksPath with a commit-msg that rewrites",
        expects: "both run; the task is named; uninstall restores",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.agent(&["hook", "uninstall"]).success();
            case.write_script(".husky/commit-msg", "#!/bin/sh\necho 'Checked-by: husky' >>\"$1\"\n");
            case.write_script(".husky/pre-commit", "#!/bin/sh\ntouch ../ran\n");
            case.play("git config core.hooksPath .husky; active V");
            let before = case.read(".husky/commit-msg");
            case.agent(&["hook", "install"]).success();
            case.begin();
            case.play("echo 1 >one; git add one; git commit -q -m one");
            case.expect("HEAD~..", "V");
            case.same("their hook", &case.tmp().join("ran").exists(), &true);
            case.agent(&["hook", "uninstall"]).success();
            case.same("their hook afterwards", &case.read(".husky/commit-msg"), &before);
        },
    },
    Scenario {
        number: "48",
        name: "git-agent missing, crashing, hanging",
        expects: "the commit is made; it names no task",
        fate: Fate::Unknown,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.write_script("../fake/git-agent", "#!/bin/sh\nkill -9 $$\n");
            let path = format!("{0}/fake:{0}/bin:/usr/bin:/bin", case.tmp().display());
            case.set_env("PATH", path);
            case.play("made crashed");
            case.write_script("../fake/git-agent", "#!/bin/sh\necho broken >&2; exit 3\n");
            case.play("made failed");
            case.unset_env("PATH");
            let agent = program().parent().expect("a directory");
            case.set_env("PATH", format!("{}:{}/bin:/usr/bin:/bin", agent.display(), case.tmp().display()));
            case.expect("HEAD~2..", "- -");
        },
    },
    Scenario {
        number: "",
        name: "hooks switched off while a task is active: -c core.hooksPath=, hooks directory replaced",
        expects: "no task; 'git agent status' tells of each, 'git agent repair' links it",
        fate: Fate::Unknown,
        needs: Needs::Nothing,
        play: |case| {
            case.play("idle; git agent start T >/dev/null 2>&1");
            case.agent(&["hook", "uninstall"]).success();
            case.play("mkdir ../none; git -c core.hooksPath=../none commit -q --allow-empty -m one; git config core.hooksPath ../none; made two");
            case.expect("HEAD~2..", "- -");
            let told = case.agent(&["status", "--json"]).json()["unstamped"].as_array().map(Vec::len);
            case.same("told of", &told, &Some(2));
            let linked = case.agent(&["repair", "--dry-run", "--json"]).json()["linked"].as_array().map(Vec::len);
            case.same("could be linked", &linked, &Some(2));
        },
    },
    Scenario {
        number: "",
        name: "GIT_AGENT_TASK, also one that is no id",
        expects: "the variable's; where it is no id, the worktree's",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("GIT_AGENT_TASK=U git commit -q --allow-empty -m one; GIT_AGENT_TASK='no id' git commit -q --allow-empty -m two 2>/dev/null");
            case.expect("HEAD~2..", "U V");
        },
    },
];
