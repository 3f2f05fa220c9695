//! A plan of three hundred tasks with weeks of history, reported and drawn.

use std::fmt::Write as _;

use git_agent::domain::{note, time::Timestamp};
use ulid::Ulid;

use crate::{
    report::well_formed,
    support::{
        TestRepo,
        ledger::{Ledger, Random, task_id},
    },
};

const FEATURES: usize = 6;

/// A ledger of `count` tasks in features, three in five of them worked on, and the commits of that work.
fn plan(count: usize) -> TestRepo {
    let repo = TestRepo::new();
    let ledger = Ledger::of(&repo, "a@b");
    let mut random = Random::new(300);
    let (mut stream, mut notes) = (String::new(), String::new());
    let mut number = 0;
    let mut line = |minute: i64, actor: &str, n: usize, rest: &str| {
        number += 1;
        let at = Timestamp::from_seconds(1_767_603_600 + minute * 60);
        format!("{at} {} {actor} n={n} {rest}\n", Ulid::from_parts(1_000, number))
    };
    let mut note = |id: &str, lines: &str| {
        let key = ledger.view().key(&task_id(id)).unwrap().to_string();
        let text = note::anchor(&task_id(id)) + lines;
        write!(notes, "M 100644 inline {}/{}\ndata {}\n{text}\n", &key[..2], &key[2..], text.len()).unwrap();
    };
    for feature in 0..FEATURES {
        note(&format!("f{feature}"), &line(0, "ada@box", 1, &format!("create title=\"Feature {feature}\"")));
    }
    for at in 0..count {
        let (id, actor) = (format!("t-{at}"), ["ada@box", "claude@dev", "codex@ci"][at % 3]);
        let after = if at >= 20 { format!(" after=[\"t-{}\"]", at - 20 + random.below(15)) } else { String::new() };
        let create = format!("create title=\"Task number {at}\" parent=\"f{}\"{after} estimate=2400", at % FEATURES);
        let mut lines = line(1, "ada@box", 1, &create);
        // Eight hours a day.
        let minute = 60 + at as i64 * 45 + (at as i64 * 45 / 480) * 960;
        if at * 5 < count * 3 {
            lines += &line(minute, actor, 2, "start branch=\"main\" lease=7200");
            lines += &line(minute + 15, actor, 3, "decide text=\"Keep it simple\" why=\"it is enough\"");
            let seconds = 1_767_603_600 + (minute + 20) * 60;
            let message = format!("Work on {at}\n\nTask-Id: {id}\n");
            write!(
                stream,
                "commit refs/heads/main\ncommitter A <a@b> {seconds} +0000\ndata {}\n{message}\nM 100644 inline f\ndata {}\n{at}\n",
                message.len(),
                at.to_string().len()
            )
            .unwrap();
            lines += &match at % 20 {
                7 => line(minute + 30, actor, 4, "fail reason=\"no network\""),
                13 => String::new(),
                _ => line(minute + 40, actor, 4, "complete result=\"done\""),
            };
        }
        note(&id, &lines);
    }
    stream += "commit refs/notes/agent-tasks\ncommitter A <a@b> 1767603600 +0000\ndata 1\nx\n";
    repo.run("git").args(["fast-import", "--quiet"]).stdin(stream + &notes).run().success();
    repo.advance(40 * 86_400);
    repo
}

#[test]
fn every_task_of_three_hundred_is_told_of_and_drawn() {
    let repo = plan(300);
    let report = repo.agent(&["report", "--json"]).success().json()["report"].clone();
    assert_eq!((report["overall"]["total"].clone(), report["overall"]["completed"].clone()), (300.into(), 162.into()));
    assert_eq!(report["features"].as_array().unwrap().len(), FEATURES);
    let markdown = repo.agent(&["report"]).success().stdout;
    let lines = |mark: &str| markdown.lines().filter(|line| line.starts_with(&format!("- {mark} "))).count();
    assert_eq!(
        [lines("✓"), lines("→"), lines("✗"), lines("○") + lines("◌")],
        [162, 9 + 5, 9 + 5, 120],
        "five of each under Now, too"
    );

    let html = repo.agent(&["report", "--format", "html"]).success().stdout;
    well_formed(&html);
    assert_eq!(html.matches("<li><span class=\"mark").count(), 300 + 5, "every task, and the key of the five states");
    assert!(html.contains("The newest of 180; 80 older ones not listed."), "the page says what it leaves out");
    let timeline = html.split("aria-labelledby=\"timeline-t").nth(1).unwrap().split("</svg>").next().unwrap();
    assert_eq!(timeline.matches("<g class=").count(), 180);
    assert_eq!(timeline.matches("class=\"commit\"").count(), 180);
}

#[test]
fn no_two_tasks_of_a_drawing_are_in_one_place() {
    let repo = plan(300);
    let svg = repo.agent(&["graph", "--all", "--format", "svg"]).success().stdout;
    let attribute = |rect: &str, name: &str| -> f64 {
        rect.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    let rects = svg.split("<rect class=\"node\"").skip(1);
    let mut places: Vec<(f64, f64, f64)> =
        rects.map(|rect| (attribute(rect, "x"), attribute(rect, "y"), attribute(rect, "height"))).collect();
    assert_eq!(places.len(), 300);
    places.sort_by(|a, b| a.partial_cmp(b).unwrap());
    for pair in places.windows(2) {
        assert!(pair[0].0 < pair[1].0 || pair[0].1 + pair[0].2 < pair[1].1, "{pair:?}");
    }
}
