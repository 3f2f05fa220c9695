//! `git commit --amend` in its forms.

use super::{Fate, Needs, Scenario};

pub static ROWS: &[Scenario] = &[
    Scenario {
        number: "12",
        name: "amend --no-edit of a commit of T",
        expects: "T; no note is to be moved, the trailer is the tie",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~2", "-");
            case.play("echo more >>c1; git commit -q -a --amend --no-edit");
            case.expect("HEAD~..", "T");
            case.message_is("HEAD", "c1\n\nTask-Id: T\n");
        },
    },
    Scenario {
        number: "13",
        name: "amend -m x, -F, in an editor, --reset-author, by an alias",
        expects: "T, whatever becomes of the rest of the message",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~2", "-");
            for way in [
                "git commit -q --amend -m x",
                "echo y | git commit -q --amend -F -",
                "GIT_EDITOR='write z' git commit -q --amend",
                "git commit -q --amend --reset-author -m mine",
                "git -c alias.fix='commit --amend' fix -q -m 'by alias'",
                "git commit -q --amend --date=2020-01-01T00:00:00Z --author='X <x@y>' -m dated",
            ] {
                case.play(way);
                case.expect("HEAD~..", "T");
            }
            case.message_is("HEAD", "dated\n\nTask-Id: T\n");
        },
    },
    Scenario {
        number: "14",
        name: "amend of a commit of T while U is active",
        expects: "T, which is said: 'git agent link' adds U (decision)",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~2", "U");
            case.play("echo more >>c1; git commit -q -a --amend --no-edit");
            case.expect("HEAD~..", "T");
            case.play("git commit -q --amend -m x");
            case.expect("HEAD~..", "T");
        },
    },
    Scenario {
        number: "15",
        name: "amend that gives the same commit",
        expects: "the same commit, T",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~2", "T");
            let before = case.head();
            case.play("GIT_COMMITTER_DATE=$(git log -1 --format=%cd --date=raw) git commit -q --amend --no-edit");
            case.same("HEAD", &case.head(), &before);
            case.expect("HEAD~..", "T");
        },
    },
    Scenario {
        number: "16",
        name: "amend --no-post-rewrite -m x",
        expects: "T; no hook after the commit is needed",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~2", "-");
            case.play("git commit -q --amend --no-post-rewrite -m x");
            case.expect("HEAD~..", "T");
        },
    },
    Scenario {
        number: "",
        name: "amend -m in a detached HEAD",
        expects: "T",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("--detach topic~2", "-");
            case.play("git commit -q --amend -m x");
            case.expect("HEAD~..", "T");
        },
    },
    Scenario {
        number: "",
        name: "amend of a foreign commit without an active task",
        expects: "no task",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~", "-");
            case.play("echo more >>c2; git commit -q -a --amend --no-edit");
            case.expect("HEAD~2..", "T -");
            case.play("git commit -q --amend -m x");
            case.expect("HEAD~2..", "T -");
        },
    },
    Scenario {
        number: "",
        name: "amend -m --no-verify",
        expects: "T: the hook that restores it still runs",
        fate: Fate::Restored,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~2", "-");
            case.play("git commit -q --amend --no-verify -m x");
            case.expect("HEAD~..", "T");
        },
    },
    Scenario {
        number: "",
        name: "amend --no-verify in an editor, the trailer deleted",
        expects: "no task: the one way to take it out (decision)",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~2", "-");
            case.play("GIT_EDITOR='write x' git commit -q --amend --no-verify");
            case.expect("HEAD~..", "-");
        },
    },
    Scenario {
        number: "",
        name: "reset --soft HEAD^, commit -C ORIG_HEAD",
        expects: "T: the message comes from the commit",
        fate: Fate::Kept,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("-b work topic~2", "-");
            case.play("git reset -q --soft HEAD^; git commit -q -C ORIG_HEAD");
            case.expect("HEAD~..", "T");
        },
    },
];
