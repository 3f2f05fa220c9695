//! The lines of a file with their tasks, as text.

use std::collections::HashMap;

use bstr::ByteSlice as _;
use unicode_width::UnicodeWidthStr as _;

use crate::{
    domain::time::Timestamp,
    error::Result,
    git::{ObjectId, blame::Line},
    verbs::blame::{Blame, Share, Whose},
    view::{Style, id_width, pad, relative_time, sanitize, shorten},
};

/// The widest that the column of authors gets.
const AUTHOR: usize = 18;

/// The annotation of all lines of one commit.
struct Margin {
    commit: String,
    task: String,
    /// In whose colour the task is.
    tone: Option<usize>,
    author: String,
    age: String,
}

/// Every line behind its commit, task, author and age as of `now`, aligned.
pub fn lines(blame: &Blame<'_>, now: Timestamp, style: Style) -> String {
    let margins = margins(blame, now);
    let width = |column: fn(&Margin) -> &str| margins.values().map(|margin| column(margin).width()).max().unwrap_or(0);
    let commit = width(|margin| &margin.commit);
    let task = id_width(margins.values().map(|margin| margin.task.as_str()), None);
    let (author, age) = (width(|margin| &margin.author), width(|margin| &margin.age));
    let digits = blame.lines.last().map_or(1, |line| line.line.to_string().len());
    let mut page = String::new();
    let mut above: Option<Option<ObjectId>> = None;
    for line in &blame.lines {
        let Some(margin) = margins.get(&line.origin.commit) else { continue };
        // What was said one line above is there for programs like grep; the eye may pass it over.
        let is_again = above.replace(line.origin.commit) == Some(line.origin.commit);
        let paint = |text: &str, fresh: &dyn Fn(&str) -> String| if is_again { style.faint(text) } else { fresh(text) };
        let name = pad(&margin.task, task);
        let columns = [
            paint(&pad(&margin.commit, commit), &|text| style.id(text)),
            paint(&name, &|text| margin.tone.map_or_else(|| style.faint(text), |tone| style.nth(tone, text))),
            paint(&pad(&margin.author, author), &|text| style.plain(text)),
            paint(&pad(&margin.age, age), &|text| style.faint(text)),
            style.faint(&format!("{:>digits$}", line.line)),
        ];
        page.push_str(&columns.join(" "));
        let text = text(line);
        if !text.is_empty() {
            page.push(' ');
            page.push_str(&text);
        }
        page.push('\n');
    }
    page
}

/// The line, safe to print; the carriage return of a DOS file is part of its end.
fn text(line: &Line) -> String {
    let bytes = line.text.strip_suffix(b"\r").unwrap_or(&line.text);
    sanitize::lines(&bytes.to_str_lossy()).into_owned()
}

fn margins(blame: &Blame<'_>, now: Timestamp) -> HashMap<Option<ObjectId>, Margin> {
    let repo = blame.view.repo();
    let mut margins = HashMap::new();
    let mut tones: Vec<String> = Vec::new();
    for line in &blame.lines {
        let origin = &line.origin;
        if margins.contains_key(&origin.commit) {
            continue;
        }
        let (task, first) = match blame.whose(line) {
            Some(Whose::Committed(owners)) => match owners.as_slice() {
                [] => ("-".to_owned(), None),
                [only] => (only.to_string(), Some(only.task.clone())),
                [first, ..] => {
                    let names = owners.iter().map(|owner| owner.task.as_str()).collect::<Vec<_>>().join(",");
                    (names, Some(first.task.clone()))
                }
            },
            Some(Whose::Uncommitted(active)) => match active.first() {
                Some(first) => (format!("({})", active.join(",")), Some(first.clone())),
                None => ("not committed".to_owned(), None),
            },
            None => ("-".to_owned(), None),
        };
        let tone = first.map(|first| match tones.iter().position(|known| *known == first) {
            Some(at) => at,
            None => {
                tones.push(first);
                tones.len() - 1
            }
        });
        let task = sanitize::line(&task).into_owned();
        let margin = match origin.commit {
            Some(commit) => {
                let mark = if origin.boundary { "^" } else { "" };
                let name = shorten(&sanitize::bytes(origin.author.as_bstr()), AUTHOR).into_owned();
                let short = repo.short(commit);
                let age = relative_time::ago(now, Timestamp::from_seconds(origin.at));
                Margin { commit: format!("{mark}{short}"), task, tone, author: name, age }
            }
            None => Margin { commit: "-".repeat(7), task, tone, author: String::new(), age: String::new() },
        };
        margins.insert(origin.commit, margin);
    }
    margins
}

/// How many lines each task has.
pub fn summary(blame: &Blame<'_>, style: Style) -> Result<String> {
    let shares = blame.shares();
    let name = |share: &Share| match (&share.task, share.committed) {
        (Some(task), true) => task.clone(),
        (Some(task), false) => format!("({task})"),
        (None, true) => "-".to_owned(),
        (None, false) => "not committed".to_owned(),
    };
    let width = shares.iter().map(|share| sanitize::line(&name(share)).width()).max().unwrap_or(0);
    let digits = shares.first().map_or(1, |share| share.lines.to_string().len());
    let noun = |share: &Share| if share.lines == 1 { "line " } else { "lines" };
    let mut page = String::new();
    for (at, share) in shares.iter().enumerate() {
        let painted = style.nth(at, &pad(&sanitize::line(&name(share)), width));
        let percent = share.lines * 100 / blame.lines.len().max(1);
        let commits = sanitize::plural(share.commits, "commit");
        let commits = if share.committed { format!("  {commits}") } else { "  not committed".to_owned() };
        let task = share.task.as_deref().map(|id| blame.view.known(id)).transpose()?.flatten();
        let title = task.map(|task| format!("  {}", style.plain(&task.title))).unwrap_or_default();
        page.push_str(&format!(
            "{painted}  {:>digits$} {}  {percent:>3} %{}{title}\n",
            share.lines,
            noun(share),
            style.faint(&commits)
        ));
    }
    Ok(page)
}
