use proptest::prelude::*;

use super::*;
use crate::domain::{id::TaskId, status::Status, table::Table};

/// `text` as a plan, against an empty ledger.
fn read(format: Format, text: &str) -> Plan {
    let settled = format.read(text).and_then(|rough| settle(rough, &Table::default())).map(|(plan, _)| plan);
    settled.unwrap_or_else(|wrong| panic!("{}: {wrong}\n{text}", TextPlace::of(text.as_bytes(), wrong.at)))
}

fn wrong(format: Format, text: &str) -> String {
    let wrong = format.read(text).and_then(|rough| settle(rough, &Table::default())).unwrap_err();
    format!("{}: {wrong}", TextPlace::of(text.as_bytes(), wrong.at))
}

/// One line as people write it, with everything that some format gives a meaning to.
fn line() -> impl Strategy<Value = String> {
    let odd = prop_oneof![
        "[a-zA-Z0-9 .,;:()\\[\\]#<>!'\"`\\\\*_~|=-]{1,40}",
        "\\PC{1,30}",
        Just("Use `login-form`".to_owned()),
        Just("x (after: y) <!-- z -->".to_owned()),
        Just("a \\ (failed: b) #".to_owned()),
        Just("[x] done? \\".to_owned()),
        Just("## \"\"\" ''' \\u0041".to_owned()),
    ];
    odd.prop_filter_map("a line of text", |text| crate::domain::text::one_line(&text).ok())
}

fn lines() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![line(), Just(String::new()), Just("\tx\\ \"\"\"\"".to_owned())], 1..4)
        .prop_filter_map("a text", |lines| crate::domain::text::many_lines(&lines.join("\n")).ok())
}

fn content() -> impl Strategy<Value = Content> {
    let value = prop_oneof![
        lines().prop_map(serde_json::Value::String),
        Just(serde_json::json!({"a": [1, null, -2.5, "x\n"], "b": {}})),
        Just(serde_json::json!(false)),
    ];
    let words = (
        line(),
        prop::option::of(lines()),
        prop::sample::select(Status::ALL.to_vec()),
        prop::option::of(0..=4u8),
        prop::option::of(prop::collection::vec("[a-z]{1,5}(/[a-zü \"]{1,5}[a-z])?", 0..4)),
        prop::option::of(lines()),
        prop::option::of(any::<u64>()),
    );
    let lists = (
        prop::collection::vec(line(), 0..3),
        prop::option::of(value),
        prop::collection::vec((lines(), prop::option::of("[a-z]{1,8}")), 0..3),
        prop::collection::vec((lines(), prop::option::of(lines())), 0..3),
        prop::collection::vec(lines(), 0..3),
        prop::option::of(prop::collection::vec("[a-z(\\\\:]{1,8}( [a-z)]{1,3})?", 1..3)),
        prop::option::of(prop::collection::vec("[A-Z]{2}-[0-9,()]{1,3}(:ref)?", 1..3)),
    );
    (words, lists).prop_map(|(words, lists)| {
        let (title, description, status, priority, files, accept, estimate) = words;
        let (blockers, result, failures, decisions, notes, labels, refs) = lists;
        Content {
            title,
            description,
            status: Some(status),
            priority,
            files,
            accept,
            estimate,
            blockers,
            result,
            failures: failures.into_iter().map(|(reason, kind)| Failed { reason, kind }).collect(),
            decisions: decisions.into_iter().map(|(text, why)| Decided { text, why }).collect(),
            notes,
            labels,
            refs,
        }
    })
}

/// Plans in which everything comes after, and is a part of, only what stands before it.
fn plans() -> impl Strategy<Value = Plan> {
    let item = (content(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4u8);
    prop::collection::vec(item, 1..8).prop_map(|items| {
        let id = |at: usize| TaskId::parse(&format!("t-{at}")).unwrap();
        let mut parents: Vec<Option<usize>> = Vec::new();
        let items = items.into_iter().enumerate().map(|(at, (content, parent, after, how))| {
            let parent = (at > 0 && how & 1 > 0).then(|| parent.index(at));
            parents.push(parent);
            // A part comes after its siblings only: its feature waits for it.
            let after = (at > 0 && how & 2 > 0).then(|| after.index(at));
            let after = after.filter(|after| parent.is_none() || parents[*after] == parent);
            PlanItem {
                at: 0,
                id: id(at),
                parent: parent.map(|parent| Some(id(parent))),
                after: after.map(|after| vec![id(after)]),
                content,
                times: Times::default(),
            }
        });
        Plan { items: items.collect() }
    })
}

/// Without places, and with the state that a plan means where it says none.
fn plain(mut plan: Plan) -> Plan {
    for item in &mut plan.items {
        item.at = 0;
        item.content.status.get_or_insert_default();
    }
    plan
}

/// What a checklist has of `plan`, sorted by id.
fn as_checklist(plan: Plan) -> Vec<PlanItem> {
    let mut items = plain(plan).items;
    items.sort_by(|a, b| a.id.cmp(&b.id));
    for item in &mut items {
        let content = std::mem::take(&mut item.content);
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let failed = content.failures.last().filter(|_| content.status == Some(Status::Failed));
        item.content = Content {
            title: content.title,
            status: content.status,
            description: content
                .description
                .map(|text| text.lines().collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()),
            labels: content.labels,
            refs: content.refs,
            failures: failed.map(|failed| Failed { reason: squeeze(&failed.reason), kind: None }).into_iter().collect(),
            ..Content::default()
        };
    }
    items
}

proptest! {
    #[test]
    fn our_formats_lose_nothing(plan in plans()) {
        for format in [Format::Toml, Format::Json] {
            let write = format.writer().unwrap();
            let text = write(&plan);
            let back = read(format, &text);
            prop_assert_eq!(plain(back.clone()), plan.clone(), "{}", &text);
            prop_assert_eq!(write(&plain(back)), text);
        }
    }

    #[test]
    fn a_checklist_keeps_what_it_can_carry(plan in plans()) {
        let text = markdown::write(&plan);
        let back = read(Format::Markdown, &text);
        prop_assert_eq!(as_checklist(back), as_checklist(plan), "{}", text);
    }

    #[test]
    fn nothing_makes_a_reader_panic(text in "\\PC{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = String::from_utf8_lossy(&bytes).into_owned();
        for format in Format::all() {
            let numbered = format!("{{\"tasks\": [{{\"id\": 1, \"title\": \"{text}\", \"subtasks\": [{{\"id\": \"{text}\"}}]}}]}}");
            let listed = format!("[{{\"content\": \"{text}\", \"status\": \"done\"}}]");
            let (item, table) = (format!("- [ ] {text}"), format!("[[task]]\ntitle = \"{text}\""));
            for text in [&text, &bytes, &item, &table, &numbered, &listed] {
                if let Err(wrong) = format.read(text).and_then(|rough| settle(rough, &Table::default())) {
                    prop_assert!(wrong.at <= text.len());
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn numbered_lists_in_any_order_are_read_twice_the_same(
        lines in prop::collection::vec("(## )?( {0,4}- \\[[ x~-]\\]\\*? )?(T00|US-|)[1-3](\\.[12]){0,2}[.:)]? (depends on )?[ab](\\(depends on [T1-3, .0]{1,9}\\))?", 0..12)
    ) {
        let text = lines.join("\n");
        // What waits for itself by way of others is refused; all else has a meaning, and our own form keeps it.
        if let Ok((plan, _)) = Format::Markdown.read(&text).and_then(|rough| settle(rough, &Table::default())) {
            let written = markdown::write(&plan);
            prop_assert_eq!(as_checklist(read(Format::Markdown, &written)), as_checklist(plan), "{}\n{}", text, written);
        }
    }
}

#[test]
fn references_are_ids_or_titles() {
    let plan = read(
        Format::Toml,
        r#"
        [[task]]
        title = "Tests"
        parent = "login"
        after = ["form", "Docs"]
        [[task]]
        title = "Form"
        parent = "Login"
        [[task]]
        title = "Login"
        [[task]]
        id = "d"
        title = "docs"
        after = ["login.form"]
        "#,
    );
    let ids: Vec<&str> = plan.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["login.tests", "login.form", "login", "d"]);
    let after: Vec<&str> = plan.items[0].after.iter().flatten().map(TaskId::as_str).collect();
    assert_eq!(after, ["login.form", "d"]);
}

#[test]
fn references_that_mean_nothing_or_several_things_are_refused() {
    let toml = |text: &str| wrong(Format::Toml, text);
    assert_eq!(
        toml("[[task]]\ntitle = \"A\"\nafter = [\"B\",\n  \"C\"]\n[[task]]\ntitle = \"B\""),
        "4:3: after names 'C', which is neither in the plan nor in the ledger"
    );
    assert_eq!(
        toml("[[task]]\ntitle=\"A\"\n[[task]]\ntitle=\"A\"\n[[task]]\ntitle=\"B\"\nafter=\"A\""),
        "7:7: after names 'A', and several tasks have that title"
    );
    assert_eq!(
        toml(
            "[[task]]\ntitle=\"A\"\nparent=\"B\"\n[[task]]\ntitle=\"B\"\nparent=\"C\"\n[[task]]\ntitle=\"C\"\nparent=\"A\""
        ),
        "1:1: these are subtasks of each other: A → B → C → A"
    );
    assert_eq!(
        toml(
            "[[task]]\nid=\"a\"\ntitle=\"A\"\nafter=\"c\"\n[[task]]\nid=\"b\"\ntitle=\"B\"\nafter=\"a\"\n[[task]]\nid=\"c\"\ntitle=\"C\"\nafter=\"b\""
        ),
        "4:7: these tasks wait for each other: a → c → b → a"
    );
    assert_eq!(toml("[[task]]\ntitle=\"A\"\nafter=\"A\""), "3:7: these tasks wait for each other: a → a");
}

#[test]
fn a_checklist_is_read_as_people_write_it() {
    let text = "# My project\n\nWords about it.\n\n## Login\nUsers log in.\n\n* [x] Form `login-form`\n* [~] Session (after: login-form)\n    - [ ] Cookie\n      as the law wants it\n    - not a task\n* [!] Captcha (failed: service (theirs) is down)\n\nA word at the end.\n\n```\n- [ ] not a task\n```\n### Later\n1. [-] Remember me\n2. [ ] Use `serde`\n\n## Notes\nNothing to do.\n";
    let plan = read(Format::Markdown, text);
    let seen: Vec<String> = plan
        .items
        .iter()
        .map(|item| {
            let parent = item.parent.clone().flatten().map_or_else(|| "-".to_owned(), |id| id.to_string());
            let status = item.content.status.map_or("-", Status::as_str);
            format!("{} | {} | {status} | {parent}", item.id, item.content.title)
        })
        .collect();
    assert_eq!(
        seen,
        [
            "login | Login | - | -",
            "login-form | Form | completed | login",
            "login.session | Session | in_progress | login",
            "login.session.cookie | Cookie | pending | login.session",
            "login.captcha | Captcha | failed | login",
            "login.later | Later | - | login",
            "login.later.remember-me | Remember me | cancelled | login.later",
            "login.later.use-serde | Use `serde` | pending | login.later",
        ]
    );
    let described = |at: usize| plan.items[at].content.description.as_deref();
    assert_eq!((described(0), described(3)), (Some("Users log in."), Some("as the law wants it\n- not a task")));
    assert_eq!((described(4), described(5)), (None, None));
    assert_eq!(plan.items[4].content.failures[0].reason, "service (theirs) is down");
    let strange = Format::Markdown.read("- [ ] A\n  - [?] B").unwrap();
    let what = "unknown mark '[?]': treated as pending".to_owned();
    assert_eq!((strange.items.len(), strange.left), (2, vec![Left { at: 12, what }]));
}

#[test]
fn formats_are_recognised_by_name_and_by_what_they_look_like() {
    let cases = [
        (Some("toml"), "", Some(Format::Toml)),
        (Some("MD"), "", Some(Format::Markdown)),
        (Some("jsonl"), "{}", Format::parse("beads")),
        (None, "[[task]]\ntitle = 'x'", Some(Format::Toml)),
        (None, "# c\n\n  [[task]]\n", Some(Format::Toml)),
        (None, "x\n- [ ] y", Some(Format::Markdown)),
        (None, "{\"tasks\": []}", Some(Format::Json)),
        (Some("json"), "[{\"title\": \"x\"}]", Some(Format::Json)),
        (Some("json"), "{\"feature\": \"x\"}", Format::parse("features")),
        (Some("json"), "{\"features\": [{\"feature\": \"x\"}]}", Format::parse("features")),
        (Some("json"), "[{\"description\": \"x\", \"passes\": true}]", Format::parse("feature-list")),
        (None, "{\"id\":\"bd-1\",\"issue_type\":\"bug\"}\n{\"id\":\"bd-2\"}\n", Format::parse("beads")),
        (Some("json"), "{\"tasks\": [", Some(Format::Json)),
        (Some("json"), "{\"x\": 1}", None),
        (Some("json"), "hello", None),
        (Some("txt"), "hello", None),
        (None, "", None),
    ];
    for (extension, text, format) in cases {
        assert_eq!(Format::recognise(extension, text), format, "{text}");
    }
}

/// A result may be any JSON: its numbers are read to the last digit.
#[test]
fn numbers_keep_their_last_digit() {
    let large: serde_json::Value = serde_json::from_str("118446744073709551615").unwrap();
    let again: serde_json::Value = serde_json::from_str(&serde_json::to_string(&large).unwrap()).unwrap();
    assert_eq!(large, again);
}
