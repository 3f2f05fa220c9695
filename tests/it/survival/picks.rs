//! Cherry-pick, revert, and patches by mail: one commit made again elsewhere.

use super::{Fate, Needs, Scenario};

pub static ROWS: &[Scenario] = &[
    Scenario {
        number: "35",
        name: "cherry-pick: single, range, -x, -s, -e",
        expects: "what was picked: T, none; U is active and not stamped",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "U");
            for (way, wanted) in [
                ("topic~2", "T"),
                ("-x topic~2", "T"),
                ("-s topic~1", "-"),
                ("-e topic~2", "T"),
                ("-e topic~1", "-"),
                ("topic~3..topic", "T - U"),
            ] {
                case.play(&format!("git reset -q --hard upstream; GIT_EDITOR=true git cherry-pick {way}"));
                case.expect("upstream..", wanted);
            }
        },
    },
    Scenario {
        number: "35",
        name: "cherry-pick with a conflict: --continue, commit, commit -m",
        expects: "T, never the active task",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q main; echo theirs >c1; git add c1; foreign more 'their c1'; git tag start");
            case.begin_at("main", "U");
            for way in ["git cherry-pick --continue", "git commit -q --no-edit", "git commit -q -m resolved"] {
                case.play(&format!(
                    "export GIT_EDITOR=true; git reset -q --hard start; fails git cherry-pick topic~2; echo both >c1; git add c1; {way}"
                ));
                case.expect("start..", "T");
            }
            case.expect("upstream..start", "-");
        },
    },
    Scenario {
        number: "35",
        name: "cherry-pick of a foreign commit with a conflict, commit -m",
        expects: "no task",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q main; echo theirs >c2; git add c2; foreign more 'their c2'; git tag start");
            case.begin_at("main", "U");
            case.play("fails git cherry-pick topic~1; echo both >c2; git add c2; git commit -q -m resolved");
            case.expect("upstream..", "- -");
        },
    },
    Scenario {
        number: "",
        name: "cherry-pick -e, the message replaced in the editor",
        expects: "no task: no hook runs behind that editor. Not guessed",
        fate: Fate::Unknown,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "U");
            case.play("GIT_EDITOR='write replaced' git cherry-pick -e topic~2");
            case.expect("upstream..", "-");
        },
    },
    Scenario {
        number: "",
        name: "cherry-pick -e, the message replaced; git agent repair",
        expects: "T to our queries: the same patch",
        fate: Fate::Repaired,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "U");
            case.play("GIT_EDITOR='write replaced' git cherry-pick -e topic~2");
            case.repaired("upstream..", "T", "-");
        },
    },
    Scenario {
        number: "",
        name: "cherry-pick -m 1 of a merge",
        expects: "the merge's own",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q -b side topic~2; active T; made s1; git checkout -q topic; active U; git merge -q --no-edit side");
            case.begin_at("main", "V");
            case.play("git cherry-pick -m 1 topic");
            case.expect("upstream..", "U");
            case.expect("side~..side", "T");
            case.expect("topic^!", "U");
        },
    },
    Scenario {
        number: "",
        name: "cherry-pick --ff, --keep-redundant-commits, --skip",
        expects: "the picked commit itself; what it named; nothing",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~2", "V");
            case.play("git cherry-pick --ff topic~1; git cherry-pick --keep-redundant-commits topic~2; fails git cherry-pick topic~2; git cherry-pick --skip");
            case.expect("topic~3..", "T - T");
        },
    },
    Scenario {
        number: "36",
        name: "cherry-pick -n, commit",
        expects: "U: a commit made here",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "U");
            case.play("git cherry-pick -n topic~2; git commit -q -m 'taken over'");
            case.expect("upstream..", "U");
        },
    },
    Scenario {
        number: "",
        name: "cherry-pick -n of several, commit",
        expects: "U",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "U");
            case.play("git cherry-pick -n topic~2 topic~1; git commit -q -m 'taken over'");
            case.expect("upstream..", "U");
        },
    },
    Scenario {
        number: "37",
        name: "revert of a commit of T while U is active",
        expects: "U, and 'Reverts-Task: T'",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~2", "U");
            let reverted = case.head();
            for way in ["--no-edit", "-e"] {
                case.play(&format!("git reset -q --hard topic~2; GIT_EDITOR=true git revert {way} HEAD"));
                case.expect("topic~2..", "U");
                let text = format!("Revert \"c1\"\n\nThis reverts commit {reverted}.\n\nReverts-Task: T\nTask-Id: U\n");
                case.message_is("HEAD", &text);
            }
        },
    },
    Scenario {
        number: "37",
        name: "revert without an active task",
        expects: "no task, no byte is added",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~2", "-");
            case.play("git revert --no-edit HEAD");
            case.expect("topic~2..", "-");
        },
    },
    Scenario {
        number: "",
        name: "revert --no-commit of two, commit; revert of a revert",
        expects: "U",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic", "U");
            case.play(
                "git revert --no-commit topic~2 topic~1; git commit -q -m 'both back'; git revert --no-edit HEAD",
            );
            case.expect("topic..", "U U");
        },
    },
    Scenario {
        number: "",
        name: "revert with a conflict, --continue",
        expects: "U",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.play("active T; made c1 more; echo most >c1; git add c1; foreign other 'most of c1'; git tag start");
            case.begin_at("topic", "U");
            case.play(
                "fails git revert --no-edit HEAD~; echo less >c1; git add c1; GIT_EDITOR=true git revert --continue",
            );
            case.expect("topic~3..", "T - U");
        },
    },
    Scenario {
        number: "38",
        name: "format-patch, am; am -3; am --keep-cr; am --no-verify",
        expects: "T, none, U; V is active and not stamped",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git format-patch -q -o ../patches topic~3..topic");
            case.begin_at("main", "V");
            for way in ["", "-3", "--keep-cr", "--scissors"] {
                case.play(&format!("git reset -q --hard upstream; git am -q {way} ../patches/*"));
                case.expect("upstream..", "T - U");
            }
        },
    },
    Scenario {
        number: "38",
        name: "format-patch -s, am --signoff",
        expects: "T, none, U next to the sign-offs",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play(
                "git format-patch -q -o ../patches topic~3..topic; git format-patch -q -s -o ../signed topic~3..topic",
            );
            case.begin_at("main", "V");
            case.play("git am -q --signoff ../patches/*");
            case.expect("upstream..", "T - U");
            case.play("git reset -q --hard upstream; git am -q ../signed/*");
            case.expect("upstream..", "T - U");
        },
    },
    Scenario {
        number: "38",
        name: "am -3 with a conflict, --continue",
        expects: "T, none, U",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git format-patch -q -o ../patches topic~3..topic; git checkout -q main; echo theirs >c1; git add c1; foreign more 'their c1'; git tag start");
            case.begin_at("main", "V");
            case.play("fails git am -q -3 ../patches/*; echo both >c1; git add c1; git am -q --continue");
            case.expect("start..", "T - U");
        },
    },
    Scenario {
        number: "",
        name: "am with a conflict, commit instead of --continue, then --skip",
        expects: "no task: whose work that commit is cannot be known. Not guessed",
        fate: Fate::Unknown,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git format-patch -q -o ../patches topic~3..topic~2; git checkout -q main; echo theirs >c1; git add c1; foreign more 'their c1'; git tag start");
            case.begin_at("main", "V");
            case.play(
                "fails git am -q -3 ../patches/*; echo both >c1; git add c1; git commit -q -m 'by hand'; git am --skip",
            );
            case.expect("start..", "-");
        },
    },
    Scenario {
        number: "",
        name: "apply a patch, commit",
        expects: "V: a commit made here",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git diff topic~3 topic~2 >../diff");
            case.begin_at("main", "V");
            case.play("git apply --index ../diff; git commit -q -m applied");
            case.expect("upstream..", "V");
        },
    },
];
