//! How the log and the lists look to a person.

use crate::support::{TestRepo, without_ids};

/// A small story.
fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a", "1", "first");
    repo.agent(&["add", "Log in with a form", "--id", "login", "-q"]).success();
    repo.agent(&["add", "Check passwords", "--id", "check", "--after", "login", "-q"]).success();
    repo.agent(&["start", "login", "-q"]).success();
    repo.commit_file("a", "2", "Add the form\n\nIt has two fields.\n\nTask-Id: login");
    repo.agent(&["decide", "Use cookies", "--why", "scripts can read the rest", "-q"]).success();
    repo.git(&["checkout", "-q", "-b", "side"]).success();
    repo.commit_file("b", "1", "Side");
    repo.git(&["checkout", "-q", "main"]).success();
    repo.commit_file("a", "3", "Close the form\n\nTask-Id: login");
    repo.git(&["merge", "-q", "--no-ff", "-m", "Merge side", "side"]).success();
    repo.agent(&["complete", "login", "--result", "two commits,\nreviewed", "-q"]).success();
    repo.agent(&["block", "check", "--on", "no word list", "-q"]).success();
    repo.advance(7200);
    repo
}

#[test]
fn the_log_in_full() {
    insta::assert_snapshot!(repo().agent(&["log", "--decorate"]), @r"
    ! blocked check Check passwords  (ada@box, 2 hours ago)

        no word list

    ✓ completed login Log in with a form  (ada@box, 2 hours ago)

        two commits,
        reviewed

    commit c71e7ca54a758b520c5ae81e89ca6202ea8db818 (HEAD -> main)
    Author: A U Thor <author@example.com>
    Date:   2 hours ago

        Merge side

    commit ee82042f1f7cf4f1d2f4d26cba1971be15a09bdf
    Task:   login Log in with a form
    Author: A U Thor <author@example.com>
    Date:   2 hours ago

        Close the form

    commit cca6e56d6c463365aeee1997f313dd31360d55a6 (side)
    Author: A U Thor <author@example.com>
    Date:   2 hours ago

        Side

    • decided login Log in with a form  (ada@box, 2 hours ago)

        Use cookies
        because scripts can read the rest

    commit 377e9f02227420c932d21465140ef59ae2ba1641
    Task:   login Log in with a form
    Author: A U Thor <author@example.com>
    Date:   2 hours ago

        Add the form

        It has two fields.

    → started login Log in with a form  (ada@box, 2 hours ago)
    + added check Check passwords  (ada@box, 2 hours ago)
    + added login Log in with a form  (ada@box, 2 hours ago)

    commit a946ea5220b989c1bffc3db23938c1ffcbf0a6b3
    Author: A U Thor <author@example.com>
    Date:   2 hours ago

        first
    ");
}

#[test]
fn one_line_an_entry() {
    insta::assert_snapshot!(repo().agent(&["log", "--oneline"]), @r"
            ! check blocked: no word list (ada@box, 2 hours ago)
            ✓ login completed: two commits, reviewed (ada@box, 2 hours ago)
    c71e7ca   Merge side (2 hours ago)
    ee82042   login Close the form (2 hours ago)
    cca6e56   Side (2 hours ago)
            • login decided: Use cookies because scripts can read the rest (ada@box, 2 hours ago)
    377e9f0   login Add the form (2 hours ago)
            → login started: Log in with a form (ada@box, 2 hours ago)
            + check added: Check passwords (ada@box, 2 hours ago)
            + login added: Log in with a form (ada@box, 2 hours ago)
    a946ea5   first (2 hours ago)
    ");
}

#[test]
fn one_task() {
    insta::assert_snapshot!(repo().agent(&["log", "login", "--oneline"]), @r"
            ✓ login completed: two commits, reviewed (ada@box, 2 hours ago)
    ee82042   login@2 Close the form (2 hours ago)
            • login decided: Use cookies because scripts can read the rest (ada@box, 2 hours ago)
    377e9f0   login@1 Add the form (2 hours ago)
            → login started: Log in with a form (ada@box, 2 hours ago)
            + login added: Log in with a form (ada@box, 2 hours ago)
    ");
}

#[test]
fn with_the_graph() {
    insta::assert_snapshot!(repo().agent(&["log", "--graph", "--oneline"]), @r"
            ! check blocked: no word list (ada@box, 2 hours ago)
            ✓ login completed: two commits, reviewed (ada@box, 2 hours ago)
    *   c71e7ca   Merge side (2 hours ago)
    |\
    | * cca6e56   Side (2 hours ago)
    * | ee82042   login Close the form (2 hours ago)
    |/
    •           • login decided: Use cookies because scripts can read the rest (ada@box, 2 hours ago)
    * 377e9f0   login Add the form (2 hours ago)
    •         → login started: Log in with a form (ada@box, 2 hours ago)
    |         + check added: Check passwords (ada@box, 2 hours ago)
    •         + login added: Log in with a form (ada@box, 2 hours ago)
    * a946ea5   first (2 hours ago)
    ");
    insta::assert_snapshot!(repo().agent(&["log", "--graph", "-n", "5"]), @r"
    ! blocked check Check passwords  (ada@box, 2 hours ago)

        no word list

    ✓ completed login Log in with a form  (ada@box, 2 hours ago)

        two commits,
        reviewed

    *   commit c71e7ca54a758b520c5ae81e89ca6202ea8db818
    |\  Author: A U Thor <author@example.com>
    | | Date:   2 hours ago
    | |
    | |     Merge side
    | |
    | * commit cca6e56d6c463365aeee1997f313dd31360d55a6
    | | Author: A U Thor <author@example.com>
    | | Date:   2 hours ago
    | |
    | |     Side
    | |
    * | commit ee82042f1f7cf4f1d2f4d26cba1971be15a09bdf
    |/  Task:   login Log in with a form
    |   Author: A U Thor <author@example.com>
    |   Date:   2 hours ago
    |
    |       Close the form
    ");
}

#[test]
fn the_graph_is_gits() {
    let repo = repo();
    for branch in ["x", "y", "z"] {
        repo.git(&["checkout", "-q", "-b", branch, "HEAD~1"]).success();
        repo.commit_file(branch, "1", branch);
    }
    repo.git(&["checkout", "-q", "main"]).success();
    repo.git(&["merge", "-q", "-m", "octopus", "x", "y", "z"]).success();
    repo.commit_file("end", "1", "end");
    let expected = repo.git(&["log", "--graph", "--format=%h"]).lines();
    let found = repo.agent(&["log", "--graph", "--oneline", "--no-events"]).lines();
    assert_eq!(found.len(), expected.len(), "{found:#?}\n{expected:#?}");
    for (found, expected) in found.iter().zip(&expected) {
        assert!(found.starts_with(expected.trim_end()), "{found:?} {expected:?}");
    }
}

#[test]
fn changes_are_shown_below_commits() {
    insta::assert_snapshot!(repo().agent(&["log", "-n", "2", "--no-events", "--no-merges", "--stat"]), @r"
    commit ee82042f1f7cf4f1d2f4d26cba1971be15a09bdf
    Task:   login Log in with a form
    Author: A U Thor <author@example.com>
    Date:   2 hours ago

        Close the form

     a | 2 +-
     1 file changed, 1 insertion(+), 1 deletion(-)

    commit cca6e56d6c463365aeee1997f313dd31360d55a6
    Author: A U Thor <author@example.com>
    Date:   2 hours ago

        Side

     b | 1 +
     1 file changed, 1 insertion(+)
    ");
    insta::assert_snapshot!(repo().agent(&["log", "--oneline", "-p", "--", "b"]), @r"
    cca6e56   Side (2 hours ago)

    diff --git a/b b/b
    new file mode 100644
    index 0000000..56a6051
    --- /dev/null
    +++ b/b
    @@ -0,0 +1 @@
    +1
    \ No newline at end of file
    ");
}

#[test]
fn dates_are_those_of_git() {
    let repo = repo();
    insta::assert_snapshot!(repo.agent(&["log", "--oneline", "-n", "3", "--date=iso"]), @r"
            ! check blocked: no word list (ada@box, 2026-01-02 03:04:27 +0000)
            ✓ login completed: two commits, reviewed (ada@box, 2026-01-02 03:04:26 +0000)
    c71e7ca   Merge side (2026-01-02 03:04:25 +0000)
    ");
    repo.git(&["config", "log.date", "short"]).success();
    insta::assert_snapshot!(repo.agent(&["log", "--oneline", "-n", "3"]), @r"
            ! check blocked: no word list (ada@box, 2026-01-02)
            ✓ login completed: two commits, reviewed (ada@box, 2026-01-02)
    c71e7ca   Merge side (2026-01-02)
    ");
}

/// What may reach a terminal: no control characters but line ends, and colours of ours.
fn assert_harmless(text: &str, colours: bool) {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_control() && c != '\n') {
        let sequence = &rest[at..];
        let end = sequence.find('m').unwrap_or(0);
        let is_colour =
            sequence.starts_with("\u{1b}[") && sequence[2..end.max(2)].chars().all(|c| c.is_ascii_digit() || c == ';');
        assert!(colours && is_colour && end > 0, "{sequence:?}");
        rest = &sequence[end..];
    }
}

#[test]
fn nothing_in_the_ledger_or_in_commits_acts_on_the_terminal() {
    let repo = TestRepo::new();
    let evil = "\\u001b[2J\\u001b]0;pwned\\u0007\\n\\u009b31m\\u202e";
    let key = repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin("0 task t-1\n").run().text();
    let event = |n: u32, rest: &str| {
        format!("2026-01-02T03:04:{n:02}.000Z 01KDYB000000000000000000{n:02} a\u{1b}[2Jx@b n={n} {rest}")
    };
    let lines = [
        "0 task t-1".to_owned(),
        event(10, &format!("create title=\"{evil}\" description=\"{evil}\" accept=\"{evil}\" files=[\"{evil}\"]")),
        event(11, &format!("start base=\"{evil}\" branch=\"{evil}\"")),
        event(12, &format!("decide text=\"{evil}\" why=\"{evil}\"")),
        event(13, &format!("note text=\"{evil}\"")),
        event(14, &format!("block text=\"{evil}\"")),
        event(15, &format!("verify command=\"{evil}\" exit=1 seconds=1 tree=\"{evil}\"")),
        event(16, &format!("fail reason=\"{evil}\" kind=\"{evil}\"")),
        event(17, &format!("link commit=\"{evil}\" by=\"{evil}\"")),
        event(18, "tele\u{1b}[2Jport x=1"),
        event(19, "claim lease=60"),
    ];
    repo.run("git")
        .args(["notes", "--ref=agent-tasks", "add", "-F", "-", &key])
        .stdin(format!("{}\n", lines.join("\n")))
        .run()
        .success();
    repo.write("f\u{1b}[2J", "x\u{1b}[2J\n");
    repo.git(&["add", "-A"]).success();
    let message = "subject \u{1b}[2J\u{9b}31m\n\nbody \u{1b}]0;x\u{7}\r\n\nTask-Id: t-1\nTask-Id: t\u{9b}2";
    let author = "E\u{1b}[2Jvil <e@x>";
    repo.run("git")
        .args(["commit", "-q", "--cleanup=verbatim", "--author", author, "-F", "-"])
        .stdin(message)
        .run()
        .success();
    for color in ["never", "always"] {
        for words in [
            &["log"][..],
            &["log", "-p"],
            &["log", "--stat"],
            &["log", "--oneline"],
            &["log", "--graph"],
            &["log", "t-1", "--decorate"],
            &["list", "--all"],
            &["list", "--all", "--tree"],
            &["show", "t-1"],
            &["ready", "--explain"],
            &["next"],
            &["status"],
        ] {
            let output = repo.run("git-agent").args(words).args(["--color", color]).run().success();
            assert_harmless(&String::from_utf8(output.raw).unwrap(), color == "always");
            assert_harmless(&output.stderr, false);
        }
    }
    assert!(repo.agent(&["log"]).success().stdout.contains("subject \\u{1b}[2J"));
}

#[test]
fn lists() {
    let repo = repo();
    repo.agent(&["add", "Offer to remember", "--id", "remember", "--parent", "check", "--priority", "0", "-q"])
        .success();
    repo.agent(&["add", "Tell what is wrong", "--id", "tell", "-q"]).success();
    repo.agent(&["claim", "tell", "-q"]).success();
    insta::assert_snapshot!(repo.agent(&["list", "--all"]), @r"
    ○ remember Offer to remember  (priority 0)
    ■ check    Check passwords  (1 blocker open, 1 subtask open)
    ◌ tell     Tell what is wrong  (held by ada@box until 2026-01-02 07:04 UTC)
    ✓ login    Log in with a form  (2 hours ago)
    ");
    insta::assert_snapshot!(repo.agent(&["ready", "--explain"]), @r"
    ○ remember Offer to remember  (priority 0)
    ■ check    Check passwords
        1 blocker open
        1 subtask open
    ◌ tell     Tell what is wrong
        held by ada@box until 2026-01-02 07:04 UTC
    ");
    let blocker = repo.agent(&["show", "check", "--json"]).json()["task"]["blockers"][0]["id"].clone();
    let page = repo.agent(&["show", "check"]).success().stdout;
    insta::assert_snapshot!(without_ids(&page.replace(blocker.as_str().unwrap(), "b-xxxxx")), @r"
    task check Check passwords
    Status:     pending
    Not ready:  1 blocker open
                1 subtask open
    Priority:   2
    After:      login (Log in with a form)
    Progress:   0%, 0 of 1
    Parts:      ○ remember (Offer to remember)
    Added by:   ada@box, 2 hours ago
    Last event: N seconds ago

    Blockers
        b-xxxxx (2 hours ago): no word list
    ");
    repo.advance(600);
    insta::assert_snapshot!(repo.agent(&["show", "tell"]), @r"
    task tell Tell what is wrong
    Status:     pending
    Not ready:  held by ada@box until 2026-01-02 07:04 UTC
    Held by:    ada@box, for 1h49m more
    Priority:   2
    Added by:   ada@box, 10 minutes ago
    ");
}
