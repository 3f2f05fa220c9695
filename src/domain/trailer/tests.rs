use bstr::{BString, ByteSlice};

use super::{
    Rules, Values,
    block::{self, Syntax, Trailer},
    insert::{Form, insert, same_text},
    scan,
};

fn scanned(message: &str, rules: &Rules) -> Vec<String> {
    scan::ids(message.as_bytes(), rules).iter().map(ToString::to_string).collect()
}

fn in_block(message: &str) -> Vec<String> {
    block::ids(message.as_bytes(), &Rules::default(), &Syntax::default()).iter().map(ToString::to_string).collect()
}

fn task(id: &str) -> Trailer {
    Trailer { key: "Task-Id".into(), value: id.into() }
}

fn inserted(message: &str, ids: &[&str], form: Form) -> Option<String> {
    let wanted: Vec<_> = ids.iter().map(|id| task(id)).collect();
    let out = insert(message.as_bytes(), &wanted, form, &Syntax::default())?;
    assert_eq!(insert(&out, &wanted, form, &Syntax::default()), None, "idempotent on {message:?}");
    Some(out.to_string())
}

#[test]
fn scan_reads_whole_lines_anywhere() {
    let rules = Rules::default();
    for line in ["Task-Id: t-1", "task-id:t-1", "  Task-Id :\tt-1 \t", "* Task-Id: t-1", "\t* TASK-ID: t-1\r"] {
        assert_eq!(scanned(&format!("subject\n\nbody\n{line}\nmore\n"), &rules), ["t-1"], "{line:?}");
        assert_eq!(scanned(line, &rules), ["t-1"], "{line:?} alone");
    }
    for line in [
        "Task-Id: t-1 and more",
        "see Task-Id: t-1",
        "Task-Id t-1",
        "Task-Id:",
        "- Task-Id: t-1",
        "+Task-Id: t-1",
        "Task-Id: a\u{7f}b",
    ] {
        assert_eq!(scanned(line, &rules), [""; 0], "{line:?}");
    }
    assert_eq!(scanned("Task-Id: b\nTask-Id: a\n\nTask-Id: b\n", &rules), ["b", "a"]);
}

#[test]
fn scan_reads_the_keys_lists_and_sentinels_of_other_teams() {
    let rules = Rules::new(["Bug", "Fixed"]).with_values(Values::CommaSeparated).ignoring(["None"]);
    assert_eq!(
        scanned("x\n\nBug: b/45, chromium:123,None\nFixed: 7\nTask-Id: t-1\n", &rules),
        ["b/45", "chromium:123", "7"]
    );
    assert_eq!(scanned("Bug: 1,2", &Rules::new(["Bug"])), ["1,2"]);
    assert_eq!(Rules::new(["no spaces", ""]), Rules::default());
}

#[test]
fn block_is_the_last_paragraph_only() {
    assert_eq!(in_block("s\n\nb\n\nTask-Id: t-1\n"), ["t-1"]);
    assert_eq!(in_block("Task-Id: t-1\n"), [""; 0], "the subject never counts");
    assert_eq!(in_block("s\n\nTask-Id: t-1\n\nbody\n"), [""; 0]);
    assert_eq!(in_block("s\n\nsome text\nTask-Id: t-1\n"), [""; 0], "a paragraph of prose");
    assert_eq!(in_block("s\n\nsome text\nTask-Id: t-1\nSigned-off-by: x\n"), ["t-1"], "the 25% rule");
    assert_eq!(in_block("s\n\nTask-Id:\n t-1\n"), ["t-1"], "folded");
    assert_eq!(in_block("s\n\nTask-Id: t-1\n# a comment\n"), ["t-1"]);
    assert_eq!(in_block("s\n\nTask-Id: t-1\r\n"), ["t-1"]);
    assert_eq!(in_block("s\n\nb\n---\nTask-Id: x\n\nTask-Id: t-1\n"), ["t-1"], "--- divides nothing");
}

#[test]
fn insert_adds_a_paragraph_or_joins_the_block() {
    let t = |message| inserted(message, &["t-1"], Form::Kept).unwrap();
    assert_eq!(t("subject\n"), "subject\n\nTask-Id: t-1\n");
    assert_eq!(t("feat: x"), "feat: x\n\nTask-Id: t-1\n");
    assert_eq!(t("s\n\nSigned-off-by: a <b>\n"), "s\n\nSigned-off-by: a <b>\nTask-Id: t-1\n");
    assert_eq!(
        t("s\n\nb\n\n(cherry picked from commit 1)\n"),
        "s\n\nb\n\n(cherry picked from commit 1)\nTask-Id: t-1\n"
    );
    assert_eq!(t("s\r\n\r\nb\r\n"), "s\r\n\r\nb\r\n\r\nTask-Id: t-1\r\n");
    assert_eq!(t("s\n\nhttps://e.com/x\n"), "s\n\nhttps://e.com/x\n\nTask-Id: t-1\n");
    assert_eq!(t("s\n\nCloses: #1\n"), "s\n\nCloses: #1\nTask-Id: t-1\n");
    assert_eq!(t("s\n\nb\n---\nc\n\n\n"), "s\n\nb\n---\nc\n\nTask-Id: t-1\n\n\n");
    assert_eq!(t("s\n\nb\n\n#123 x\n"), "s\n\nb\n\n#123 x\n\nTask-Id: t-1\n");
    assert_eq!(
        inserted("s\n\nTask-Id: a\n", &["a", "b", "c"], Form::Kept).unwrap(),
        "s\n\nTask-Id: a\nTask-Id: b\nTask-Id: c\n"
    );
    assert_eq!(inserted("s\n\nTask-Id: a\n", &["a"], Form::Kept), None);
}

#[test]
fn insert_never_hides_an_id_that_git_sees() {
    let out = inserted("s\n\nTask-Id: a\n\n#123 x\n", &["b"], Form::Kept).unwrap();
    assert_eq!(out, "s\n\nTask-Id: a\n\n#123 x\n\nTask-Id: a\nTask-Id: b\n");
    assert_eq!(in_block(&out), ["a", "b"]);
    let conflicts = "s\n\nTask-Id: a\n\nConflicts:\n\tfile\n";
    assert_eq!(in_block(conflicts), ["a"]);
    let out = inserted(conflicts, &["b"], Form::Kept).unwrap();
    assert_eq!(out, format!("{conflicts}Task-Id: a\nTask-Id: b\n"));
    assert_eq!(in_block(&out), ["a", "b"]);
}

#[test]
fn insert_leaves_messages_without_text_alone() {
    for message in [
        "",
        "\n\n",
        "# c\n",
        "\nSigned-off-by: a <b>\n\n# c\n",
        "# ------------------------ >8 ------------------------\ndiff\n",
    ] {
        assert_eq!(inserted(message, &["t-1"], Form::Edited), None, "{message:?}");
    }
    assert_eq!(inserted("# c\n", &["t-1"], Form::Stripped), None);
    assert_eq!(inserted("# c\n", &["t-1"], Form::Kept).unwrap(), "# c\n\nTask-Id: t-1\n");
}

#[test]
fn insert_goes_before_comments_and_scissors_of_an_editor() {
    let t = |message| inserted(message, &["t-1"], Form::Edited).unwrap();
    assert_eq!(t("s\n\n# c\n# d\n"), "s\n\nTask-Id: t-1\n\n# c\n# d\n");
    assert_eq!(
        t("s\n# ------------------------ >8 ------------------------\n+Task-Id: t-1\n"),
        "s\n\nTask-Id: t-1\n# ------------------------ >8 ------------------------\n+Task-Id: t-1\n"
    );
    let slashes = Syntax { comment: "//".into(), known: Vec::new() };
    assert_eq!(
        insert(b"#12 s\n\n// c\n", &[task("t")], Form::Edited, &slashes).unwrap(),
        "#12 s\n\nTask-Id: t\n\n// c\n"
    );
}

#[test]
fn insert_keeps_bytes_that_are_not_utf8() {
    let out = insert(b"caf\xe9\n", &[task("t")], Form::Kept, &Syntax::default()).unwrap();
    assert_eq!(out, BString::from(&b"caf\xe9\n\nTask-Id: t\n"[..]).as_bstr());
}

#[test]
fn an_untouched_template_is_recognised() {
    let syntax = Syntax::default();
    assert!(same_text(b"What:\n\nWhy:\n", b"What:\n\n\nWhy: \n\nSigned-off-by: a <b>\n# c\n", &syntax));
    assert!(!same_text(b"What:\n", b"What: x\n", &syntax));
}
