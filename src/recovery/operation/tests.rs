use super::*;

fn an_operation() -> Operation {
    let id = |hex: &str| ObjectId::from_hex(hex.repeat(20).as_bytes()).unwrap();
    Operation {
        id: Ulid::from_parts(1, 2),
        kind: Kind::Rollback,
        state: State::Begun,
        title: "rollback t-1 to t-1@2".to_owned(),
        at: Timestamp::from_millis(1_767_323_045_000),
        by: "ann@here".to_owned(),
        task: Some(TaskId::parse("t-1").unwrap()),
        snapshot: Some(Ulid::from_parts(3, 4)),
        before: Head { commit: Some(id("ab")), branch: Some("refs/heads/m\u{e4}in".into()) },
        after: Head { commit: Some(id("cd")), branch: None },
        undoes: Some(Ulid::from_parts(5, 6)),
        more: vec![("Mode".to_owned(), "rewind".to_owned())],
    }
}

#[test]
fn a_message_reads_as_it_was_written() {
    let operation = an_operation();
    let previous = ObjectId::from_hex("ef".repeat(20).as_bytes()).ok();
    for (operation, previous) in [
        (operation.clone(), previous),
        (
            Operation {
                task: None,
                snapshot: None,
                undoes: None,
                before: Head { commit: None, branch: Some("refs/heads/main".into()) },
                more: Vec::new(),
                ..operation
            },
            None,
        ),
    ] {
        let text = message::write(&operation, previous);
        assert_eq!(message::read(&text), Some((operation, previous)), "{text}");
    }
}

#[test]
fn what_is_newer_or_something_else_is_not_read() {
    let text = message::write(&an_operation(), None);
    let newer = bstr::ByteSlice::replacen(text.as_slice(), "operation 1:", "operation 2:", 1);
    assert_eq!(message::read(&newer), None);
    assert_eq!(message::read(b"Fix login\n\nState: done\n"), None);
    assert_eq!(message::read(b""), None);
}

#[test]
fn a_line_cannot_be_smuggled_in() {
    let operation = Operation { by: "x\nState: done".to_owned(), ..an_operation() };
    let (read, _) = message::read(&message::write(&operation, None)).unwrap();
    assert_eq!((read.state, read.by.as_str()), (State::Begun, "x State: done"));
}
