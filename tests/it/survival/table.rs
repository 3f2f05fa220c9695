//! The survival table: printed for those who run the tests, and kept in the documentation.

use std::fmt::Write as _;
use std::path::Path;

use super::{Fate, GROUPS, Scenario};
use crate::support::gits;

/// What one git did with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// As it should be.
    As(Fate),
    /// This git has not what it takes.
    NotHere,
    /// Not as it should be, and what.
    Wrong(String),
}

impl Cell {
    /// What is wrong, if something is.
    pub fn complaint(&self) -> Option<String> {
        match self {
            Cell::Wrong(text) => Some(text.clone()),
            Cell::As(_) | Cell::NotHere => None,
        }
    }

    fn word(&self) -> String {
        match self {
            Cell::As(fate) => fate.to_string(),
            Cell::NotHere => "n/a".to_owned(),
            Cell::Wrong(_) => "WRONG".to_owned(),
        }
    }
}

/// `2.47` of each git.
fn versions() -> Vec<String> {
    gits().iter().map(|git| format!("{}.{}", git.version.0, git.version.1)).collect()
}

/// For a terminal.
pub fn plain(rows: &[&Scenario], cells: &[Vec<Cell>]) -> String {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or_default();
    let mut out = format!("{:>3} {:width$}", "", "");
    for version in versions() {
        write!(out, "  {version:9}").expect("a string takes it");
    }
    out.push('\n');
    for (row, cells) in rows.iter().zip(cells) {
        write!(out, "{:>3} {:width$}", row.number, row.name).expect("a string takes it");
        for cell in cells {
            write!(out, "  {:9}", cell.word()).expect("a string takes it");
        }
        out.push('\n');
    }
    out
}

const BEGIN: &str = "<!-- the table, written by tests/it/survival -->\n";
const END: &str = "<!-- the end of the table -->\n";

/// For the documentation; the columns of `versions`.
fn markdown(rows: &[&Scenario], cells: &[Vec<Cell>], versions: &[String]) -> String {
    let mut out = String::new();
    for group in &GROUPS {
        write!(out, "### {}\n\n| | what is done | what is expected |", group.title).expect("a string takes it");
        versions.iter().for_each(|version| write!(out, " {version} |").expect("a string takes it"));
        writeln!(out, "\n|--:|---|---|{}", "---|".repeat(versions.len())).expect("a string takes it");
        for (row, cells) in
            rows.iter().zip(cells).filter(|(row, _)| group.rows.iter().any(|own| std::ptr::eq(own, **row)))
        {
            write!(out, "| {} | {} | {} |", row.number, row.name, row.expects).expect("a string takes it");
            cells.iter().for_each(|cell| write!(out, " {} |", cell.word()).expect("a string takes it"));
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

/// Expect that `docs/survival.md` shows this table; columns of gits that are not here, and gits that have none, are left out.
pub fn is_the_documented_one(rows: &[&Scenario], cells: &[Vec<Cell>]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/survival.md");
    let text = std::fs::read_to_string(&path).expect("docs/survival.md");
    let (before, rest) = text.split_once(BEGIN).expect("the table begins");
    let (table, after) = rest.split_once(END).expect("the table ends");
    let here = versions();
    let documented: Vec<&str> = header(table).skip(3).collect();
    let all_are_here = documented.iter().all(|version| here.iter().any(|one| one == version));
    if std::env::var_os("GIT_AGENT_TEST_UPDATE").is_some() && all_are_here {
        let table = markdown(rows, cells, &here);
        std::fs::write(&path, format!("{before}{BEGIN}\n{table}{END}{after}"))
            .expect("docs/survival.md can be written");
        return;
    }
    let both: Vec<usize> = (0..here.len()).filter(|&at| documented.contains(&here[at].as_str())).collect();
    let shown: Vec<String> = both.iter().map(|&at| here[at].clone()).collect();
    let cells: Vec<Vec<Cell>> = cells.iter().map(|row| both.iter().map(|&at| row[at].clone()).collect()).collect();
    let expected = markdown(rows, &cells, &shown);
    let found = only(table, &documented, &shown);
    assert!(
        found.trim() == expected.trim(),
        "docs/survival.md is not what came out; GIT_AGENT_TEST_UPDATE=1 writes it:\n{expected}"
    );
}

/// The words of the first header line of `table`.
fn header(table: &str) -> impl Iterator<Item = &str> {
    let line = table.lines().find(|line| line.starts_with("| |")).unwrap_or_default();
    line.trim_matches('|').split('|').map(str::trim)
}

/// `table` without the columns that are not `shown`.
fn only(table: &str, documented: &[&str], shown: &[String]) -> String {
    let keep = |line: &str| {
        let fields: Vec<&str> = line.trim_start_matches('|').trim_end_matches('|').split('|').collect();
        let kept = fields.iter().enumerate().filter(|(at, _)| {
            at.checked_sub(3)
                .is_none_or(|at| documented.get(at).is_some_and(|name| shown.iter().any(|one| one == name)))
        });
        format!("|{}|", kept.map(|(_, field)| *field).collect::<Vec<_>>().join("|"))
    };
    let lines = table.lines().map(|line| if line.starts_with('|') { keep(line) } else { line.to_owned() });
    lines.map(|line| line + "\n").collect()
}
