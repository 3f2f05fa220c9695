//! Markdown, as forges and editors show it.

use super::words;
use crate::{
    domain::{
        report::{Block, Feature, Item, Report, Said},
        time::show_duration,
    },
    view::sanitize,
};

/// How much of a result is shown.
const RESULT: usize = 200;

pub fn markdown(report: &Report) -> String {
    let mut page = String::new();
    let only = report.only_feature();
    let title = only.map_or("Progress".to_owned(), heading);
    let mut say = |line: String| page.push_str(&format!("{line}\n\n"));
    say(format!("## {title} – {}", escape(&words::place(report))));
    say(format!("**Overall**: {}", words::tally(&report.overall)));
    if let Some(changes) = &report.changes {
        say(format!("**Since {}**: {}", changes.since.to_minute(), words::changes(changes)));
    }
    if let Some(feature) = only {
        for remark in words::of_feature(feature) {
            say(escape(&remark));
        }
    }
    section(&mut page, "###", "Now", &words::now(report).iter().map(now).collect::<Vec<_>>());
    match &report.blocks[..] {
        [block] => sections(&mut page, block, "###"),
        blocks => {
            for block in blocks {
                let title = block.feature.as_ref().map_or("Other tasks".to_owned(), heading);
                page.push_str(&format!("### {title}: {}\n\n", words::tally(&block.tally)));
                for remark in block.feature.iter().flat_map(words::of_feature) {
                    page.push_str(&format!("{}\n\n", escape(&remark)));
                }
                sections(&mut page, block, "####");
            }
        }
    }
    if let Some(updated) = report.updated {
        page.push_str(&format!("**Last updated**: {}\n", updated.to_minute()));
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn sections(page: &mut String, block: &Block, level: &str) {
    let mut completed: Vec<String> = block.completed.iter().flat_map(item).collect();
    if block.completed_before > 0 {
        completed.push(format!("- … and {} before", block.completed_before));
    }
    section(page, level, "Completed", &completed);
    section(page, level, "In Progress", &block.in_progress.iter().flat_map(item).collect::<Vec<_>>());
    section(page, level, "Remaining", &block.remaining.iter().flat_map(item).collect::<Vec<_>>());
    section(page, level, "Decisions", &block.decisions.iter().map(decision).collect::<Vec<_>>());
    section(page, level, "Time", &time(block));
}

/// What a feature is called in a heading: its id tells it from our own headings.
pub(super) fn heading(feature: &Feature) -> String {
    format!("{} (`{}`)", escape(&feature.title), feature.id)
}

/// A heading and lines below it; nothing when there are none.
fn section(page: &mut String, level: &str, title: &str, lines: &[String]) {
    if !lines.is_empty() {
        page.push_str(&format!("{level} {title}\n\n{}\n\n", lines.join("\n")));
    }
}

/// A line of what matters now.
fn now(line: &words::NowLine<'_>) -> String {
    let remarks = escape(&line.remarks);
    let Some((before, item)) = line.item else { return format!("- {remarks}") };
    let dash = if remarks.is_empty() { "" } else { " – " };
    format!("- {before}{} {} (`{}`){dash}{remarks}", words::mark(item), escape(&item.title), item.id)
}

fn item(item: &Item) -> Vec<String> {
    let remarks = words::remarks(item).join(", ");
    let dash = if remarks.is_empty() { "" } else { " – " };
    let (mark, title) = (words::mark(item), escape(&item.title));
    let mut lines = vec![format!("- {mark} {title} (`{}`){dash}{}", item.id, escape(&remarks))];
    if let Some(result) = item.result.as_deref().filter(|result| !result.trim().is_empty()) {
        lines.push(format!("  > {}", escape(&words::beginning(result, RESULT))));
    }
    lines
}

fn decision(said: &Said) -> String {
    let why = said.why.as_deref().map(|why| format!(", because {}", escape(&words::one_line(why)))).unwrap_or_default();
    let (what, by) = (escape(&words::one_line(&said.text)), escape(said.by.as_str()));
    format!("- {what}{why} (`{}`, {by}, {})", said.task, words::day(said.at))
}

/// A table of the tasks that were begun.
fn time(block: &Block) -> Vec<String> {
    let begun: Vec<&Item> = block.items().filter(|item| item.was_worked_on()).collect();
    if begun.is_empty() {
        return Vec::new();
    }
    let show = |seconds: Option<u64>| seconds.map_or("–".to_owned(), words::work);
    let mut lines = vec!["| Task | Work | Elapsed | Estimate | By |".to_owned(), "|---|--:|--:|--:|---|".to_owned()];
    for item in &begun {
        let by: Vec<String> =
            crate::domain::active_time::by_actor(&item.stretches).iter().map(|(by, _)| escape(by.as_str())).collect();
        lines.push(format!(
            "| {} (`{}`) | {} | {} | {} | {} |",
            escape(&item.title),
            item.id,
            words::work(item.active()),
            show_duration(item.elapsed),
            show(item.estimate),
            by.join(", ")
        ));
    }
    if begun.len() > 1 {
        let (work, _, actors) = block.time();
        let estimate = begun.iter().filter_map(|item| item.estimate).reduce(u64::saturating_add);
        let by: Vec<String> =
            actors.iter().map(|(by, seconds)| format!("{} {}", escape(by.as_str()), words::work(*seconds))).collect();
        lines.push(format!("| All | {} | | {} | {} |", words::work(work), show(estimate), by.join(", ")));
    }
    lines
}

/// `text` as one line of Markdown that reads as it is: nothing in it is markup, a tag or a control character.
pub(super) fn escape(text: &str) -> String {
    let text = sanitize::line(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    let chars: Vec<char> = text.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let is_word = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric());
        match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' => escaped.extend(['\\', *c]),
            // Within a word it is no emphasis.
            '_' if !(is_word(at.checked_sub(1)) && is_word(Some(at + 1))) => escaped.push_str("\\_"),
            '&' if is_word(Some(at + 1)) || chars.get(at + 1) == Some(&'#') => escaped.push_str("&amp;"),
            _ => escaped.push(*c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_no_markup() {
        assert_eq!(escape("a_b _c_ *d* <script>"), r"a_b \_c\_ \*d\* \<script\>");
        assert_eq!(
            escape("x & y &lt; [l](u) `c` | \u{1b}[2J \u{202e}"),
            "x & y &amp;lt; \\[l\\](u) \\`c\\` \\| \\\\u{1b}\\[2J \\\\u{202e}"
        );
    }
}
