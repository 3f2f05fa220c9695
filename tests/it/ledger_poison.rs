//! Lines made to freeze a task, to hide another line, or to make a number run over.

use crate::support::TestRepo;

const LEDGER: &str = "refs/notes/agent-tasks";

fn key(repo: &TestRepo, id: &str) -> String {
    repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin(format!("0 task {id}\n")).run().text()
}

/// Append `lines` to the note of `id`, as a clone without scruples would.
fn append(repo: &TestRepo, id: &str, lines: &str) {
    repo.write("lines", lines);
    let key = key(repo, id);
    repo.git(&["notes", "--ref=agent-tasks", "append", "-F", "lines", &key]).success();
}

fn line(serial: u32, rest: &str) -> String {
    format!("2026-01-02T03:04:05.000Z 01KATK2X5G{serial:016} eve@elsewhere {rest}\n")
}

fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file("a", "one\n", "first");
    repo.agent(&["add", "--id", "t-1", "Task"]).success();
    repo
}

fn status(repo: &TestRepo) -> String {
    repo.agent(&["show", "t-1", "--json"]).json()["task"]["status"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_number_that_no_note_comes_to_freezes_nothing() {
    for n in [u64::MAX, u64::MAX - 1, i64::MAX as u64, 1 << 53, 1 << 32, 1_000_000] {
        let repo = repo();
        append(&repo, "t-1", &line(1, &format!("n={n} complete result=\"mine\"")));
        assert_eq!(status(&repo), "pending", "n={n}");
        for (word, then) in [("start", "in_progress"), ("complete", "completed"), ("reopen", "pending")] {
            repo.agent(&[word, "t-1"]).success();
            assert_eq!(status(&repo), then, "n={n}, {word}");
        }
        let doctor = repo.agent(&["doctor"]).stdout;
        assert!(doctor.contains("its n exceeds the number of events a note can hold"), "{doctor}");
    }
}

#[test]
fn a_number_that_a_note_may_have_come_to_before_it_was_cut_counts() {
    let repo = repo();
    append(&repo, "t-1", &line(1, "n=200000 complete"));
    assert_eq!(status(&repo), "completed");
    repo.agent(&["reopen", "t-1"]).success();
    assert_eq!(status(&repo), "pending");
    // Even the highest that is explained leaves room for what comes after it.
    append(&repo, "t-1", &line(2, "n=262145 complete"));
    assert_eq!(status(&repo), "completed");
    repo.agent(&["reopen", "t-1"]).success();
    assert_eq!(status(&repo), "pending");
    assert!(repo.agent(&["doctor"]).stdout.contains("every line is valid"));
}

#[test]
fn a_line_that_takes_the_place_of_another_is_told() {
    let repo = repo();
    repo.agent(&["complete", "t-1"]).success();
    let note = repo.git(&["notes", "--ref=agent-tasks", "show", &key(&repo, "t-1")]).stdout;
    let completed = note.lines().find(|line| line.contains(" complete")).unwrap();
    let id = completed.split(' ').nth(1).unwrap();
    append(&repo, "t-1", &format!("2026-01-02T03:04:05.000Z {id} eve@elsewhere n=1 note text=\"gone\"\n"));
    let doctor = repo.agent(&["doctor"]).stdout;
    assert!(
        doctor.contains("1 invalid line has no effect") && doctor.contains("another line has the same ulid"),
        "{doctor}"
    );
    // The same line once more is no damage.
    append(&repo, "t-1", &format!("{}\n", note.lines().nth(1).unwrap()));
    assert!(repo.agent(&["doctor"]).stdout.contains("1 invalid line has no effect"));
}

#[test]
fn a_title_is_one_clean_line_whatever_an_event_says() {
    for (title, clean) in [
        (r"Fix\n\nx\n\nTask-Id: victim", r"Fix\n\nx\n\nTask-Id: victim"),
        (r"Fix\r\nTask-Id: victim\n", r"Fix\r\nTask-Id: victim"),
        (r"a\u001b[2Jb", r"a\u{1b}[2Jb"),
        (r"a\u009b2Jb", r"a\u{9b}2Jb"),
        (r"evil\u202egpj", r"evil\u{202e}gpj"),
        (r"line\u2028separator", r"line\u{2028}separator"),
        (r"hid\u200bden", r"hid\u{200b}den"),
        (" ", ""),
    ] {
        let repo = repo();
        append(&repo, "t-1", &line(1, &format!("n=2 edit title=\"{title}\"")));
        append(&repo, "t-2", &line(2, &format!("n=1 create title=\"{title}\"")));
        let listed = repo.agent(&["list", "--all", "--json"]).json()["tasks"].clone();
        let titles: Vec<&str> = listed.as_array().unwrap().iter().filter_map(|task| task["title"].as_str()).collect();
        assert_eq!(titles, [clean, clean], "{title}");
        let doctor = repo.agent(&["doctor"]).stdout;
        assert!(doctor.contains("2 tasks have a title with line breaks or control characters"), "{title}: {doctor}");
    }
}

#[test]
fn a_line_longer_than_the_format_has_is_not_read() {
    let repo = repo();
    let text = "x".repeat(5_000);
    append(&repo, "t-1", &line(1, &format!("n=2 note text=\"{text}\"")));
    let shown = repo.agent(&["show", "t-1", "--json"]).json();
    assert_eq!(shown["task"]["notes"].as_array().unwrap().len(), 0);
    let doctor = repo.agent(&["doctor"]).stdout;
    assert!(doctor.contains("bytes, more than the maximum of 4096 for a line"), "{doctor}");
    assert!(doctor.len() < 4_000, "only the beginning of it is shown");
}

#[test]
fn a_claim_until_the_end_of_time_holds_nothing() {
    for (at, lease) in [
        ("2026-01-02T03:04:05.000Z", u64::MAX),
        ("9999-12-31T23:59:59.999Z", 7_200),
        ("9000-01-01T00:00:00.000Z", u64::MAX),
    ] {
        let repo = repo();
        let claim = format!("{at} 01KATK2X5G0000000000000001 eve@elsewhere n=2 claim lease={lease}\n");
        append(&repo, "t-1", &claim);
        let started = repo.agent(&["start", "t-1"]);
        // A lease of any length is one of ninety days from the time that the line names.
        match at.starts_with("2026") {
            true => assert!(started.exits(1).stderr.contains("eve@elsewhere")),
            false => drop(started.success()),
        }
    }
    let repo = repo();
    repo.agent(&["claim", "t-1", "--lease", "100d"]).exits(2);
    repo.agent(&["claim", "t-1", "--lease", "90d"]).success();
}

#[test]
fn numbers_out_of_range_are_the_nearest_in_range_or_damage() {
    let repo = repo();
    let field = |name: &str| repo.agent(&["show", "t-1", "--json"]).json()["task"][name].clone();
    append(&repo, "t-1", &line(1, "n=2 edit priority=18446744073709551615 estimate=18446744073709551615"));
    assert_eq!((field("priority").as_u64(), field("estimate_seconds").as_u64()), (Some(4), Some(3_162_240_000)));
    for (serial, wrong) in
        ["priority=-1", "priority=1.5", "priority=\"0\"", "estimate=-5", "estimate=1e400"].iter().enumerate()
    {
        append(&repo, "t-1", &line(10 + serial as u32, &format!("n=3 edit title=\"taken\" {wrong}")));
        assert_eq!(field("title"), "Task", "{wrong}");
    }
    append(&repo, "t-1", &line(30, "n=4 verify command=\"x\" exit=0 seconds=-1e308 tree=\"abc\""));
    append(&repo, "t-1", &line(31, "n=4 verify command=\"x\" exit=0 seconds=1e308 tree=\"abc\""));
    append(&repo, "t-1", "9999-12-31T23:59:59.999Z 01KATK2X5G0000000000000040 eve@elsewhere n=5 start\n");
    append(&repo, "t-1", "0001-01-01T00:00:00.000Z 01KATK2X5G0000000000000041 eve@elsewhere n=6 complete\n");
    for words in [
        &["show", "t-1"][..],
        &["list", "--all"],
        &["status"],
        &["brief"],
        &["report"],
        &["report", "--format", "markdown"],
        &["report", "--format", "html"],
        &["log"],
        &["doctor"],
    ] {
        let out = repo.agent(words);
        assert!(out.code == Some(0), "{words:?}: {out}");
        assert!(out.stdout.len() < 300_000, "{words:?}: {} bytes", out.stdout.len());
    }
}

#[test]
fn a_note_without_room_takes_the_end_of_its_task_and_nothing_else() {
    let repo = repo();
    let limits = repo.agent(&["capabilities"]).json()["limits"].clone();
    let full = limits["note_bytes"].as_u64().unwrap() as usize;
    // Events of a kind that is skipped, up to the last line that fits.
    let note = repo.git(&["notes", "--ref=agent-tasks", "show", &key(&repo, "t-1")]).stdout;
    let mut text = note.clone();
    let filler = "y".repeat(3_900);
    let mut serial = 0;
    while text.len() + 4_000 < full - 300_000 {
        serial += 1;
        text.push_str(&line(serial, &format!("n=2 teleport to=\"{filler}\"")));
    }
    let set = |text: &str| {
        repo.write("note", text);
        repo.git(&["notes", "--ref=agent-tasks", "add", "-f", "-F", "note", &key(&repo, "t-1")]).success();
    };
    set(&text);
    repo.agent(&["note", "there is room", "--task", "t-1"]).success();
    while text.len() + 4_000 < full - 100_000 {
        serial += 1;
        text.push_str(&line(serial, &format!("n=2 teleport to=\"{filler}\"")));
    }
    set(&text);
    let before = repo.git(&["rev-parse", LEDGER]).text();
    for words in [&["note", "no room", "--task", "t-1"][..], &["decide", "no room", "--task", "t-1"], &["start", "t-1"]]
    {
        let refused = repo.agent(words).exits(1);
        assert!(refused.stderr.contains("is full: it has"), "{refused}");
        assert!(refused.stderr.contains("hint: it can still be completed"), "{refused}");
        assert_eq!(repo.git(&["rev-parse", LEDGER]).text(), before);
    }
    repo.agent(&["complete", "t-1"]).success();
    assert_eq!(status(&repo), "completed");
    repo.commit_file("b", "two\n", "a commit is never kept");
}

#[test]
fn a_text_that_would_not_be_read_is_refused() {
    let repo = repo();
    let longest = repo.agent(&["capabilities"]).json()["limits"]["text_bytes"].as_u64().unwrap() as usize;
    let before = repo.git(&["rev-parse", LEDGER]).text();
    let long = "x".repeat(longest + 1);
    repo.write("long", &long);
    for words in [
        &["add", "Another", "-d", "-"][..],
        &["add", "Another", "--description-file", "long"],
        &["add", "Another", "--accept", "-"],
        &["edit", "t-1", "-d", "-"],
        &["complete", "t-1", "--result", "-"],
    ] {
        let refused = repo.run("git-agent").args(words).stdin(long.clone()).run().exits(2);
        assert!(refused.stderr.contains("16777216 bytes"), "{words:?}: {refused}");
        assert_eq!(repo.git(&["rev-parse", LEDGER]).text(), before, "{words:?}");
    }
    repo.run("git-agent").args(["edit", "t-1", "-d", "-"]).stdin(&long[..longest]).run().success();
    let shown = repo.agent(&["show", "t-1", "--json"]).json();
    assert_eq!(shown["task"]["description"].as_str().unwrap().len(), longest);
}
