use super::*;
use crate::domain::{actor::Actor, status::Status, task::Task};

fn id(text: &str) -> TaskId {
    TaskId::parse(text).unwrap()
}

fn rows() -> Vec<Summary> {
    let row = |name: &str| Summary::of(&Task::unknown(id(name)));
    let full = Summary {
        title: "a = b, \"c\" ünï".into(),
        status: Status::Failed,
        priority: 0,
        after: vec![id("gone"), id("a"), id("b")],
        parent: Some(id("elsewhere")),
        created_at: -1,
        updated_at: i64::MAX,
        claim: Some((Actor::new("x@y").unwrap(), 7)),
        actor: Some(Actor::new("z@y").unwrap()),
        blockers: 3,
        attempts: 4,
        failure: Some(String::new()),
        exists: true,
        estimate: Some(5_400),
        labels: vec!["ui".into(), "good first issue".into()],
        until: Some(1_900_000_000),
        duplicate_of: Some(id("b")),
        why: None,
        has_links: true,
        ..row("c")
    };
    vec![row("a"), Summary { parent: Some(id("a")), ..row("b") }, full]
}

fn through_bytes(table: &Table) -> Table {
    let mut bytes = b"head".to_vec();
    table.as_bytes().iter().for_each(|part| bytes.extend_from_slice(part));
    Table::from_bytes(bytes, 4, table.counts()).unwrap()
}

#[test]
fn rows_come_out_as_they_went_in() {
    let table = Table::of(&rows());
    assert_eq!(table.summaries(), rows());
    assert_eq!(through_bytes(&table).summaries(), rows());
    assert_eq!(Table::of(&[]).summaries(), []);
    let c = table.get(&id("c")).unwrap();
    assert_eq!((c.at(), c.title(), c.holder(), c.actor()), (2, "a = b, \"c\" ünï", Some("x@y"), Some("z@y")));
    assert_eq!(c.after().map(|row| row.map(Row::id_str)).collect::<Vec<_>>(), [None, Some("a"), Some("b")]);
    assert_eq!(table.get(&id("b")).unwrap().parent().map(Row::id_str), Some("a"));
}

#[test]
fn rows_are_changed_and_added() {
    let mut expected = rows();
    let mut table = through_bytes(&Table::of(&expected));
    expected[0].title = "longer than it was".into();
    expected[0].after = vec![id("c"), id("aa")];
    table.put_row(&expected[0]);
    // It was named before it was here.
    let gone = Summary { after: vec![id("gone")], title: "here".into(), ..expected[0].clone() };
    let gone = Summary { id: id("gone"), ..gone };
    table.put_row(&gone);
    expected.push(gone);
    let aa = Summary { id: id("aa"), ..rows()[1].clone() };
    table.put_row(&aa);
    expected.insert(1, aa);
    assert_eq!(table.summaries(), expected);
    assert_eq!(table.counts(), [3, 2]);
    let table = through_bytes(&table);
    assert_eq!((table.counts(), table.summaries()), ([3, 2], expected.clone()));
    let first = |name: &str| table.get(&id(name)).unwrap().after().next().unwrap().unwrap().id_str();
    assert_eq!((first("c"), first("gone")), ("gone", "gone"));
    assert_eq!(table.get(&id("a")).unwrap().after().nth(1).unwrap().unwrap().id_str(), "aa");
    assert_eq!(Table::of(&expected).summaries(), expected);
}

#[test]
fn a_table_wears_out() {
    let mut table = Table::of(&rows());
    assert!(!table.is_worn());
    for n in 0..1000 {
        table.put_row(&Summary { title: format!("title number {n}"), ..rows()[0].clone() });
    }
    assert!(table.is_worn());
    assert!(!Table::of(&table.summaries()).is_worn());
}

#[test]
fn a_table_that_is_cut_short_is_none_or_blank() {
    let table = Table::of(&rows());
    let bytes = table.as_bytes()[0];
    for len in 0..bytes.len() {
        if let Some(cut) = Table::from_bytes(bytes[..len].to_vec(), 0, table.counts()) {
            for row in cut.rows() {
                assert!(row.title().len() <= "a = b, \"c\" ünï".len());
                row.after().for_each(drop);
            }
        }
    }
}
