//! `git rebase -i`. V is active throughout.

use super::{Fate, Needs, Scenario};

pub static ROWS: &[Scenario] = &[
    Scenario {
        number: "20",
        name: "reorder",
        expects: "each keeps its own",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("todo 'pick topic\\npick topic~2\\npick topic~1'");
            case.expect("main..", "U T -");
            case.subjects_are("main..", &["c3", "c1", "c2"]);
        },
    },
    Scenario {
        number: "21",
        name: "drop",
        expects: "T has no commit on this history, and no other commit gets its name",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("todo 'drop topic~2\\npick topic~1\\npick topic'");
            case.expect("main..", "- U");
        },
    },
    Scenario {
        number: "22",
        name: "squash U into T",
        expects: "T and U in one trailer block",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("todo 'pick topic~2\\nsquash topic\\npick topic~1'");
            case.expect("main..", "T+U -");
        },
    },
    Scenario {
        number: "23",
        name: "fixup U into T",
        expects: "T and U, T's subject",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("todo 'pick topic~2\\nfixup topic\\npick topic~1'");
            case.expect("main..", "T+U -");
            case.subjects_are("main..", &["c1", "c2"]);
        },
    },
    Scenario {
        number: "24",
        name: "autosquash: two fixup!, a squash!",
        expects: "the union; no 'fixup!' subject is left",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.play(
                "echo 1 >>c1; git commit -q -a --fixup=topic~2
                echo 2 >>c1; git commit -q -a --fixup=topic~3
                echo 1 >>c3; git commit -q -a --squash=topic~2 --no-edit",
            );
            case.begin();
            case.play("GIT_SEQUENCE_EDITOR=true GIT_EDITOR=true git rebase -q -i --autosquash main");
            case.expect("main..", "T+V - U+V");
            case.subjects_are("main..", &["c1", "c2", "c3"]);
        },
    },
    Scenario {
        number: "24",
        name: "autosquash: amend! and reword!",
        expects: "T, and V who changed it; the new message",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play("echo 1 >>c1; GIT_EDITOR='sed -i 3s/c1/better/' git commit -q -a --fixup=amend:topic~2; GIT_EDITOR='sed -i 3s/c3/best/' git commit -q --fixup=reword:topic~1");
            case.begin();
            case.play("GIT_SEQUENCE_EDITOR=true GIT_EDITOR=true git rebase -q -i --autosquash main");
            case.expect("main..", "T+V - U+V");
            case.subjects_are("main..", &["better", "c2", "best"]);
        },
    },
    Scenario {
        number: "",
        name: "fixup -C, fixup -c",
        expects: "the union, under the message of the second",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("todo 'pick topic~2\\nfixup -C topic\\npick topic~1'");
            case.expect("main..", "T+U -");
            case.subjects_are("main..", &["c3", "c2"]);
            case.play("git reset -q --hard ORIG_HEAD; todo 'pick topic~2\\nfixup -c topic\\npick topic~1'");
            case.expect("main..", "T+U -");
        },
    },
    Scenario {
        number: "",
        name: "fixup and squash of a foreign commit into T",
        expects: "T: a commit without a task adds none",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("todo 'pick topic~2\\nfixup topic~1\\npick topic'");
            case.expect("main..", "T U");
        },
    },
    Scenario {
        number: "",
        name: "squash of two foreign commits",
        expects: "no task, although V is active",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.play("foreign f1; foreign f2; foreign f3");
            case.begin();
            case.play("todo 'pick topic~2\\nsquash topic~1\\nfixup topic' topic~3");
            case.expect("HEAD~..", "-");
        },
    },
    Scenario {
        number: "",
        name: "squash in whose editor the message is replaced",
        expects: "no task: no hook runs behind that editor. Not guessed",
        fate: Fate::Unknown,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("GIT_EDITOR=\"write 'both in one'\" todo 'pick topic~2\\nsquash topic\\npick topic~1'");
            case.expect("main..", "- -");
            case.subjects_are("main..", &["both in one", "c2"]);
        },
    },
    Scenario {
        number: "",
        name: "squash, fixup with a conflict, --continue",
        expects: "T and U",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q -b steps; active T; made f 1; foreign other; echo 2 >f; git add f; foreign g 'two'; active U; made f 3; active V; git tag end");
            case.begin();
            for way in ["squash", "fixup"] {
                case.play(&format!(
                    "git reset -q --hard end; fails todo 'pick end~3\\n{way} end' end~4
                    echo 3 >f; git add f; GIT_EDITOR=true git rebase --continue"
                ));
                case.expect("topic..", "T+U");
            }
        },
    },
    Scenario {
        number: "25",
        name: "reword, the trailer deleted",
        expects: "T again, never the active task (decision)",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("GIT_EDITOR='write reworded' todo 'reword topic~2\\nreword topic~1\\nreword topic'");
            case.expect("main..", "T - U");
            case.subjects_are("main..", &["reworded"; 3]);
        },
    },
    Scenario {
        number: "26",
        name: "edit, amend",
        expects: "T, not the active task",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("todo 'edit topic~2\\npick topic~1\\npick topic'; echo more >>c1; git commit -q -a --amend --no-edit; git rebase --continue");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "26",
        name: "edit, amend -m",
        expects: "T, with the new message",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("todo 'edit topic~2\\npick topic~1\\npick topic'; git commit -q --amend -m amended; git rebase --continue");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "26",
        name: "edit, stage, --continue",
        expects: "T, not the active task",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("todo 'edit topic~2\npick topic~1\npick topic'; echo more >>c1; git add c1; GIT_EDITOR=true git rebase --continue");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "27",
        name: "edit, split in two",
        expects: "T on both halves, although V is active",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q -b two; active T; echo 1 >a; echo 2 >b; git add .; git commit -q -m 'a and b'; active V");
            case.begin();
            case.play("todo 'edit two' two~; git reset -q HEAD^; git add a; git commit -q -m 'a alone'; git add b; git commit -q -m 'b alone'; git rebase --continue");
            case.expect("topic..", "T T");
        },
    },
    Scenario {
        number: "27",
        name: "edit, split in two, no task active",
        expects: "T on both halves",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.play(
                "git checkout -q -b two; active T; echo 1 >a; echo 2 >b; git add .; git commit -q -m 'a and b'; idle",
            );
            case.begin();
            case.play("todo 'edit two' two~; git reset -q HEAD^; git add a; git commit -q -m 'a alone'; git add b; GIT_EDITOR='prepend b' git commit -q; git rebase --continue");
            case.expect("topic..", "T T");
        },
    },
    Scenario {
        number: "27",
        name: "edit, a foreign commit split in two",
        expects: "no task on either half",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git checkout -q -b two; echo 2 >b; git add b; foreign a 'a and b'");
            case.begin();
            case.play("todo 'edit two' two~; git reset -q HEAD^; git add a; git commit -q -m 'a alone'; git add b; git commit -q -m 'b alone'; git rebase --continue");
            case.expect("topic..", "- -");
        },
    },
    Scenario {
        number: "27",
        name: "edit, split within a file, and another commit after it",
        expects: "T on both halves, V on what was added",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.play(
                "git checkout -q -b two; active T; printf '1\\n2\\n' >>c1; git commit -q -a -m 'one and two'; active V",
            );
            case.begin();
            case.play(
                "todo 'edit two' two~; git reset -q HEAD^; cp c1 ../whole
                git checkout -q c1; echo 1 >>c1; git commit -q -a -m 'one alone'
                cp ../whole c1; git commit -q -a -m 'two alone'
                made inserted; echo 3 >>c1; git commit -q -a -m 'three'; git rebase --continue",
            );
            case.expect("topic..", "T T V V");
        },
    },
    Scenario {
        number: "28",
        name: "edit, an extra commit",
        expects: "the extra commit is the active task's, the original keeps T",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("todo 'edit topic~2\\npick topic~1\\npick topic'; made inserted; git rebase --continue");
            case.expect("main..", "T V - U");
        },
    },
    Scenario {
        number: "28",
        name: "edit, amend, two extra commits, one of them in the same file",
        expects: "as 28",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play(
                "todo 'edit topic~2\\npick topic~1\\npick topic'
                echo more >>c1; git commit -q -a --amend -m amended; made inserted; echo again >>c1; git commit -q -a -m again
                git rebase --continue",
            );
            case.expect("main..", "T V V - U");
        },
    },
    Scenario {
        number: "28",
        name: "edit, reset HEAD^, an extra commit before the original, which is made again",
        expects: "the extra commit is the active task's, the original keeps T",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play(
                "todo 'edit topic~2\\npick topic~1\\npick topic'
                git reset -q HEAD^; made before; git add c1; git commit -q -m 'c1 again'; git rebase --continue",
            );
            case.expect("main..", "V T - U");
        },
    },
    Scenario {
        number: "28",
        name: "break, exec: commits made in between",
        expects: "the active task's; the others keep theirs",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("todo 'pick topic~2\\nbreak\\npick topic~1\\nexec echo x >x && git add x && git commit -q -m x\\npick topic'; made inserted; git rebase --continue");
            case.expect("main..", "T V - V U");
        },
    },
    Scenario {
        number: "",
        name: "label, reset, merge -C, update-ref",
        expects: "the picks as before; the merge as it was",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.play("git branch part topic~; git checkout -q -b side topic~; active T; made s1; git checkout -q topic; active U; git merge -q --no-edit side; git tag merged; active V");
            case.begin();
            case.play(
                "todo 'label onto\\npick topic~3\\nlabel base\\npick side\\nlabel side\\nreset base\\npick topic~2\\nupdate-ref refs/heads/part\\n\
                 pick topic~1\\nmerge -C merged side\\nexec true'",
            );
            case.expect("main..HEAD^1", "T - U");
            case.expect("HEAD^1..HEAD", "T U");
            case.expect("side~..side", "T");
            case.expect("main..part", "T -");
        },
    },
    Scenario {
        number: "",
        name: "merge in the list without a message of its own",
        expects: "a merge that git makes while it replays names no task",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git branch side topic~2; todo 'label onto\\npick topic~2\\nlabel side\\nreset onto\\npick topic~1\\nmerge side # together'");
            case.expect("main..HEAD^1", "-");
            case.expect("HEAD^1..HEAD", "T -");
        },
    },
    Scenario {
        number: "",
        name: "reword, edit of the foreign commit while V is active",
        expects: "no task",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("GIT_EDITOR='write reworded' todo 'pick topic~2\\nreword topic~1\\npick topic'");
            case.expect("main..", "T - U");
            case.play("todo 'pick topic~2\\nedit topic~1\\npick topic'; echo more >>c2; git commit -q -a --amend --no-edit; git rebase --continue");
            case.expect("main..", "T - U");
        },
    },
];
