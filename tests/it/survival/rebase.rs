//! Rebase without a list that somebody edits. V is active throughout and must not appear on what is merely replayed.

use super::{Fate, Needs, Scenario};

pub static ROWS: &[Scenario] = &[
    Scenario {
        number: "17",
        name: "rebase",
        expects: "T, none, U as before; the active task is not stamped",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git rebase -q main");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "17",
        name: "rebase with the dates in the environment",
        expects: "the same: what looks like 'git commit' to a hook is none",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play(
                "export GIT_AUTHOR_DATE='@1700000000 +0000' GIT_COMMITTER_DATE='@1700000000 +0000'; git rebase -q main",
            );
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "18",
        name: "rebase --apply",
        expects: "as 17",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git rebase -q --apply main");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "19",
        name: "pull --rebase from a remote that went on",
        expects: "as 17",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git clone -q --bare . ../hub; git remote add hub ../hub; git fetch -q hub; git config branch.topic.remote hub; git config branch.topic.merge refs/heads/main");
            case.begin();
            case.play("git pull -q --rebase");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "29",
        name: "rebase, conflict, --skip",
        expects: "the skipped commit is dropped; upstream's commit names no task",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play(
                "git checkout -q main; echo theirs >c1; git add c1; foreign more 'their c1'; git checkout -q topic",
            );
            case.begin();
            case.play("fails git rebase -q main; git rebase --skip");
            case.expect("main..", "- U");
            case.expect("upstream..main", "-");
        },
    },
    Scenario {
        number: "29",
        name: "rebase, a pick that becomes empty, one that is upstream already",
        expects: "dropped by git; upstream's commits name no task",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            // c1 is upstream as the same patch, c3 in two steps.
            case.play("git checkout -q main; foreign c1 'same patch'; foreign other; echo c3 >c3; foreign more 'c3 among others'; git add c3; git checkout -q main; echo c3 >c3; git add c3; foreign most 'and c3'; git checkout -q topic");
            case.begin();
            case.play("git rebase -q main");
            case.expect("main..", "-");
            case.expect("upstream..main", "- - - -");
        },
    },
    Scenario {
        number: "29",
        name: "rebase, conflict resolved to upstream's side, --continue",
        expects: "the emptied commit is dropped; upstream's commit names no task",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play(
                "git checkout -q main; echo theirs >c1; git add c1; foreign more 'their c1'; git checkout -q topic",
            );
            case.begin();
            case.play("fails git rebase -q main; git checkout -q --ours c1; git add c1; GIT_EDITOR=true git rebase --continue");
            case.expect("main..", "- U");
            case.expect("upstream..main", "-");
        },
    },
    Scenario {
        number: "29",
        name: "rebase, conflict resolved, --continue or commit --no-edit",
        expects: "T: the resolution is the picked commit's, not the active task's",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q main; echo theirs >c1; git add c1; foreign more 'their c1'; git checkout -q topic; git tag start");
            case.begin();
            for resolve in ["git rebase --continue", "git commit -q --no-edit; git rebase --continue"] {
                case.play("git reset -q --hard start; fails git rebase -q main");
                case.play(&format!("export GIT_EDITOR=true; echo both >c1; git add c1; {resolve}"));
                case.expect("main..", "T - U");
            }
        },
    },
    Scenario {
        number: "29",
        name: "rebase, conflict resolved, commit -m resolved",
        expects: "T, although the message was replaced",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.play(
                "git checkout -q main; echo theirs >c1; git add c1; foreign more 'their c1'; git checkout -q topic",
            );
            case.begin();
            case.play("fails git rebase -q main; echo both >c1; git add c1; git commit -q -m resolved; GIT_EDITOR=true git rebase --continue");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "",
        name: "rebase, the conflict of a foreign commit resolved, commit -m resolved",
        expects: "no task: it stays a foreign commit",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.play(
                "git checkout -q main; echo theirs >c2; git add c2; foreign more 'their c2'; git checkout -q topic",
            );
            case.begin();
            case.play("fails git rebase -q main; echo both >c2; git add c2; git commit -q -m resolved; GIT_EDITOR=true git rebase --continue");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "",
        name: "rebase --apply, conflict resolved, --continue",
        expects: "T, none, U",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play(
                "git checkout -q main; echo theirs >c1; git add c1; foreign more 'their c1'; git checkout -q topic",
            );
            case.begin();
            case.play("fails git rebase -q --apply main; echo both >c1; git add c1; git rebase --continue");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "50",
        name: "rebase --exec",
        expects: "as 17",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git rebase -q --exec true main");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "50",
        name: "rebase --rebase-merges",
        expects: "as 17, the merge included",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q -b side topic~; active T; made s1; git checkout -q topic; active U; git merge -q --no-edit side; active V");
            case.begin();
            case.play("git rebase -q --rebase-merges main");
            case.same("merges", &case.git(&["rev-list", "--count", "--merges", "main.."]).text(), &"1");
            case.expect("main..HEAD^1", "T - U");
            case.expect("main..HEAD^2", "T - T");
            case.expect("HEAD^!", "U");
            case.expect("side~..side", "T");
        },
    },
    Scenario {
        number: "50",
        name: "rebase --update-refs",
        expects: "as 17, and the branches in between follow",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git branch part topic~");
            case.begin();
            case.play("git rebase -q --update-refs main");
            case.expect("main..", "T - U");
            case.expect("main..part", "T -");
        },
    },
    Scenario {
        number: "50",
        name: "rebase --autostash",
        expects: "as 17",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("echo dirty >>c1; git rebase -q --autostash main");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "",
        name: "rebase --exec 'git commit --amend --no-edit -s'",
        expects: "as 17: amending what is replayed is no work of the active task",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git rebase -q --exec 'git commit -q --amend --no-edit -s' main");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "",
        name: "rebase --exec 'git commit --amend -m …'",
        expects: "as 17, although every message was replaced",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git rebase -q --exec 'git commit -q --amend -m replaced' main");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "",
        name: "rebase --root",
        expects: "none, T, none, U",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            // Git names the empty tree without writing it, and its own fsck complains.
            case.play("git hash-object -t tree -w /dev/null; git rebase -q --root --no-ff");
            case.expect("HEAD", "- T - U");
        },
    },
    Scenario {
        number: "",
        name: "rebase --root --onto main",
        expects: "T, none, U; the root is upstream already",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git rebase -q --root --onto main");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "",
        name: "rebase --keep-base --force-rebase, --fork-point",
        expects: "as 17",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git rebase -q --keep-base --no-ff main");
            case.expect("main..", "T - U");
            case.play("git rebase -q --fork-point main");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "",
        name: "rebase --signoff, --reset-author-date, --committer-date-is-author-date",
        expects: "as 17",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git rebase -q --signoff --no-ff main");
            case.expect("main..", "T - U");
            case.play("git rebase -q --reset-author-date --no-ff main");
            case.expect("main..", "T - U");
            case.play("git rebase -q --committer-date-is-author-date --no-ff main");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "",
        name: "rebase --onto to take commits out",
        expects: "U alone: T has no commit on this history",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git rebase -q --onto main topic~");
            case.expect("main..", "U");
        },
    },
    Scenario {
        number: "44",
        name: "rebase --abort, merge --abort, cherry-pick --abort",
        expects: "everything is as before, the active task too",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.play(
                "git checkout -q main; echo theirs >c1; git add c1; foreign more 'their c1'; git checkout -q topic",
            );
            case.begin();
            let head = case.head();
            case.play("fails git rebase -q main; git rebase --abort");
            case.play("fails git merge -q main; git merge --abort");
            case.play("fails git cherry-pick main; git cherry-pick --abort");
            case.same("HEAD", &case.head(), &head);
            case.same("status", &case.git(&["status", "--porcelain"]).text(), &"");
            case.same("active", &case.agent(&["status", "--json"]).json()["active"][0], &"V");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "",
        name: "rebase --quit, then a commit",
        expects: "what was replayed keeps its task; the new commit is the active task's",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.play(
                "git checkout -q main; echo theirs >c2; git add c2; foreign more 'their c2'; git checkout -q topic",
            );
            case.begin();
            case.play("fails git rebase -q main; git rebase --quit; git checkout -q --ours c2; git add c2; made new");
            case.expect("main..", "T V");
        },
    },
];
