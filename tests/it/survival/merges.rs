//! Merges, squash merges here and on forges.

use super::{Fate, Needs, Scenario};

pub static ROWS: &[Scenario] = &[
    Scenario {
        number: "30",
        name: "merge --squash, then commit, commit --no-edit, commit -m",
        expects: "T and U, which were squashed, and the active task if there is one",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "-");
            for (active, wanted) in [("idle", "T+U"), ("active V", "T+U+V")] {
                for way in ["--no-edit", "-m x", ""] {
                    case.play(&format!(
                        "git reset -q --hard upstream; git merge -q --squash topic; {active}; GIT_EDITOR=true git commit -q {way}"
                    ));
                    case.expect("upstream..", wanted);
                }
            }
        },
    },
    Scenario {
        number: "30",
        name: "merge --squash with a conflict, commit -m",
        expects: "T and U",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q main; echo theirs >c1; git add c1; foreign more 'their c1'; git tag start");
            case.begin_at("main", "-");
            case.play("fails git merge -q --squash topic; echo both >c1; git add c1; git commit -q -m squashed");
            case.expect("start..", "T+U");
        },
    },
    Scenario {
        number: "",
        name: "merge --squash of a branch that holds squashes",
        expects: "every task below",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q -b inner topic~; active V; made i1; git checkout -q -b outer topic~2; git merge -q --squash inner; git commit -q -m inner; idle");
            case.begin_at("main", "-");
            case.play("git merge -q --squash outer; git commit -q -m outer");
            case.expect("upstream..", "T+V");
            case.expect("topic~2..outer", "V");
            case.expect("topic~..inner", "V");
        },
    },
    Scenario {
        number: "",
        name: "merge --squash of foreign commits while V is active",
        expects: "V, who squashed them",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q -b side main~; foreign f1; foreign f2; git checkout -q main");
            case.begin_at("main", "V");
            case.play("git merge -q --squash side; git commit -q -m squashed");
            case.expect("upstream..", "V");
        },
    },
    Scenario {
        number: "",
        name: "merge --squash taken back by reset, checkout, stash; another commit",
        expects: "V alone: nothing of T and U is in it",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "V");
            for back in ["git reset -q --hard", "git checkout -q -f main", "git stash -q -u; git stash drop -q"] {
                case.play(&format!("git reset -q --hard upstream; git merge -q --squash topic; {back}; made other"));
                case.expect("upstream..", "V");
            }
        },
    },
    Scenario {
        number: "",
        name: "merge --squash taken back by restore, which leaves SQUASH_MSG; another commit",
        expects: "V alone",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "V");
            case.play("git merge -q --squash topic; git restore --staged --worktree --source=HEAD .; git clean -qfd; made other");
            case.expect("upstream..", "V");
        },
    },
    Scenario {
        number: "",
        name: "the same without an active task",
        expects: "no task",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "-");
            case.play("git merge -q --squash topic; git restore --staged --worktree --source=HEAD .; git clean -qfd; made other");
            case.expect("upstream..", "-");
        },
    },
    Scenario {
        number: "31",
        name: "squash merge on GitHub, the default message",
        expects: "our queries find T and U; git's trailers only what stands last",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "V");
            case.play(
                "git clone -q . ../forge; cd ../forge; git config user.name Forge; git config user.email forge@example.com
                git merge -q --squash origin/topic
                printf 'The feature (#7)\\n\\n* c1\\n\\nTask-Id: T\\n\\n* c2\\n\\n* c3\\n\\nTask-Id: U\\n\\n---------\\n\\nCo-authored-by: S <s@example.com>\\n' >../message
                git commit -q -F ../message
                cd ../repo; git pull -q ../forge main",
            );
            case.expect_both("upstream..", "T+U", "-");
        },
    },
    Scenario {
        number: "32",
        name: "squash merge on a forge, title only",
        expects: "no task: reported as a commit without a task, not guessed. 'git agent repair' may find it",
        fate: Fate::Unknown,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "V");
            case.play(
                "git clone -q . ../forge; cd ../forge; git merge -q --squash origin/topic; git commit -q -m 'The feature (#7)'
                cd ../repo; git pull -q ../forge main",
            );
            case.expect("upstream..", "-");
        },
    },
    Scenario {
        number: "32",
        name: "squash merge on a forge, title only; git agent repair",
        expects: "T and U to our queries: the change is that of the whole branch",
        fate: Fate::Repaired,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "V");
            case.play(
                "git clone -q . ../forge; cd ../forge; git merge -q --squash origin/topic; git commit -q -m 'The feature (#7)'
                cd ../repo; git pull -q ../forge main",
            );
            case.repaired("upstream..", "T+U", "-");
        },
    },
    Scenario {
        number: "32",
        name: "squash merge on a forge, title only, more changed on the way; git agent repair",
        expects: "still no task: nothing proves it",
        fate: Fate::Unknown,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "V");
            case.play(
                "git clone -q . ../forge; cd ../forge; git merge -q --squash origin/topic; echo more >>c1; git add c1; git commit -q -m 'The feature (#7)'
                cd ../repo; git pull -q ../forge main",
            );
            case.repaired("upstream..", "-", "-");
        },
    },
    Scenario {
        number: "33",
        name: "rebase merge on a forge",
        expects: "T, none, U in a clone that has nothing but the commits",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git clone -q . ../forge; cd ../forge; git checkout -q -b pr origin/topic; git rebase -q origin/main; git branch -f main pr; git checkout -q main; git clone -q . ../fresh");
            let fresh = case.at("../fresh");
            case.expect_in(&fresh, "HEAD~3..", "T - U");
            let by_task = super::case::named(&fresh, &["T"]);
            case.same("commits of T", &by_task.len(), &1);
        },
    },
    Scenario {
        number: "34",
        name: "merge --no-ff, --edit, --no-verify, conflict and --continue",
        expects: "the merge is work of the active task",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q main; echo theirs >c1; git add c1; foreign more 'their c1'; git tag start");
            case.begin_at("main", "V");
            case.play("git checkout -q upstream; git merge -q --no-ff --no-edit topic");
            case.expect("HEAD^!", "V");
            case.play("git checkout -q upstream; GIT_EDITOR=true git merge -q --edit topic");
            case.expect("HEAD^!", "V");
            case.play("git checkout -q upstream; git merge -q --no-verify -m x topic");
            case.expect("HEAD^!", "V");
            case.play("git checkout -q main; fails git merge -q topic; echo both >c1; git add c1; GIT_EDITOR=true git merge --continue");
            case.expect("HEAD^!", "V");
            case.play("git reset -q --hard start; fails git merge -q topic; echo both >c1; git add c1; git commit -q -m 'by hand'");
            case.expect("HEAD^!", "V");
        },
    },
    Scenario {
        number: "34",
        name: "merge, fast forward; merge without an active task",
        expects: "no message, no byte is added",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b ff topic~3", "V");
            case.play("git merge -q topic");
            case.expect("topic~3..", "T - U");
            case.play("git checkout -q main; idle; git merge -q --no-edit topic");
            case.expect("HEAD^!", "-");
        },
    },
    Scenario {
        number: "",
        name: "octopus merge, merge -s ours, merge --allow-unrelated-histories",
        expects: "the merge is work of the active task, the merged keep theirs",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git branch one topic~2; git checkout -q -b two main~; active U; made t1; git checkout -q main");
            case.begin_at("main", "V");
            case.play("git merge -q --no-edit one two");
            case.same("parents", &case.git(&["log", "-1", "--format=%P"]).text().split(' ').count(), &3);
            case.expect("HEAD^!", "V");
            case.expect("two~..two", "U");
            case.play("git merge -q --no-edit -s ours topic");
            case.expect("HEAD^!", "V");
        },
    },
    Scenario {
        number: "",
        name: "subtree merge",
        expects: "the merge is V's; the other project's commits keep theirs",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q --orphan library; git rm -q -rf .; active T; made lib.c; git checkout -q main");
            case.begin_at("main", "V");
            case.play("git merge -q -s ours --no-commit --allow-unrelated-histories library; git read-tree --prefix=lib/ -u library; git commit -q -m 'merge lib below lib/'");
            case.expect("HEAD^!", "V");
            case.expect("library", "T");
            case.play("git checkout -q library; active U; made more.c; git checkout -q main; active V; git merge -q --no-edit -X subtree=lib library");
            case.expect("HEAD^!", "V");
            case.expect("library~..library", "U");
        },
    },
    Scenario {
        number: "39",
        name: "reset --soft HEAD~3, commit",
        expects: "the active task: git does not tell which commits were combined",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic", "V");
            case.play("git reset -q --soft HEAD~3; git commit -q -m 'all in one'");
            case.expect("topic~3..", "V");
        },
    },
];
