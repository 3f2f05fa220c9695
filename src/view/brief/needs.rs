//! What a task needs, as sections of a brief and, in a few lines, behind the answer of the command that begins it.

use super::{
    Body, KeptPoints, POINT_LINES, Point, Section,
    fold::{WIDTH, clip, named, quoted, said},
};
use crate::{
    domain::{actor::Actor, task::Decision, text::Text},
    query::brief::Needs,
    view::sanitize::{self, plural},
};

/// How many lines [`render`] takes: with the lines that say what was done there are at most fifteen.
pub const LINES: usize = 12;

/// What a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    Description,
    Accept,
    Blockers,
    Failures,
    Verification,
    Decisions,
    EarlierDecisions,
    Files,
    References,
    Notes,
}

impl Topic {
    /// The heading of its section on a page.
    fn heading(self) -> &'static str {
        match self {
            Topic::Description => "Description",
            Topic::Accept => "Done when",
            Topic::Blockers => "Blocked",
            Topic::Failures => "Earlier failures",
            Topic::Verification => "The last verification failed",
            Topic::Decisions => "Decisions",
            Topic::EarlierDecisions => "Earlier decisions",
            Topic::Files => "Files",
            Topic::References => "References",
            Topic::Notes => "Notes",
        }
    }

    /// What each of its lines begins with where there is no heading; a description needs none.
    fn label(self) -> &'static str {
        match self {
            Topic::Description => "",
            Topic::Decisions | Topic::EarlierDecisions => "Decided",
            Topic::Failures => "Failed earlier",
            Topic::Verification => "Verification failed",
            Topic::Notes => "Note",
            Topic::Accept | Topic::Blockers | Topic::Files | Topic::References => self.heading(),
        }
    }
}

/// Everything that has to be known before work on the task starts or continues.
pub(super) fn sections(needs: Needs<'_>) -> Vec<Section> {
    by_topic(needs).into_iter().map(|(_, section)| section).collect()
}

fn by_topic(needs: Needs<'_>) -> Vec<(Topic, Section)> {
    let task = needs.task;
    let mut sections = Vec::new();
    let show = format!("git agent show {}", task.id);
    let mut add = |topic: Topic, body, most, rank, more: &str| {
        let section = Section { heading: topic.heading(), body, most, rank, beyond: 0, more: more.to_owned() };
        sections.push((topic, section));
    };
    let list = |points| Body::Points(points, KeptPoints::First);
    let newest = |points| Body::Points(points, KeptPoints::Last);
    let whole = |text: &Text| needs.view.text(text);
    let text = |text: &Option<_>| Body::Text(text.as_ref().map(whole).unwrap_or_default());
    add(Topic::Description, text(&task.description), 9, 2, &show);
    add(Topic::Accept, Body::Text(task.accept_text(whole).unwrap_or_default()), 6, 1, &show);
    let blockers = task.blockers.iter().map(|blocker| told(blocker.id.as_str(), whole(&blocker.text)));
    add(Topic::Blockers, list(blockers.collect()), 4, 3, &show);
    let failures = task.failures.iter().map(|failure| {
        let kind = failure.kind.as_ref().map(|kind| format!("[{kind}] ")).unwrap_or_default();
        let head = by(needs, &format!("attempt {}", failure.attempt), &failure.by);
        told(head, format!("{kind}{}", whole(&failure.reason)))
    });
    add(Topic::Failures, newest(failures.collect()), 6, 4, &show);
    add(Topic::Verification, newest(verification(needs)), 7, 4, &show);
    let mut decisions = Vec::new();
    if let Some(feature) = needs.feature {
        let all = format!("for all of {}", feature.id);
        decisions.extend(feature.decisions.iter().map(|decision| decided(needs, &all, decision)));
    }
    decisions.extend(task.decisions.iter().map(|decision| decided(needs, "", decision)));
    add(Topic::Decisions, newest(decisions), 9, 5, &show);
    let before = needs.before.iter().flat_map(|task| {
        let of = format!("in {}", task.id);
        task.decisions.iter().map(move |decision| decided(needs, &of, decision))
    });
    add(Topic::EarlierDecisions, newest(before.collect()), 6, 6, "git agent brief --json");
    let file = |file: &String| Point::Named { head: String::new(), text: file.clone() };
    add(Topic::Files, list(task.files.iter().map(file).collect()), 5, 6, &show);
    add(Topic::References, list(task.refs.iter().map(file).collect()), 4, 6, &show);
    let notes = task.notes.iter();
    let notes = notes.map(|note| told(by(needs, "", &note.by), whole(&note.text)));
    add(Topic::Notes, newest(notes.collect()), 4, 7, &show);
    sections
}

/// The end of what the last verification printed if it failed, and then what it was.
fn verification(needs: Needs<'_>) -> Vec<Point> {
    let Some(failed) = needs.task.failed_verification() else { return Vec::new() };
    let output = failed.output.as_ref().map(|output| needs.view.text(output)).unwrap_or_default();
    let line = |line: &str| Point::Named { head: String::new(), text: line.to_owned() };
    let mut points: Vec<Point> = output.lines().map(line).collect();
    points.push(told(format!("exit code {}", failed.exit), needs.view.text(&failed.command)));
    points
}

fn told(head: impl Into<String>, text: impl Into<String>) -> Point {
    Point::Said { head: head.into(), text: text.into() }
}

/// Who said it, unless it was the reader; behind `what` it is.
fn by(needs: Needs<'_>, what: &str, actor: &Actor) -> String {
    let actor = (actor != needs.us).then(|| sanitize::line(actor.as_str()));
    [what, actor.as_deref().unwrap_or_default()]
        .iter()
        .filter(|word| !word.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(", ")
}

fn decided(needs: Needs<'_>, of: &str, decision: &Decision) -> Point {
    let why = decision.why.as_ref().map(|why| format!(" — because {}", needs.view.text(why))).unwrap_or_default();
    told(by(needs, of, &decision.by), format!("{}{why}", needs.view.text(&decision.text)))
}

/// A section in lines; which of its pieces are shown.
struct Lines {
    pieces: Vec<Vec<String>>,
    keep: KeptPoints,
    rank: u8,
    shown: usize,
}

impl Lines {
    fn of((topic, section): &(Topic, Section)) -> Self {
        let (pieces, keep) = match &section.body {
            Body::Text(text) => (text_lines(topic.label(), text), KeptPoints::First),
            Body::Points(points, keep) => (point_lines(*topic, section, points), *keep),
        };
        Lines { pieces, keep, rank: section.rank, shown: 0 }
    }

    /// The piece that is shown next.
    fn next(&self) -> Option<&Vec<String>> {
        let left = self.pieces.len().checked_sub(self.shown + 1)?;
        self.pieces.get(if self.keep == KeptPoints::Last { left } else { self.shown })
    }

    fn chosen(&self) -> &[Vec<String>] {
        match self.keep {
            KeptPoints::First => &self.pieces[..self.shown],
            KeptPoints::Last => &self.pieces[self.pieces.len() - self.shown..],
        }
    }
}

/// What the task needs in at most [`LINES`] lines; what others wrote stands behind `>`. Nothing for a task that needs nothing.
pub fn render(needs: Needs<'_>) -> String {
    let mut parts: Vec<Lines> = by_topic(needs).iter().map(Lines::of).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| parts[*at].rank);
    let all: usize = parts.iter().flat_map(|part| &part.pieces).map(Vec::len).sum();
    // One line says how much is not shown.
    let mut room = if all > LINES { LINES - 1 } else { LINES };
    let mut grew = true;
    while grew {
        grew = false;
        for at in &order {
            let part = &mut parts[*at];
            if let Some(needed) = part.next().map(Vec::len).filter(|needed| *needed <= room) {
                part.shown += 1;
                room -= needed;
                grew = true;
            }
        }
    }
    let mut lines: Vec<String> = parts.iter().flat_map(|part| part.chosen().iter().flatten().cloned()).collect();
    let hidden = all - lines.len();
    if hidden > 0 {
        lines.push(format!("({} more: git agent brief --task {})", plural(hidden, "line"), needs.task.id));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A text of several lines, the first one behind `label`.
fn text_lines(label: &str, text: &str) -> Vec<Vec<String>> {
    let lines = quoted(text).into_iter().enumerate().map(|(at, line)| match (at, label) {
        (0, "") | (1.., "") => line,
        (0, label) => clip(&format!("{label} {line}"), WIDTH),
        _ => clip(&format!("  {line}"), WIDTH),
    });
    lines.map(|line| vec![line]).collect()
}

/// Points, each behind the label of `topic`; paths side by side.
fn point_lines(topic: Topic, section: &Section, points: &[Point]) -> Vec<Vec<String>> {
    let name = topic.label();
    if topic == Topic::Files {
        let paths = points.iter().filter_map(|point| match point {
            Point::Named { text, .. } => Some(text.as_str()),
            _ => None,
        });
        let paths = paths.collect::<Vec<_>>().join(", ");
        return if paths.is_empty() { Vec::new() } else { vec![said(name, &paths, POINT_LINES, &section.more)] }
            .into_iter()
            .map(without_marks)
            .collect();
    }
    let head = |head: &str| if head.is_empty() { name.to_owned() } else { format!("{name}: {head}") };
    let lines = points.iter().map(|point| match point {
        Point::Said { head: of, text } => said(&head(of), text, POINT_LINES, &section.more),
        Point::Named { head: of, text } => vec![named(&head(of), text)],
        Point::Words(words) | Point::Command(words, _) => vec![clip(&format!("- {name}: {words}"), WIDTH)],
    });
    lines.map(without_marks).collect()
}

/// The lines of a point without the mark of a list.
fn without_marks(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| line.strip_prefix("- ").map_or(line.clone(), ToOwned::to_owned)).collect()
}
