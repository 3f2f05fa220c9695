//! Tools that make commits without hooks, and plumbing. V is active throughout.

use super::{Fate, Needs, Scenario};

pub static ROWS: &[Scenario] = &[
    Scenario {
        number: "40",
        name: "stash, switch, pop; stash branch",
        expects: "no commit changes; what is committed then is the active task's",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            let head = case.head();
            case.play("echo more >>c1; git stash -q; git checkout -q -b other; git stash pop -q");
            case.same("HEAD", &case.head(), &head);
            case.play("git commit -q -a -m x; echo again >>c1; git stash -q; git stash branch third -q 2>/dev/null || git stash branch third; git commit -q -a -m y");
            case.expect("topic..", "V V");
        },
    },
    Scenario {
        number: "45",
        name: "commit-tree, update-ref with the old message (jj, stgit, git-spice, GUIs)",
        expects: "T, none, U",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play(
                "onto=$(git rev-parse main)
                for old in topic~2 topic~1 topic; do
                    export GIT_AUTHOR_NAME=\"$(git log -1 --format=%an $old)\" GIT_AUTHOR_EMAIL=\"$(git log -1 --format=%ae $old)\"
                    onto=$(git log -1 --format=%B $old | git commit-tree \"$old^{tree}\" -p $onto)
                done
                git update-ref refs/heads/topic $onto; git reset -q --hard",
            );
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "45",
        name: "write-tree, commit-tree with a new message (git gui, jj)",
        expects: "no task: no hook runs there. Not guessed",
        fate: Fate::Unknown,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("echo 1 >new; git add new; git update-ref -m 'commit: by a tool' HEAD $(git commit-tree -p HEAD -m 'by a tool' $(git write-tree))");
            case.expect("HEAD~..", "-");
        },
    },
    Scenario {
        number: "45",
        name: "commit-tree with the old trees and new messages; git agent repair",
        expects: "T, none, U to our queries: the same trees",
        fate: Fate::Repaired,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play(
                "onto=$(git rev-parse topic~3)
                for old in topic~2 topic~1 topic; do onto=$(git commit-tree \"$old^{tree}\" -p $onto -m described); done
                git update-ref refs/heads/topic $onto",
            );
            case.repaired("main..", "T - U", "- - -");
        },
    },
    Scenario {
        number: "45",
        name: "replay --onto",
        expects: "T, none, U",
        fate: Fate::Kept,
        needs: Needs::Git(2, 44),
        play: |case| {
            case.begin();
            case.play("git replay --onto main main..topic >../updates; git update-ref --stdin <../updates; git reset -q --hard");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "45",
        name: "history reword, the subject alone",
        expects: "T, none, U",
        fate: Fate::Kept,
        needs: Needs::Git(2, 54),
        play: |case| {
            case.begin();
            case.play("GIT_EDITOR=\"sed -i 1s/c1/first/\" git history reword topic~2");
            case.expect("main..", "T - U");
            case.subjects_are("main..", &["first", "c2", "c3"]);
        },
    },
    Scenario {
        number: "45",
        name: "history reword, the trailer deleted",
        expects: "no task: no hook runs there. Not guessed",
        fate: Fate::Unknown,
        needs: Needs::Git(2, 54),
        play: |case| {
            case.begin();
            case.play("GIT_EDITOR='write first' git history reword topic~2");
            case.expect("main..", "- - U");
        },
    },
    Scenario {
        number: "45",
        name: "history reword, the trailer deleted; git agent repair",
        expects: "T to our queries: the same trees",
        fate: Fate::Repaired,
        needs: Needs::Git(2, 54),
        play: |case| {
            case.begin();
            case.play("GIT_EDITOR='write first' git history reword topic~2");
            case.repaired("main..", "T - U", "- - U");
        },
    },
    Scenario {
        number: "45",
        name: "history fixup",
        expects: "T keeps its name and takes the staged change in; no hook tells of V",
        fate: Fate::Kept,
        needs: Needs::Git(2, 55),
        play: |case| {
            case.begin();
            case.play("echo more >>c1; git add c1; git history fixup topic~2");
            case.expect("main..", "T - U");
            case.same("c1", &case.git(&["show", "topic~2:c1"]).text(), &"c1\nmore");
        },
    },
    Scenario {
        number: "45",
        name: "history split",
        expects: "T on what keeps the message; the other half has the name if its message has",
        fate: Fate::Kept,
        needs: Needs::Git(2, 54),
        play: |case| {
            case.play("git checkout -q -b two; active T; echo 1 >a; echo 2 >b; git add .; git commit -q -m 'a and b'; active V");
            case.begin();
            case.play("export GIT_EDITOR=true; printf 'y\\nn\\n' | git history split two");
            case.expect("topic..", "T T");
        },
    },
    Scenario {
        number: "45",
        name: "filter-branch --msg-filter, --tree-filter, --env-filter",
        expects: "none, T, none, U, and main's commits as they were",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play(
                "export FILTER_BRANCH_SQUELCH_WARNING=1
                git filter-branch -f --msg-filter 'sed 1s/^/prefix:/' topic~3..topic >/dev/null
                git filter-branch -f --tree-filter 'rm -f c2' topic~3..topic >/dev/null
                git filter-branch -f --env-filter 'GIT_COMMITTER_NAME=X' topic~3..topic >/dev/null",
            );
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "45",
        name: "fast-export, fast-import with every path moved (as filter-repo does)",
        expects: "none, T, none, U",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.rewrites_main();
            case.begin();
            case.play("git fast-export --signed-tags=strip --refspec=refs/heads/*:refs/heads/moved/* topic main | sed 's/^M 100644 \\(:[0-9]*\\) /&sub\\//' | git fast-import --quiet --force");
            case.expect("moved/topic", "- T - U");
            case.expect("moved/main", "- -");
        },
    },
    Scenario {
        number: "",
        name: "replace --graft, then filter-branch",
        expects: "T, none, U on their new parent",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git replace --graft topic~2 main; export FILTER_BRANCH_SQUELCH_WARNING=1; git filter-branch main..topic >/dev/null; git replace -d $(git replace -l) >/dev/null");
            case.expect("main..", "T - U");
        },
    },
    Scenario {
        number: "",
        name: "replace --edit of a message",
        expects: "what git shows: the replacement's",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("GIT_EDITOR='sed -i s/^c1$/first/' git replace --edit topic~2");
            case.expect("main..", "T - U");
            case.subjects_are("main..", &["first", "c2", "c3"]);
        },
    },
    Scenario {
        number: "",
        name: "git notes on commits, notes.rewriteRef",
        expects: "other people's notes are theirs; T, none, U",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("git config notes.rewriteRef refs/notes/commits; git notes add -m 'Task-Id: V' topic~1; git rebase -q main");
            case.expect("main..", "T - U");
            case.same("note", &case.git(&["notes", "show", "HEAD~"]).text(), &"Task-Id: V");
        },
    },
    Scenario {
        number: "",
        name: "reset --hard, cherry-pick of what is left, gc",
        expects: "what is left, as it was",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin();
            case.play("tip=$(git rev-parse HEAD); git reset -q --hard topic~3; git cherry-pick $tip; git reflog expire --expire=now --all; git gc -q --prune=now");
            case.expect("main..", "U");
        },
    },
];
