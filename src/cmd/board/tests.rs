//! Screens as they are drawn, and what keys do.

use ratatui::{Terminal, backend::TestBackend};

use super::{
    deck::{Deck, Entry, Pile},
    model::{Effect, Key, Model, Opened, Screen, Tab},
    view,
};
use crate::domain::{
    actor::Actor, graph::Graph, id::TaskId, status::Status, summary::Summary, table::Table, time::Timestamp,
};

const NOW: i64 = 1_800_000_000;

fn row(id: &str, title: &str, status: Status) -> Summary {
    Summary {
        id: TaskId::parse(id).unwrap(),
        title: title.to_owned(),
        status,
        priority: 2,
        after: Vec::new(),
        parent: None,
        created_at: NOW * 1000 - 7_200_000,
        updated_at: NOW * 1000 - 300_000,
        claim: None,
        actor: None,
        blockers: 0,
        attempts: 0,
        failure: None,
        exists: true,
        estimate: None,
        labels: Vec::new(),
        until: None,
        duplicate_of: None,
        why: None,
        has_links: false,
    }
}

/// `row`, held by `by` for `minutes` more.
fn held(row: Summary, by: &str, minutes: i64) -> Summary {
    Summary { claim: Some((Actor::new(by).unwrap(), (NOW + minutes * 60) * 1000)), ..row }
}

fn plan() -> Vec<Summary> {
    let id = |text: &str| TaskId::parse(text).unwrap();
    let mut rows = vec![
        held(row("form", "Design the form", Status::InProgress), "claude@devbox", 80),
        held(row("parser", "Write the parser that reads what the form sends", Status::InProgress), "codex@ci", -30),
        Summary {
            failure: Some("the hash library does not build".into()),
            ..row("hash", "Hash passwords", Status::Failed)
        },
        row("manual", "Write the manual", Status::Pending),
        Summary {
            priority: 0, ..row("urgent", "日本語のとても長い題名です、本当に", Status::Pending)
        },
        Summary { after: vec![id("form")], ..row("tests", "Test it in all browsers", Status::Pending) },
        Summary { blockers: 1, ..row("deploy", "Deploy", Status::Pending) },
        row("widgets", "Use widgets", Status::Cancelled),
        row("evil", "a\u{1b}[2Jb\u{202e}c\nd", Status::Completed),
    ];
    rows.extend((0..12).map(|n| row(&format!("done-{n}"), &format!("Part {n} of the plan"), Status::Completed)));
    rows
}

fn deck(rows: &[Summary]) -> Deck {
    let table = Table::of(rows);
    let entry = |at: &str, mark, text: &str| Entry { at: format!("2027-01-15 {at}"), mark, text: text.to_owned() };
    Deck {
        place: "main".into(),
        active: vec!["form".into()],
        log: vec![
            entry("08:00", "✓", "done-3 completed: with tests (claude@devbox)"),
            entry("07:55", "✗", "hash failed: the hash library does not build (codex@ci)"),
            entry("07:00", "+", "manual added (ada@box)"),
        ],
        ..Deck::of(&Graph::new(&table), &[], Timestamp::from_seconds(NOW))
    }
}

fn model(width: u16, height: u16) -> Model {
    Model::new(deck(&plan()), (width, height))
}

fn screen(model: &Model) -> String {
    let mut terminal = Terminal::new(TestBackend::new(model.size.0, model.size.1)).unwrap();
    terminal.draw(|frame| view::draw(frame, model, true)).unwrap();
    let text = terminal.backend().to_string();
    // Behind the closing quote the backend tells which cells a wide character covers.
    text.lines().map(|line| format!("{}\n", line.split('"').nth(1).unwrap_or_default().trim_end())).collect()
}

fn press(model: &mut Model, keys: &str) -> Effect {
    keys.chars().fold(Effect::None, |_, key| {
        model.press(match key {
            '\n' => Key::Enter,
            '\u{1b}' => Key::Back,
            key => Key::Char(key),
        })
    })
}

#[test]
fn the_board_on_a_small_terminal() {
    insta::assert_snapshot!(screen(&model(80, 24)), @"
    git-agent · main · active form                         ██████░░░░ 13/20 done 65%
     Waiting (2) ─────── Ready (2) ───────── In progress (2) ─── Ended (15) ────────
     ■ deploy blocked    ○ urgent p0        ›→ form claude@dev…  ✗ hash the hash l…
       Deploy              日本語のとても…     Design the form     Hash passwords
     ◌ tests after form  ○ manual            → parser stale: c…  – widgets 5m ago
       Test it in all…     Write the manual    Write the parse…    Use widgets
                                                                 ✓ done-0 5m ago
                                                                   Part 0 of the p…
                                                                 ✓ done-1 5m ago
                                                                   Part 1 of the p…
                                                                 ✓ done-10 5m ago
                                                                   Part 10 of the…
                                                                 ✓ done-11 5m ago
                                                                   Part 11 of the…
                                                                 ✓ done-2 5m ago
                                                                   Part 2 of the p…
                                                                  ↓ 8 more

     Agents (2) ──────────────────── Log ───────────────────────────────────────────
     claude@dev… form       1h left  01-15 08:00 ✓ done-3 completed: with tests (c…
     codex@… parser expired 30m ago  01-15 07:55 ✗ hash failed: the hash library d…
                                     01-15 07:00 + manual added (ada@box)

    arrows move  Enter open  L log  / filter  r refresh  ? help  q quit
    ");
}

#[test]
fn the_board_on_a_large_terminal() {
    insta::assert_snapshot!(screen(&model(120, 40)), @r"
    git-agent · main · active form                                                            █████████░░░░░░ 13/20 done 65%
     Waiting (2) ─────────── Ready (2) ───────────── In progress (2) ─────── Failed (2) ──────────── Done (13) ─────────────
     ■ deploy blocked        ○ urgent p0            ›→ form claude@devbox    ✗ hash the hash libra…  ✓ done-0 5m ago
       Deploy                  日本語のとても長い…     Design the form         Hash passwords          Part 0 of the plan
     ◌ tests after form      ○ manual                → parser stale: codex…  – widgets 5m ago        ✓ done-1 5m ago
       Test it in all brow…    Write the manual        Write the parser th…    Use widgets             Part 1 of the plan
                                                                                                     ✓ done-10 5m ago
                                                                                                       Part 10 of the plan
                                                                                                     ✓ done-11 5m ago
                                                                                                       Part 11 of the plan
                                                                                                     ✓ done-2 5m ago
                                                                                                       Part 2 of the plan
                                                                                                     ✓ done-3 5m ago
                                                                                                       Part 3 of the plan
                                                                                                     ✓ done-4 5m ago
                                                                                                       Part 4 of the plan
                                                                                                     ✓ done-5 5m ago
                                                                                                       Part 5 of the plan
                                                                                                     ✓ done-6 5m ago
                                                                                                       Part 6 of the plan
                                                                                                     ✓ done-7 5m ago
                                                                                                       Part 7 of the plan
                                                                                                     ✓ done-8 5m ago
                                                                                                       Part 8 of the plan
                                                                                                     ✓ done-9 5m ago
                                                                                                       Part 9 of the plan
                                                                                                     ✓ evil 5m ago
                                                                                                       a\u{1b}[2Jb\u{202e}…


     Agents (2) ──────────────────────────────────── Log ───────────────────────────────────────────────────────────────────
     claude@devbox form                     1h left  01-15 08:00 ✓ done-3 completed: with tests (claude@devbox)
     codex@ci parser                expired 30m ago  01-15 07:55 ✗ hash failed: the hash library does not build (codex@ci)
                                                     01-15 07:00 + manual added (ada@box)





    arrows move  Enter open  L log  / filter  r refresh  ? help  q quit
    ");
}

#[test]
fn an_empty_board_and_tiny_terminals() {
    let empty = Model::new(Deck { place: "main".into(), ..Deck::default() }, (60, 12));
    insta::assert_snapshot!(screen(&empty), @"
    git-agent · main                            ░░░░░░░ no tasks
     Waiting (0) ── Ready (0) ──── In progress (0 Ended (0) ────









    arrows move  Enter open  L log  / filter  r refresh  ? help…
    ");
    for (width, height) in [(1, 1), (10, 3), (29, 30), (30, 8), (31, 9), (45, 10), (200, 9), (30, 100)] {
        let mut model = model(width, height);
        for keys in ["", "j", "G", "l", "?", "x", "/pa", "\n", "\n", "l", "G"] {
            press(&mut model, keys);
            screen(&model);
        }
    }
}

#[test]
fn keys_move_from_card_to_card_and_stay_on_the_board() {
    let mut model = model(80, 24);
    let at = |model: &Model| model.selected().map(|card| card.id.clone()).unwrap_or_default();
    assert_eq!(at(&model), "form", "the first task in progress");
    press(&mut model, "j");
    assert_eq!(at(&model), "parser");
    press(&mut model, "jjjj");
    assert_eq!(at(&model), "parser");
    press(&mut model, "h");
    assert_eq!(at(&model), "manual", "the row stays");
    press(&mut model, "kk");
    assert_eq!(at(&model), "urgent", "in the order of 'next'");
    press(&mut model, "hhhh");
    assert_eq!(model.column, 0);
    press(&mut model, "lllllll");
    assert_eq!((at(&model).as_str(), model.column), ("hash", 3), "what failed before what is done");
    press(&mut model, "G");
    assert_eq!(at(&model), "evil");
    assert!(screen(&model).contains("↑ 8 more"), "{}", screen(&model));
    press(&mut model, "g");
    assert_eq!(model.press(Key::PageDown), Effect::None);
    assert_eq!(model.row, 8);
    assert!(screen(&model).contains('›'));
    // On a wide terminal what failed has a pile of its own, and the cursor keeps its card.
    let before = at(&model);
    model.resize((120, 40));
    assert_eq!((model.columns().len(), at(&model)), (5, before.clone()));
    model.resize((80, 24));
    assert_eq!((model.columns().len(), at(&model)), (4, before));
}

#[test]
fn a_filter_leaves_what_contains_it() {
    let mut model = model(80, 24);
    press(&mut model, "/MAN");
    let left: Vec<&str> =
        model.columns().into_iter().flat_map(|(_, cards)| cards).map(|card| card.id.as_str()).collect();
    assert_eq!(left, ["manual"]);
    assert_eq!(
        model.selected().map(|card| card.id.as_str()),
        Some("manual"),
        "the cursor goes where something is left"
    );
    assert!(screen(&model).ends_with("/MAN▏\n"));
    assert_eq!(press(&mut model, "q"), Effect::None, "a letter like another");
    model.press(Key::Erase);
    press(&mut model, "\n");
    assert!(screen(&model).lines().last().unwrap().starts_with("/MAN  (Esc shows all)"));
    assert_eq!(press(&mut model, "\u{1b}"), Effect::None, "step by step out");
    assert_eq!(model.filter, "");
    assert_eq!(press(&mut model, "/codex\n"), Effect::None);
    assert_eq!(model.selected().map(|card| card.id.as_str()), Some("parser"), "by its agent");
    press(&mut model, "/\u{1b}");
    assert_eq!(model.filter, "");
    assert_eq!(press(&mut model, "\u{1b}"), Effect::Quit);
}

#[test]
fn a_task_opens_scrolls_and_closes() {
    let mut model = model(80, 24);
    assert_eq!(press(&mut model, "\n"), Effect::Open("form".into()));
    let story = (1..=40).map(|n| format!("line {n}")).chain([format!("    {}end", "long ".repeat(30))]).collect();
    model.opened = Opened { id: "form".into(), story, log: vec!["2027-01-15 07:00 + added (ada@box)".into()] };
    assert_eq!(model.open_id(), Some("form"));
    let shown = screen(&model);
    assert!(shown.contains(" form: story · 1–21 of 43 "), "{shown}");
    press(&mut model, "jj");
    assert!(screen(&model).lines().nth(2).unwrap().starts_with("line 3"));
    press(&mut model, "G");
    assert!(screen(&model).contains("long end"), "long lines are folded, not cut:\n{}", screen(&model));
    press(&mut model, "l");
    assert_eq!(model.screen, Screen::Task(Tab::Log));
    assert!(screen(&model).contains("+ added (ada@box)"));
    press(&mut model, "l");
    assert_eq!(model.screen, Screen::Task(Tab::Story));
    assert_eq!(press(&mut model, "q"), Effect::None);
    assert_eq!((model.screen.clone(), model.open_id()), (Screen::Board, None));
    assert_eq!(press(&mut model, "L"), Effect::Open("form".into()));
    assert_eq!(model.screen, Screen::Task(Tab::Log));
    press(&mut model, "\u{1b}?");
    assert!(screen(&model).contains("filter by id, title or agent"));
    press(&mut model, "x");
    assert_eq!(press(&mut model, "r"), Effect::Refresh);
    assert_eq!(press(&mut model, "q"), Effect::Quit);
    assert_eq!(model.press(Key::Interrupt), Effect::Quit);
}

#[test]
fn the_cursor_follows_its_card_when_the_ledger_changes() {
    let mut model = model(80, 24);
    press(&mut model, "h");
    assert_eq!(model.selected().map(|card| card.id.as_str()), Some("urgent"));
    let mut rows = plan();
    rows[4] = held(row("urgent", "It is urgent", Status::InProgress), "ada@box", 5);
    model.deal(deck(&rows));
    assert_eq!(model.selected().map(|card| card.id.as_str()), Some("urgent"));
    assert_eq!(model.columns()[model.column].0, "In progress");
    model.deal(Deck::default());
    assert_eq!(model.selected(), None);
    press(&mut model, "jlh\n");
    assert_eq!(model.screen, Screen::Board, "there is nothing to open");
}

#[test]
fn without_colours_nothing_is_painted_and_nothing_acts_on_the_terminal() {
    let draw = |color| {
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        terminal.draw(|frame| view::draw(frame, &model(120, 40), color)).unwrap();
        let cells = terminal.backend().buffer().content().to_vec();
        assert!(cells.iter().all(|cell| !cell.symbol().contains(|c: char| c.is_control() || c == '\u{202e}')));
        cells.iter().filter(|cell| cell.fg != ratatui::style::Color::Reset).count()
    };
    assert_eq!(draw(false), 0);
    assert!(draw(true) > 50);
    let evil = deck(&plan()).piles[Pile::Done as usize].iter().find(|card| card.id == "evil").cloned().unwrap();
    assert_eq!(evil.title, "a\\u{1b}[2Jb\\u{202e}c\\nd");
}
