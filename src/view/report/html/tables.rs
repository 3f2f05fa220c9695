//! Checkpoints, decisions and time.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::scroll;
use crate::{
    domain::{
        active_time,
        actor::Actor,
        report::{Item, Report},
        time::show_duration,
    },
    view::{oid, report::words, sanitize::plural},
};

/// The number of checkpoints that a page lists at most; it says how many there are.
const CHECKPOINTS: usize = 100;

/// Class, sign and word of a verdict.
pub(super) fn verdict(verified: Option<bool>) -> (&'static str, &'static str, &'static str) {
    match verified {
        Some(true) => (" done", " ✓", "verified"),
        Some(false) => (" bad", " ✗", "verification failed"),
        None => ("", "", "not verified"),
    }
}

pub(super) fn checkpoints(report: &Report) -> Markup {
    let mut all: Vec<_> = report.items().flat_map(|item| item.checkpoints.iter().map(move |one| (item, one))).collect();
    all.sort_by_key(|(item, one)| (Reverse(one.at), &item.id, Reverse(one.number)));
    let (count, older) = (all.len(), all.len().saturating_sub(CHECKPOINTS));
    let table = html! {
        table {
            thead { tr { @for title in ["Made", "Checkpoint", "Commit", "Subject", "Verification"] { th scope="col" { (title) } } } }
            tbody {
                @for (item, one) in all.iter().take(CHECKPOINTS) {
                    @let (class, sign, word) = verdict(one.verified);
                    "\n" tr {
                        td.time { (one.at.to_minute()) }
                        td { code { (item.id) "@" (one.number) } }
                        td { code { (oid(&one.commit)) } }
                        td { bdi { (one.subject) } }
                        td { span class={ "mark" (class) } { (sign.trim()) } " " small { (word) } }
                    }
                }
            }
        }
    };
    html! {
        @if count > 0 {
            section {
                h2 { "Checkpoints" }
                @if older > 0 { p { small { "The newest of " (count) "; " (plural(older, "older one")) " not listed." } } }
                (scroll("Checkpoints", "scroll", &table))
            } "\n"
        }
    }
}

/// Decisions and why, by date.
pub(super) fn decisions(report: &Report) -> Markup {
    let mut all: Vec<_> = report.blocks.iter().flat_map(|block| &block.decisions).collect();
    all.sort_by_key(|said| (said.at, &said.task));
    html! {
        @if !all.is_empty() {
            section {
                h2 { "Decisions" }
                dl {
                    @for said in all {
                        "\n" dt { bdi { (words::one_line(&said.text)) } }
                        dd {
                            @if let Some(why) = &said.why { p { (words::one_line(why)) } }
                            small { (said.by) " on " code { (said.task) } ", " (said.at.to_minute()) }
                        }
                    }
                }
            } "\n"
        }
    }
}

/// Work, elapsed time and estimate of the tasks that were begun.
pub(super) fn time(report: &Report) -> Markup {
    let mut begun: Vec<&Item> = report.items().filter(|item| item.was_worked_on()).collect();
    begun.sort_by_key(|item| (item.started_at, &item.id));
    let show = |seconds: Option<u64>| seconds.map_or("–".to_owned(), words::work);
    let shares = |actors: &[(Actor, u64)]| {
        let shares = actors.iter().map(|(by, seconds)| format!("{by} {}", words::work(*seconds)));
        shares.collect::<Vec<_>>().join(", ")
    };
    let row = |item: &Item| {
        let by = active_time::by_actor(&item.stretches);
        let by = if let [(only, _)] = &by[..] { only.to_string() } else { shares(&by) };
        let is_over = item.estimate.is_some_and(|estimate| item.active() > estimate);
        html! {
            "\n" tr {
                td { bdi { (item.title) } " " code { (item.id) } }
                td.number.over[is_over] { (words::work(item.active())) }
                td.number { (show_duration(item.elapsed)) }
                td.number { (show(item.estimate)) }
                td { (by) }
            }
        }
    };
    let all = active_time::by_actor(begun.iter().flat_map(|item| &item.stretches));
    let table = html! {
        table {
            thead {
                tr {
                    th scope="col" { "Task" }
                    @for title in ["Work", "Elapsed", "Estimate"] { th.number scope="col" { (title) } }
                    th scope="col" { "By" }
                }
            }
            tbody {
                @for item in &begun { (row(item)) }
                "\n" tr.all {
                    td { "All" }
                    td.number { (words::work(all.iter().map(|(_, seconds)| seconds).sum())) }
                    td {}
                    td.number { (show(begun.iter().filter_map(|item| item.estimate).reduce(u64::saturating_add))) }
                    td { (shares(&all)) }
                }
            }
        }
    };
    html! {
        @if !begun.is_empty() {
            section { h2 { "Time" } (scroll("Time", "scroll", &table)) } "\n"
        }
    }
}
