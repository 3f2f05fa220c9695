//! The survival matrix: what becomes of the tie between commits and tasks when history is rewritten.
//!
//! Each [`Scenario`] is played on every git with our hooks, and again without them from the moment of the rewriting on (the
//! control). What the control shows decides between `kept` (git alone carries the tie) and `restored`: a row that claims
//! that hooks are needed fails when they are not, and the other way round. Every day the control is played on one git, by
//! `tests/long/survival.sh` on all of them.
//!
//! What holds in each of them, besides what it expects: no commit names a task that did not make it, foreign commits stay as
//! they are, our queries and stock git's `%(trailers)` agree, `git fsck` is clean. The table is the one in `docs/survival.md`;
//! `GIT_AGENT_TEST_UPDATE=1` writes it there, `GIT_AGENT_TEST_SCENARIO=<word>` plays those rows only whose name has the word.

mod amend;
mod case;
mod crowd;
mod fixture;
mod forms;
mod interactive;
mod merges;
mod picks;
mod plumbing;
mod rebase;
mod sharing;
mod table;

use std::fmt;
use std::sync::Mutex;

use crate::support::{Git, default_git, gits};
use case::{Case, Hooks};
use fixture::Fixture;
use table::Cell;

/// What becomes of the tie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A commit made for a task is given its name, by our hooks.
    Stamped,
    /// Git alone carries the name along; nobody adds another one.
    Kept,
    /// Git alone would lose it; our hooks put it back.
    Restored,
    /// No message is written, or none may change.
    Untouched,
    /// The name is gone where no hook runs; `git agent repair` finds out whose the commit is by what it changed.
    Repaired,
    /// The name is gone where no hook runs. It is reported as a commit of no task, not guessed.
    Unknown,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fate::Stamped => "stamped",
            Fate::Kept => "kept",
            Fate::Restored => "restored",
            Fate::Untouched => "untouched",
            Fate::Repaired => "repaired",
            Fate::Unknown => "unknown",
        })
    }
}

/// Which gits can play it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// All of them.
    Nothing,
    /// Those from this version on.
    Git(u32, u32),
}

/// One row of the matrix.
pub struct Scenario {
    /// Its number among the fifty that were agreed upon first; empty for one that came later.
    pub number: &'static str,
    /// What is done.
    pub name: &'static str,
    /// What is expected, for people.
    pub expects: &'static str,
    /// What becomes of the tie.
    pub fate: Fate,
    /// Which gits can play it.
    pub needs: Needs,
    /// Do it, and say what each commit should name now.
    pub play: fn(&Case<'_>),
}

/// A part of the matrix.
pub struct Group {
    /// Its heading.
    pub title: &'static str,
    /// Its rows.
    pub rows: &'static [Scenario],
}

static GROUPS: [Group; 9] = [
    Group { title: "New commits", rows: forms::ROWS },
    Group { title: "Amend", rows: amend::ROWS },
    Group { title: "Rebase", rows: rebase::ROWS },
    Group { title: "Interactive rebase", rows: interactive::ROWS },
    Group { title: "Cherry-pick, revert, patches", rows: picks::ROWS },
    Group { title: "Merges, squashes, forges", rows: merges::ROWS },
    Group { title: "Plumbing and other tools", rows: plumbing::ROWS },
    Group { title: "Worktrees, crowds, other people's hooks", rows: crowd::ROWS },
    Group { title: "Clones and formats", rows: sharing::ROWS },
];

/// The rows to be played: all of them, unless the environment asks for some.
fn rows() -> Vec<&'static Scenario> {
    let wanted = std::env::var("GIT_AGENT_TEST_SCENARIO").unwrap_or_default();
    let all = GROUPS.iter().flat_map(|group| group.rows);
    all.filter(|row| row.number == wanted || row.name.contains(&wanted)).collect()
}

#[test]
fn every_scenario_ends_as_the_table_says_on_every_git() {
    let fixtures: Vec<Fixture> = gits().iter().map(Fixture::new).collect();
    let rows = rows();
    let jobs: Vec<(usize, usize)> =
        (0..rows.len()).flat_map(|row| (0..gits().len()).map(move |git| (row, git))).collect();
    let queue = Mutex::new(jobs.into_iter());
    let cells = Mutex::new(vec![vec![None; gits().len()]; rows.len()]);
    let work = || {
        loop {
            let next = queue.lock().expect("nobody panics here").next();
            let Some((row, git)) = next else { return };
            let cell = judge(rows[row], &gits()[git], &fixtures[git]);
            if let Some(complaint) = cell.complaint() {
                eprintln!("{complaint}\n");
            }
            cells.lock().expect("nobody panics here")[row][git] = Some(cell);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));

    let cells = cells.into_inner().expect("nobody panics here");
    let cells: Vec<Vec<Cell>> =
        cells.into_iter().map(|row| row.into_iter().map(|cell| cell.expect("played")).collect()).collect();
    print!("{}", table::plain(&rows, &cells));
    let wrong: Vec<String> = cells.iter().flatten().filter_map(Cell::complaint).collect();
    assert!(wrong.is_empty(), "{} of the cells are not as they should be:\n\n{}", wrong.len(), wrong.join("\n"));
    if rows.len() == GROUPS.iter().map(|group| group.rows.len()).sum::<usize>() {
        table::is_the_documented_one(&rows, &cells);
    }
}

/// Whether `row` is played without hooks, too: everywhere in the long run, every day on one git where it tells something.
fn has_control(row: &Scenario, git: &Git) -> bool {
    let tells = matches!(row.fate, Fate::Kept | Fate::Restored | Fate::Unknown);
    let whole = std::env::var_os("GIT_AGENT_TEST_SURVIVAL").is_some();
    row.fate != Fate::Repaired && (whole || (tells && git == default_git()))
}

/// Play `row` on `git`.
fn judge(row: &Scenario, git: &Git, fixture: &Fixture) -> Cell {
    if let Needs::Git(major, minor) = row.needs
        && git.version < (major, minor)
    {
        return Cell::NotHere;
    }
    let ours = case::play(row, fixture, Hooks::Installed);
    let mut complaints: Vec<String> = ours.attribution.into_iter().chain(ours.other).chain(ours.panic).collect();
    if has_control(row, git) {
        let control = case::play(row, fixture, Hooks::Removed);
        complaints.extend(control.panic.map(|panic| format!("without hooks: {panic}")));
        let hooks_matter = !control.attribution.is_empty();
        let claim = row.fate;
        match claim {
            Fate::Stamped | Fate::Restored if !hooks_matter => {
                complaints.push(format!("'{claim}' is claimed, but git alone does the same"));
            }
            Fate::Kept | Fate::Untouched | Fate::Unknown if hooks_matter => {
                let seen = control.attribution.join("; ");
                complaints.push(format!("'{claim}' is claimed, but without hooks: {seen}"));
            }
            _ => {}
        }
    }
    match complaints.is_empty() {
        true => Cell::As(row.fate),
        false => {
            Cell::Wrong(format!("{} {} with git {}:\n  {}", row.number, row.name, git.name, complaints.join("\n  ")))
        }
    }
}
