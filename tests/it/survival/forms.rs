//! Commits that people and agents make.

use super::{Fate, Needs, Scenario};

const TYPED: &str = "GIT_EDITOR='prepend typed'";

pub static ROWS: &[Scenario] = &[
    Scenario {
        number: "1",
        name: "commit -m",
        expects: "names the active task",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            case.play("made one");
            case.expect("upstream..", "T");
            case.message_is("HEAD", "one\n\nTask-Id: T\n");
        },
    },
    Scenario {
        number: "2",
        name: "commit -F, -C, -c, -a, --no-verify, with paths",
        expects: "names it once, however the message is given",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            case.play(
                "printf 'from a file\\n\\nbody\\n' >../msg
                made f; echo 1 >f; git commit -q -a -F ../msg
                echo 2 >f; git commit -q -a -C HEAD
                echo 3 >f; git commit -q -a -m verified --no-verify
                echo 4 >f; git commit -q -m path -- f
                echo 5 >f; GIT_EDITOR=true git commit -q -a -c HEAD",
            );
            case.expect("upstream..", "T T T T T T");
        },
    },
    Scenario {
        number: "3",
        name: "commit, typed in an editor",
        expects: "the subject stays a subject; the trailer is a paragraph of its own",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            case.play(&format!("echo 1 >one; git add one; {TYPED} git commit -q"));
            case.expect("upstream..", "T");
            case.message_is("HEAD", "typed\n\nTask-Id: T\n");
        },
    },
    Scenario {
        number: "4",
        name: "commit given up: empty message, untouched template",
        expects: "stays given up: no commit",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            let head = case.head();
            case.play(
                "echo 1 >one; git add one; printf 'What:\\n\\nWhy:\\n' >../template
                export GIT_EDITOR=true
                fails git commit -q
                fails git commit -q -m ''
                fails git commit -q -s
                fails git commit -q -t ../template
                fails git -c commit.template=../template commit -q -s
                fails git -c commit.verbose=true commit -q
                fails git commit -q --cleanup=scissors",
            );
            case.same("HEAD", &case.head(), &head);
            case.expect("upstream..", "");
        },
    },
    Scenario {
        number: "5",
        name: "commit without an active task",
        expects: "no byte is added",
        fate: Fate::Untouched,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "-");
            for message in ["x\n", "x\r\n\r\ny\r\n", "x\n\nSigned-off-by: a <b>\n", "x\n\nhttps://example.com/y\n"] {
                let commit = case.run("git").args(["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-"]);
                commit.stdin(message).run().success();
                case.message_is("HEAD", message);
            }
            case.expect("upstream..", "- - - -");
        },
    },
    Scenario {
        number: "6",
        name: "commit -v, the diff adds a 'Task-Id:' line",
        expects: "the active task, not the one in the diff",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            case.play(&format!(
                "echo 'Task-Id: U' >one; git add one; {TYPED} git commit -q -v
                echo 'Task-Id: V' >one; git add one; {TYPED} git -c commit.verbose=2 commit -q"
            ));
            case.expect("upstream..", "T T");
            case.message_is("HEAD", "typed\n\nTask-Id: T\n");
        },
    },
    Scenario {
        number: "7",
        name: "--cleanup=verbatim, whitespace, strip, scissors; commit.cleanup",
        expects: "a trailer that git reads, also where the comments of the editor stay",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            case.play(&format!(
                "for mode in verbatim whitespace strip scissors; do
                    printf 'no final newline' | git commit -q --allow-empty --cleanup=$mode -F -
                    {TYPED} git commit -q --allow-empty --cleanup=$mode
                    {TYPED} git -c commit.cleanup=$mode commit -q --allow-empty -v
                done"
            ));
            case.expect("upstream..", &["T"; 12].join(" "));
        },
    },
    Scenario {
        number: "8",
        name: "core.commentChar=; and auto, a subject that begins with #",
        expects: "the subject stays, the task is named",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            case.play(
                "export GIT_EDITOR=\"prepend '#12 subject'\"
                git -c 'core.commentChar=;' commit -q --allow-empty
                git commit -q --allow-empty -m '#13 subject'
                GIT_EDITOR=\"sed -i s/13/14/\" git -c core.commentChar=auto commit -q --allow-empty -c HEAD",
            );
            case.expect("upstream..", "T T T");
            case.subjects_are("upstream..", &["#12 subject", "#13 subject", "#14 subject"]);
        },
    },
    Scenario {
        number: "8",
        name: "core.commentString=//",
        expects: "the same with more than one character",
        fate: Fate::Stamped,
        needs: Needs::Git(2, 45),
        play: |case| {
            case.begin_at("main", "T");
            case.play("GIT_EDITOR=\"prepend '#12 subject'\" git -c core.commentString=// commit -q --allow-empty");
            case.expect("upstream..", "T");
            case.message_is("HEAD", "#12 subject\n\nTask-Id: T\n");
        },
    },
    Scenario {
        number: "9",
        name: "a body that ends in a URL, has '---', ends in '#123 x'",
        expects: "not a byte of the body changes",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            for body in ["https://example.com/x", "a\n---\nb", "text\n\n#123 x", "a\n\n--- a/x\n+++ b/x"] {
                case.git(&["commit", "-q", "--allow-empty", "-m", "subject", "-m", body]).success();
                case.message_is("HEAD", &format!("subject\n\n{body}\n\nTask-Id: T\n"));
            }
            case.expect("upstream..", "T T T T");
        },
    },
    Scenario {
        number: "10",
        name: "CRLF line ends, i18n.commitEncoding=ISO-8859-1",
        expects: "line ends and bytes stay",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            case.play(
                "printf 'subject\\r\\n\\r\\nbody\\r\\n' | git commit -q --allow-empty --cleanup=verbatim -F -
                printf 'caf\\351\\n' | git -c i18n.commitEncoding=ISO-8859-1 commit -q --allow-empty -F -",
            );
            case.expect("upstream..", "T T");
            case.message_is("HEAD~", "subject\r\n\r\nbody\r\n\r\nTask-Id: T\r\n");
            case.same("bytes", &case.message("HEAD"), &b"caf\xe9\n\nTask-Id: T\n".to_vec());
        },
    },
    Scenario {
        number: "11",
        name: "-s, --trailer, Co-authored-by, cherry-pick -x",
        expects: "one block, the task last, nothing twice",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            case.play(
                "git commit -q --allow-empty -s -m one
                git commit -q --allow-empty -m two --trailer 'Reviewed-by: R'
                git commit -q --allow-empty -m three --trailer 'Task-Id: T'
                git commit -q --allow-empty -m 'four\n\nCo-authored-by: A <a@b>\nTask-Id: T'
                git cherry-pick -x --allow-empty HEAD",
            );
            case.expect("upstream..", "T T T T T");
            case.message_is("HEAD~4", "one\n\nSigned-off-by: A U Thor <author@example.com>\nTask-Id: T\n");
            case.message_is("HEAD~3", "two\n\nReviewed-by: R\nTask-Id: T\n");
        },
    },
    Scenario {
        number: "",
        name: "commit --trailer 'Task-Id: U' while T is active",
        expects: "both: the one that was asked for and the one that is active",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            case.play("git commit -q --allow-empty -m one --trailer 'Task-Id: U'");
            case.expect("upstream..", "T+U");
        },
    },
    Scenario {
        number: "",
        name: "commit.template, filled in; commit.status=false",
        expects: "names the active task",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            case.play(
                "printf 'What:\\n\\nWhy:\\n' >../template; export GIT_EDITOR='prepend typed'
                git -c commit.template=../template commit -q --allow-empty
                git -c commit.status=false commit -q --allow-empty",
            );
            case.expect("upstream..", "T T");
        },
    },
    Scenario {
        number: "",
        name: "commit signed by gpg",
        expects: "the signature is made after the trailer and covers it",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            let gpg = "#!/bin/sh\ncat >../signed\necho '[GNUPG:] SIG_CREATED ' >&2\n\
                       printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'\n";
            case.write_script("../bin/gpg-stub", gpg);
            case.play("git -c gpg.program=gpg-stub commit -q -S --allow-empty -m one");
            case.expect("upstream..", "T");
            case.same("signed", &case.read("../signed").ends_with("one\n\nTask-Id: T\n"), &true);
        },
    },
    Scenario {
        number: "",
        name: "commit --fixup, --squash, --fixup=amend:, --fixup=reword:",
        expects: "V; those that carry c1's message to be changed carry its T, too",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("topic", "V");
            case.play(
                "echo 1 >>c1; git commit -q -a --fixup=topic~2
                echo 2 >>c1; git commit -q -a --squash=topic~3 -m 'and why'
                echo 3 >>c1; GIT_EDITOR=true git commit -q -a --fixup=amend:topic~4
                GIT_EDITOR=true git commit -q --fixup=reword:topic~5",
            );
            case.expect("HEAD~4..", "V V T+V T+V");
        },
    },
    Scenario {
        number: "",
        name: "commit on an orphan branch, in a detached HEAD",
        expects: "names the active task",
        fate: Fate::Stamped,
        needs: Needs::Nothing,
        play: |case| {
            case.begin_at("main", "T");
            case.play("git checkout -q --detach; made one; git branch one; git checkout -q --orphan lone; made two");
            case.expect("HEAD", "T");
            case.expect("upstream..one", "T");
        },
    },
];
