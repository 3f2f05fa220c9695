use super::*;

fn an_operation() -> Operation {
    let id = |hex: &str| ObjectId::from_hex(hex.repeat(20).as_bytes()).unwrap();
    Operation {
        id: Ulid::from_parts(1, 2),
        kind: OperationKind::Rollback,
        state: OperationState::Begun,
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
    let newer = bstr::ByteSlice::replacen(text.as_slice(), "operation 2:", "operation 3:", 1);
    assert_eq!(message::read(&newer), None);
    assert_eq!(message::read(b"Fix login\n\nState: done\n"), None);
    assert_eq!(message::read(b""), None);
}

#[test]
fn an_undo_counts_unless_it_is_undone() {
    let null = ObjectId::from_hex(&[b'0'; 40]).unwrap();
    let recorded = |id: u64, undoes: Option<u64>| Recorded {
        operation: Operation {
            id: Ulid::from_parts(id, 0),
            state: OperationState::Done,
            undoes: undoes.map(|id| Ulid::from_parts(id, 0)),
            ..an_operation()
        },
        commit: null,
        directory: String::new(),
        previous: None,
        before: null,
        after: null,
        touched: Vec::new(),
        late: None,
        is_foreign: false,
    };
    let said = |entries: &[Recorded]| {
        let mut pairs: Vec<_> =
            undone(entries).into_iter().map(|(of, by)| (of.timestamp_ms(), by.timestamp_ms())).collect();
        pairs.sort_unstable();
        pairs
    };
    let (one, undo, redo) = (recorded(1, None), recorded(2, Some(1)), recorded(3, Some(2)));
    assert_eq!(said(&[undo.clone(), one.clone()]), [(1, 2)]);
    assert_eq!(said(&[redo.clone(), undo.clone(), one.clone()]), [(2, 3)]);
    assert_eq!(said(&[recorded(4, Some(3)), redo, undo, one]), [(1, 2), (3, 4)]);
    // A long log of undos of undos.
    let long: Vec<Recorded> = (2..20_000).rev().map(|id| recorded(id, Some(id - 1))).collect();
    assert_eq!(undone(&long).len(), 9_999);
}

#[test]
fn a_line_cannot_be_smuggled_in() {
    let operation = Operation { by: "x\nState: done".to_owned(), ..an_operation() };
    let (read, _) = message::read(&message::write(&operation, None)).unwrap();
    assert_eq!((read.state, read.by.as_str()), (OperationState::Begun, "x State: done"));
}
