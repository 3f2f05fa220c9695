//! Our reading of trailers against git's own, on thousands of odd messages.

use bstr::{BString, ByteSlice};
use git_agent::domain::trailer::block::{self, Syntax, Trailer};
use git_agent::domain::trailer::insert::{Form, insert};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::{Git, TestRepo, on_every_git};

const LINES: &[&str] = &[
    "subject",
    "some prose here",
    "Task-Id: t-1",
    "Task-Id: t-2",
    "task-id : t-3",
    "TASK-ID:t-4",
    "Task-Id:",
    "Task-Id: two words",
    " folded",
    "\tfolded too",
    "  ",
    " ",
    "",
    "",
    "",
    "",
    "# comment",
    "#Task-Id: no",
    "; semicolon",
    ";Task-Id: no",
    "Signed-off-by: A <a@b>",
    "signed-off-by: a",
    "Signed-off-by:x",
    "(cherry picked from commit 0123)",
    "Co-authored-by: A <a@b>",
    "https://example.com/x",
    "---",
    "--- a/file",
    "---------",
    "Conflicts:",
    "\tfile",
    "#123 fixed",
    "* Task-Id: t-5",
    "key with spaces: v",
    "a-b: c",
    "-: v",
    ": v",
    "1: v",
    "caf\u{e9}: v",
    "Bug: 7\r",
    "\r",
    "Task-Id: t-6\r",
    "text\r",
    "x:y:z",
    "word",
    "# ------------------------ >8 ------------------------",
    "; ------------------------ >8 ------------------------",
    "    Task-Id: t-7",
    "Task-Id: t-8 ",
    "diff --git a/x b/x",
    "Task-Id\t: t-9",
    "prose: with colon",
    "no colon but long prose",
];

fn messages(count: usize) -> Vec<BString> {
    let line = prop::sample::select(LINES);
    let text = (prop::collection::vec(line, 0..14), any::<bool>()).prop_map(|(lines, eol)| {
        let end = if eol { "\n" } else { "" };
        BString::from(format!("{}{end}", lines.join("\n")))
    });
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| text.new_tree(&mut runner).expect("a message").current()).collect()
}

/// Store each message in a commit, byte for byte, and ask git for the trailers of each.
fn as_git_reads(git: &Git, config: &[&str], messages: &[BString]) -> Vec<Vec<Trailer>> {
    let repo = TestRepo::with_git(git);
    let mut import = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        import.extend(format!("commit refs/heads/x\ncommitter A <a@b> {at} +0000\ndata {}\n", message.len()).bytes());
        import.extend_from_slice(message);
        import.push(b'\n');
    }
    repo.run("git").args(["fast-import", "--quiet"]).stdin(import).run().success();
    let format = "--format=tformat:%(trailers:only,unfold,separator=%x1e,key_value_separator=%x1f)%x00";
    let output = repo.run("git").args(config).args(["log", "--reverse", "--topo-order", format, "x"]).run().success();
    let mut records: Vec<_> = output.raw.split_str("\0\n").collect();
    assert_eq!(records.pop(), Some(&b""[..]));
    let trailer = |text: &[u8]| {
        let (key, value) = text.split_once_str("\x1f").expect("key and value");
        Trailer { key: key.into(), value: value.into() }
    };
    records.iter().map(|r| r.split_str("\x1e").filter(|t| !t.is_empty()).map(trailer).collect()).collect()
}

fn compare(git: &Git, config: &[&str], syntax: &Syntax, messages: &[BString]) {
    let theirs = as_git_reads(git, config, messages);
    assert_eq!(theirs.len(), messages.len());
    for (message, theirs) in messages.iter().zip(&theirs) {
        let mut ours = block::trailers(message, syntax);
        for trailer in &mut ours {
            // Git shows the configured spelling of a key, and takes `-` for short of any key at all.
            if !syntax.known.is_empty() && (trailer.key == "-" || trailer.key.eq_ignore_ascii_case(b"Task-Id")) {
                trailer.key = "Task-Id".into();
            }
        }
        assert_eq!(&ours, theirs, "{git}, {config:?}: {message:?}");
    }
}

#[test]
fn the_final_block_is_what_git_finds() {
    let messages = messages(6_000);
    on_every_git(|git| {
        compare(git, &[], &Syntax::default(), &messages);
        let syntax = Syntax { comment: ";".into(), known: Vec::new() };
        compare(git, &["-c", "core.commentChar=;"], &syntax, &messages);
        let syntax = Syntax { known: vec!["taskid".into(), "Task-Id".into()], ..Syntax::default() };
        compare(git, &["-c", "trailer.taskid.key=Task-Id"], &syntax, &messages);
    });
}

#[test]
fn what_is_inserted_is_found_by_git_and_nothing_else_changes() {
    let before = messages(3_000);
    let wanted = [Trailer { key: "Task-Id".into(), value: "new".into() }];
    let after: Vec<_> = before
        .iter()
        .map(|m| insert(m, &wanted, Form::Kept, &Syntax::default()).unwrap_or_else(|| m.clone()))
        .collect();
    for (before, after) in before.iter().zip(&after) {
        let split = before.iter().zip(after.iter()).take_while(|(a, b)| a == b).count();
        let added = after.len() - before.len();
        let same = (0..=split).any(|at| after[..at] == before[..at] && after[at + added..] == before[at..]);
        assert!(same, "one insertion: {before:?} became {after:?}");
    }
    on_every_git(|git| {
        let had = as_git_reads(git, &[], &before);
        let have = as_git_reads(git, &[], &after);
        for (at, (had, have)) in had.iter().zip(&have).enumerate() {
            let tasks = |all: &[Trailer]| -> Vec<BString> {
                all.iter().filter(|t| t.key.eq_ignore_ascii_case(b"Task-Id")).map(|t| t.value.clone()).collect()
            };
            let mut expected = tasks(had);
            if after[at] != before[at] {
                expected.push("new".into());
            }
            assert_eq!(tasks(have), expected, "{git}: {:?} became {:?}", before[at], after[at]);
        }
    });
}
