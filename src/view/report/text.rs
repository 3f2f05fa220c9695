//! Plain text for a terminal, as wide as it is.

use super::words;
use crate::{
    domain::report::{Block, Item, Report},
    view::{ListRow, Style, id_width, sanitize},
};

/// The report as text, painted by `style`, in lines of `width` columns if there is a width.
pub fn text(report: &Report, style: Style, width: Option<usize>) -> String {
    let page = Page { style, width };
    let mut text = String::new();
    let only = report.only_feature();
    let title = only.map_or("Progress".to_owned(), words::titled);
    let title = format!("{title} – {}", sanitize::line(&words::place(report)));
    text.push_str(&page.heading(&title, &words::tally(&report.overall)));
    if report.overall.progress.total > 0 {
        text.push_str(&page.bar(&report.overall));
    }
    if let Some(changes) = &report.changes {
        text.push_str(&format!("Since {}: {}\n", changes.since.to_minute(), words::changes(changes)));
    }
    for remark in only.iter().flat_map(|feature| words::of_feature(feature)) {
        text.push_str(&format!("{}\n", sanitize::line(&remark)));
    }
    text.push_str(&page.now(report));
    match &report.blocks[..] {
        [block] => text.push_str(&page.block(block)),
        blocks => {
            for block in blocks {
                let title = block.feature.as_ref().map_or("Other tasks".to_owned(), words::titled);
                text.push('\n');
                text.push_str(&page.heading(&title, &words::tally(&block.tally)));
                for remark in block.feature.iter().flat_map(words::of_feature) {
                    text.push_str(&format!("{}\n", sanitize::line(&remark)));
                }
                text.push_str(&page.block(block));
            }
        }
    }
    if let Some(updated) = report.updated {
        text.push_str(&format!("\nLast updated: {}\n", updated.to_minute()));
    }
    text
}

struct Page {
    style: Style,
    width: Option<usize>,
}

impl Page {
    fn heading(&self, title: &str, tally: &str) -> String {
        format!("{} {tally}\n", self.style.strong(&format!("{title}:")))
    }

    fn bar(&self, tally: &crate::domain::report::Tally) -> String {
        let width = self.width.unwrap_or(80).min(60);
        let part = |count: usize| count * width / tally.progress.total.max(1);
        let (done, busy, bad) = (part(tally.progress.completed), part(tally.in_progress), part(tally.failed));
        let rest = width - done - busy - bad;
        let piece = |sign: &str, count: usize| sign.repeat(count);
        format!(
            "{}{}{}{}\n",
            self.style.good(&piece("█", done)),
            self.style.busy(&piece("▓", busy)),
            self.style.bad(&piece("▒", bad)),
            self.style.faint(&piece("░", rest))
        )
    }

    /// The most relevant tasks now.
    fn now(&self, report: &Report) -> String {
        let lines = words::now(report);
        let ids = lines.iter().filter_map(|line| line.item).map(|(_, item)| item.id.as_str());
        let ids = id_width(ids, self.width);
        let rows = lines.iter().map(|line| match line.item {
            Some(("", item)) => self.item(item, ids),
            Some((before, item)) => format!("  {before}{}", self.item(item, ids).trim_start()),
            None => format!("  {}\n", line.remarks),
        });
        let rows: String = rows.collect();
        if rows.is_empty() { rows } else { format!("\n{}\n{rows}", self.style.strong("Now")) }
    }

    fn block(&self, block: &Block) -> String {
        let mut text = String::new();
        let ids = id_width(block.items().map(|item| item.id.as_str()), self.width);
        let mut section = |title: &str, items: &[Item], rest: usize| {
            if !items.is_empty() || rest > 0 {
                text.push_str(&format!("\n{}\n", self.style.strong(title)));
                items.iter().for_each(|item| text.push_str(&self.item(item, ids)));
            }
            if rest > 0 {
                text.push_str(&format!("  … and {rest} before\n"));
            }
        };
        section("Completed", &block.completed, block.completed_before);
        section("In Progress", &block.in_progress, 0);
        section("Remaining", &block.remaining, 0);
        if !block.decisions.is_empty() {
            text.push_str(&format!("\n{}\n", self.style.strong("Decisions")));
        }
        for said in &block.decisions {
            let why = said.why.as_deref().map(|why| format!(", because {}", words::one_line(why))).unwrap_or_default();
            let line =
                format!("  {}{why} ({}, {}, {})", words::one_line(&said.text), said.task, said.by, words::day(said.at));
            text.push_str(&format!("{}\n", sanitize::line(&line)));
        }
        let (work, _, actors) = block.time();
        if block.items().any(Item::was_worked_on) {
            let estimate: u64 =
                block.items().filter(|item| item.was_worked_on()).filter_map(|item| item.estimate).sum();
            let estimate =
                if estimate > 0 { format!(" of {} estimated", words::work(estimate)) } else { String::new() };
            let actors: Vec<String> =
                actors.iter().map(|(by, seconds)| format!("{by} {}", words::work(*seconds))).collect();
            let line = format!("{}{estimate} ({})", words::work(work), actors.join(", "));
            text.push_str(&format!("\n{} {}\n", self.style.strong("Time:"), sanitize::line(&line)));
        }
        text
    }

    fn item(&self, item: &Item, ids: usize) -> String {
        let status = item.state.status();
        let mark = (words::mark(item), |style: Style, text: &str| style.status(status, text));
        let line = ListRow::of_task(self.style, mark, " ", (item.id.as_str(), ids), &item.title);
        let line = line.remarks(&words::remarks(item).join(", "), self.width);
        line.first("  ", Style::plain).render(self.width)
    }
}
