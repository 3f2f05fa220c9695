//! `plan import`: a bad file is refused whole, and says where it is bad.

use crate::support::TestRepo;

/// What is said about `bytes`, which are refused as `file`; the ledger is as it was.
#[track_caller]
fn refused(file: &str, bytes: impl AsRef<[u8]>) -> String {
    let repo = TestRepo::new();
    repo.write(file, bytes.as_ref());
    let people = repo.agent(&["plan", "import", file]).failure();
    assert!(people.stderr.contains("nothing was"), "{people}");
    assert_eq!(repo.git(&["for-each-ref", "refs/notes"]).text(), "", "nothing is written");
    let json = repo.agent(&["plan", "import", file, "--dry-run", "--json"]).failure();
    assert_eq!(json.code, people.code, "a rehearsal refuses what the import refuses");
    let error = serde_json::from_str::<serde_json::Value>(&json.stdout).unwrap()["error"].clone();
    let message = error["message"].as_str().unwrap().trim_end_matches("; nothing was imported");
    format!("{} {message}", error["code"].as_str().unwrap())
}

#[test]
fn syntax_errors_say_where() {
    assert_eq!(
        refused("p.toml", "[[task]]\ntitle = \"A\n"),
        "plan-syntax p.toml:2:11: invalid basic string, expected `\"`"
    );
    assert_eq!(refused("p.toml", "[[task]]\ntitle = \"A\"\ntitle = \"B\"\n"), "plan-syntax p.toml:3:1: duplicate key");
    assert_eq!(
        refused("p.json", "{\"tasks\": [\n  {\"title\": \"A\",,}\n]}"),
        "plan-syntax p.json:2:17: key must be a string"
    );
    assert_eq!(
        refused("p.json", "{\"tasks\": [{\"title\": \"A\"}"),
        "plan-syntax p.json:1:26: EOF while parsing a list"
    );
    assert_eq!(
        refused("p.jsonl", "{\"id\":\"a\",\"title\":\"A\"}\n{\"id\":\"b\"\n"),
        "plan-syntax p.jsonl:2:10: EOF while parsing an object"
    );
    assert_eq!(refused("p.md", "# Notes\n\n- a list\n"), "bad-plan p.md:1:1: it has no checkboxes");
    assert_eq!(refused("p.md", "```\n- [ ] an example\n```\n"), "bad-plan p.md:1:1: it has no checkboxes");
}

#[test]
fn meanings_that_there_are_not_say_where() {
    let toml = |text: &str| refused("p.toml", format!("[[task]]\ntitle = \"A\"\n{text}\n"));
    assert_eq!(toml("status = \"dnoe\""), "bad-plan p.toml:3:10: unknown status 'dnoe'");
    assert_eq!(toml("priority = 5"), "bad-plan p.toml:3:12: priority is 5, not a whole number up to 4");
    assert_eq!(toml("priority = -1"), "bad-plan p.toml:3:12: priority is -1, not a whole number up to 4");
    assert_eq!(
        toml("priority = 99999999999999999999999999999999999999999999"),
        "bad-plan p.toml:3:12: priority is 9999999999999999999999999999999999999999, not a whole number up to 4"
    );
    assert_eq!(
        toml("estimate = \"soon\""),
        "bad-plan p.toml:3:12: estimate is 'soon', not a duration like 90s, 30m, 2h or 1d"
    );
    assert_eq!(toml("after = [1]"), "bad-plan p.toml:3:10: after is 1, not a string");
    assert_eq!(toml("titel = \"B\""), "bad-plan p.toml:3:9: a task has no key 'titel'");
    assert_eq!(
        toml("files = [\"a\", \"../b\"]"),
        "bad-plan p.toml:3:15: cannot use the path '../b': it is outside the repository"
    );
    assert_eq!(
        toml("files = [\"/etc/passwd\"]"),
        "bad-plan p.toml:3:10: cannot use the path '/etc/passwd': it is not relative to the top of the work tree"
    );
    assert_eq!(toml("result_json = \"{\"").split(": ").nth(1), Some("result_json is not JSON"));
    assert_eq!(
        toml("id = \"../x\""),
        "bad-plan p.toml:3:6: '../x' cannot be an id: an id can contain only letters, digits, '.', '_' and '-', not '/'"
    );
    assert_eq!(
        toml("id = \"x\"\n[[task]]\ntitle = \"B\"\nid = \"x\""),
        "bad-plan p.toml:6:6: two tasks have the id 'x' (the other one is at 3:6)"
    );
    assert_eq!(
        toml("after = [\"B\"]"),
        "unknown-task p.toml:3:10: after names 'B', which is neither in the plan nor in the ledger"
    );
    assert_eq!(
        toml("parent = \"B\""),
        "unknown-task p.toml:3:10: parent names 'B', which is neither in the plan nor in the ledger"
    );
    assert_eq!(
        toml("after = [\"B\"]\n[[task]]\ntitle = \"B\"\nafter = [\"A\"]"),
        "dependency-cycle p.toml:3:10: these tasks wait for each other: a → b → a"
    );
    assert_eq!(
        refused("p.toml", "schema = 2\n[[task]]\ntitle = \"A\"\n"),
        "plan-version p.toml:1:10: the plan has version 2 of the format, this git-agent reads version 1"
    );
    assert_eq!(refused("p.toml", "[[task]]\nid = \"a\"\n"), "bad-plan p.toml:1:1: a task has no title");
}

#[test]
fn texts_that_no_task_can_hold_say_where() {
    assert_eq!(
        refused("p.toml", "[[task]]\ntitle = \"A\\u001b[2J\"\n"),
        "bad-plan p.toml:2:9: invalid title: it contains the control character \\u{1b}"
    );
    assert!(refused("p.json", "{\"tasks\": [{\"title\": \"A\0\"}]}").starts_with("plan-syntax p.json:1:2"));
    let long = refused("p.toml", format!("[[task]]\ntitle = \"{}\"\n", "x".repeat(1_001)));
    assert!(long.starts_with("bad-plan p.toml:2:9: invalid title: it has 1001 bytes"), "{long}");
    let files: Vec<String> = (0..300).map(|n| format!("\"src/some/where/file_{n:04}.rs\"")).collect();
    assert_eq!(
        refused("p.toml", format!("[[task]]\ntitle = \"A\"\nfiles = [{}]\n", files.join(","))),
        "bad-plan p.toml:1:1: 'a' lists more files than a task can have"
    );
}

#[test]
fn bytes_that_are_no_text_say_where() {
    assert_eq!(
        refused("p.toml", b"[[task]]\ntitle = \"gr\xc3\xbc\xff\"\n"),
        "plan-syntax p.toml:2:13: byte 0xff at offset 22 is not UTF-8"
    );
    assert_eq!(refused("p.md", b"\xff\xfe-"), "plan-syntax p.md:1:1: byte 0xff at offset 0 is not UTF-8");
}

#[test]
fn hostile_depths_are_refused_and_not_followed() {
    let deep = "[".repeat(200_000);
    assert!(refused("p.json", format!("{{\"tasks\": {deep}")).contains("EOF while parsing"));
    let closed = format!("{{\"tasks\": {}{}}}", &deep[..40_000], "]".repeat(40_000));
    assert!(refused("p.json", closed).contains("nested deeper than 64 levels"));
    let toml = refused("p.toml", format!("[[task]]\ntitle = \"A\"\nresult = {deep}"));
    assert!(toml.starts_with("plan-syntax p.toml:3:") && toml.contains("recurs"), "{toml}");
    // A list may be as deep as it likes.
    let repo = TestRepo::new();
    let list: String = (0..500).map(|n| format!("{}- [ ] Task {n}\n", "  ".repeat(n))).collect();
    repo.write("p.md", list);
    assert_eq!(repo.agent(&["plan", "import", "p.md", "--json"]).json()["added"].as_array().map(Vec::len), Some(500));
}

#[test]
fn a_mark_of_byte_order_and_line_ends_of_another_system_are_no_matter() {
    let repo = TestRepo::new();
    repo.write("p.toml", b"\xef\xbb\xbf[[task]]\r\ntitle = \"A\"\r\ndescription = \"\"\"\r\nx\r\ny\"\"\"\r\n");
    repo.write("p.md", "\u{feff}## F\r\n> x\r\n\r\n- [x] B <!-- b -->\r\n");
    for file in ["p.toml", "p.md"] {
        repo.agent(&["plan", "import", file]).success();
    }
    assert_eq!(repo.agent(&["show", "a", "--json"]).json()["task"]["description"], "x\ny");
    let feature = repo.agent(&["show", "f", "--json"]).json()["task"].clone();
    assert_eq!((&feature["description"], &feature["status"]), (&"x".into(), &"completed".into()));
}

#[test]
fn what_is_like_no_plan_is_refused_with_the_formats() {
    let repo = TestRepo::new();
    repo.write("notes.txt", "hello\n");
    insta::assert_snapshot!(repo.agent(&["plan", "import", "notes.txt"]), @r"
    ------- stderr -------
    error: 'notes.txt' is not a plan in a format that git-agent knows; nothing was imported
    hint: the formats are toml, json, markdown, task-master, ralph, feature-list, features, beads, todo
    hint: --format sets the format
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["plan", "import", "no-such-file"]), @r"
    ------- stderr -------
    error: cannot read the plan 'no-such-file': No such file or directory (os error 2)
    hint: check the path: the file or its directory does not exist
    [exit code 5]
    ");
    repo.write("cycle.md", "- [ ] A (after: B)\n- [ ] B (after: C)\n- [ ] C (after: A)\n");
    insta::assert_snapshot!(repo.agent(&["plan", "import", "cycle.md"]), @r"
    ------- stderr -------
    error: cycle.md:1:17: these tasks wait for each other: a → b → c → a
    nothing was changed
    [exit code 1]
    ");
}
