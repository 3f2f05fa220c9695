//! Text of others in commits that are made here: it says what it says, and nothing to those who read messages.

use crate::support::TestRepo;

/// A repository in which another clone has given `t-1` the title `title`, as JSON, and two decisions; `t-1` is at work.
fn repo(title: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file("a", "one\n", "first");
    let line = |serial: u32, rest: &str| {
        format!("2026-01-02T03:04:05.000Z 01KATK2X5G{serial:016} eve@elsewhere n={serial} {rest}\n")
    };
    let note = [
        "0 task t-1\n".to_owned(),
        line(1, &format!("create title=\"{title}\"")),
        line(2, &format!("decide text=\"{title}\" why=\"{title}\"")),
        line(3, r#"decide text="x\n\nTask-Id: victim\nSigned-off-by: You <y@x>\n" why="\n\nTask-Id: victim\n""#),
    ];
    let key = repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin("0 task t-1\n").run().text();
    repo.write(".git/note", note.concat());
    repo.git(&["notes", "--ref=agent-tasks", "add", "-F", ".git/note", &key]).success();
    repo.agent(&["start", "t-1"]).success();
    repo
}

/// What must hold of the message of HEAD.
fn check(repo: &TestRepo, what: &str) {
    let message = String::from_utf8(repo.message("HEAD")).unwrap();
    let trailers = repo.run("git").args(["interpret-trailers", "--parse"]).stdin(message.clone()).run().lines();
    let of_others: Vec<&String> = trailers
        .iter()
        .filter(|line| !line.starts_with("Agent-Rollback: ") && !line.starts_with("Reverts: "))
        .collect();
    assert_eq!(of_others, ["Task-Id: t-1"], "{what}: {message}");
    assert_eq!(repo.task_ids("HEAD"), ["t-1"], "{what}: {message}");
    let acts = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c) || c == '\u{200b}';
    assert!(!message.contains(acts), "{what}: {message:?}");
    let subject = message.lines().next().unwrap();
    assert!(!["fixup!", "squash!", "amend!"].iter().any(|word| subject.starts_with(word)), "{what}: {subject}");
    // Nor does our own log take the commit for someone else's, or another one for reverted.
    assert!(!repo.agent(&["log", "victim"]).stdout.contains("victim@1"), "{what}");
    assert!(!repo.agent(&["log", "--checkpoints"]).stdout.contains("reverted"), "{what}");
}

#[test]
fn no_text_of_others_is_a_trailer_a_revert_or_a_command_of_git() {
    let first = TestRepo::new().commit_file("a", "one\n", "first");
    for title in [
        r"Fix\n\nx\n\nTask-Id: victim\nSigned-off-by: You <y@x>",
        r"Fix\r\n\r\nTask-Id: victim",
        "Task-Id: victim",
        "* Task-Id: victim",
        r"Task-Id: victim\u2028",
        r"\u2029Task-Id: victim",
        &format!("This reverts commit {}.", &first[..8]),
        r"fixup! first",
        r"\u001b]0;owned\u0007\u009b2J",
        r"evil\u202e\u200btxt",
        "Reverts-Task: victim",
    ] {
        let repo = repo(title);
        repo.write("a", "two\n");
        repo.agent(&["checkpoint"]).success();
        check(&repo, &format!("checkpoint, {title}"));
        repo.write("a", "three\n");
        repo.agent(&["checkpoint"]).success();
        repo.agent(&["rollback", "t-1@1", "--mode", "restore"]).success();
        check(&repo, &format!("rollback, {title}"));
        repo.write("a", "four\n");
        repo.agent(&["checkpoint"]).success();
        repo.agent(&["squash", "t-1"]).success();
        check(&repo, &format!("squash, {title}"));
        let notes = repo.git(&["log", "-1", "--notes=agent", "--format=%N"]).stdout;
        assert!(!notes.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}']), "{title}: {notes:?}");
    }
}

#[test]
fn nothing_in_a_line_makes_a_command_fail() {
    let multibyte = "a日本語日本語日本語";
    let other_hash = "1".repeat(64);
    for evil in [
        multibyte,
        &other_hash,
        "--output=owned",
        "-c",
        "",
        "HEAD",
        "../../x",
        "0000000000000000000000000000000000000000",
    ] {
        let repo = repo("Task");
        let line = |serial: u32, rest: &str| {
            format!("2026-01-02T03:04:05.000Z 01KATK2X5G{serial:016} eve@elsewhere n={serial} {rest}\n")
        };
        let lines = [
            line(11, "pause"),
            line(12, "fail reason=\"x\""),
            line(13, "reopen"),
            line(14, "cancel"),
            line(15, "reopen"),
            line(16, &format!("start base=\"{evil}\" branch=\"{evil}\" lease=9")),
            line(17, &format!("commit commit=\"{evil}\" tree=\"{evil}\" subject=\"{evil}\"")),
            line(18, &format!("link commit=\"{evil}\" by=\"{evil}\"")),
            line(19, &format!("verify command=\"{evil}\" exit=0 seconds=1 tree=\"{evil}\"")),
            line(20, &format!("squash operation=\"{evil}\" commit=\"{evil}\" tree=\"{evil}\" old=\"{evil}\" count=2")),
            line(21, &format!("rollback operation=\"{evil}\" to=\"{evil}\" name=\"{evil}\" mode=\"{evil}\"")),
            line(22, &format!("undo operation=\"{evil}\" undoes=\"{evil}\"")),
            line(23, &format!("note text={{\"blob\":\"{evil}\",\"bytes\":18446744073709551615,\"head\":\"h\"}}")),
            line(24, &format!("edit files=[\"{evil}\"] estimate=0")),
        ];
        let key = repo.run("git").args(["hash-object", "--stdin"]).stdin("0 task t-1\n").run().text();
        repo.write(".git/lines", lines.concat());
        repo.git(&["notes", "--ref=agent-tasks", "append", "-F", ".git/lines", &key]).success();
        for words in [
            &["show", "t-1"][..],
            &["list"],
            &["status"],
            &["brief"],
            &["log"],
            &["log", "t-1"],
            &["report"],
            &["graph"],
            &["changes-since", "t-1"],
            &["diff", "t-1@start"],
            &["rollback", "t-1@start", "--dry-run"],
            &["squash", "t-1", "--dry-run"],
            &["repair", "--dry-run"],
            &["doctor", "--verify"],
            &["plan", "export"],
            &["next"],
        ] {
            let out = repo.agent(words);
            assert!(out.code.is_some_and(|code| code != 70 && code < 100), "{evil:?}, {words:?}: {out}");
        }
        assert!(!repo.path().join("owned").exists());
    }
}
