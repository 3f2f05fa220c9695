//! A task with everything that is known of it, as text.

use bstr::{BString, ByteSlice as _};

use crate::{
    domain::{
        active_time,
        files::Files,
        graph::Graph,
        id::TaskId,
        task::{Blocker, Rival, Task, TaskResult},
        text::Text,
        time::{Timestamp, show_duration},
    },
    verbs::show::{FeaturePart, Story, Work},
    view::{Style, list, log::event_text, mark_of, oid, relative_time, sanitize},
};

/// `story` as fields and paragraphs, with ages as of `now`.
pub fn text(story: &Story<'_>, now: Timestamp, style: Style) -> String {
    Page { story, style, now }.render()
}

/// How many lines a field has that lists other tasks.
const SHOWN: usize = 50;

/// How many edits are shown, the newest; the log has all of them.
const EDITS: usize = 10;

/// The first of `lines`, and how many more there are; JSON has all of them.
fn first_lines(mut lines: impl Iterator<Item = String>) -> String {
    let mut shown: Vec<String> = lines.by_ref().take(SHOWN).collect();
    let more = lines.count();
    if more > 0 {
        shown.push(format!("… and {more} more"));
    }
    shown.join("\n")
}

struct Page<'a> {
    story: &'a Story<'a>,
    style: Style,
    now: Timestamp,
}

impl Page<'_> {
    fn render(&self) -> String {
        let (style, task, work) = (self.style, &self.story.task, &self.story.work);
        let graph = &Graph::new(&self.story.table);
        let mut page = format!("{} {}\n", style.id(&format!("task {}", task.id)), style.plain(&task.title));
        if !task.exists() {
            // Only commits name it; there is nothing else to tell.
            page =
                format!("{} (not in this ledger)\n", style.id(&format!("task {}", sanitize::line(task.id.as_str()))));
            self.field(&mut page, "Files", &about(&task.files, work.files.as_ref()).join("\n"));
            self.field(&mut page, "Commits", &self.commits());
            return page;
        }
        let (word, attempts) = self.status(task);
        self.painted(&mut page, "Status", &word, &attempts);
        if let Some(why) = &task.reason {
            let when = relative_time::ago(self.now, why.at);
            self.field(
                &mut page,
                "Reason",
                &format!("{} by {}, {when}: {}", why.what.as_str(), why.by, self.text(&why.text)),
            );
        }
        let original = task.duplicate_of.as_ref().map(|id| titled(graph, id)).unwrap_or_default();
        self.field(&mut page, "Same as", &original);
        let duplicates = graph.duplicates(&task.id).map(|row| titled(graph, &row.id()));
        self.field(&mut page, "Duplicates", &first_lines(duplicates));
        self.field(&mut page, "Not ready", &first_lines(self.story.obstacles.iter().map(ToString::to_string)));
        if let Some(claim) = &task.claim {
            let until = if claim.is_live(self.now) {
                format!("for {} more", show_duration(claim.until.seconds_since(self.now)))
            } else if claim.until > self.now {
                format!("until {}, by a clock that is ahead: anyone can claim it", claim.until.to_minute())
            } else {
                format!("expired {}", relative_time::ago(self.now, claim.until))
            };
            self.field(&mut page, "Held by", &format!("{}, {until}", claim.by));
        }
        self.field(&mut page, "Priority", &task.priority.to_string());
        self.field(&mut page, "Labels", &task.labels.join(", "));
        self.field(&mut page, "References", &task.refs.join("\n"));
        let parent = task.parent.as_ref().map(|id| titled(graph, id)).unwrap_or_default();
        self.field(&mut page, "Part of", &parent);
        self.field(&mut page, "After", &first_lines(task.after.iter().map(|id| titled(graph, id))));
        self.field(&mut page, "Before", &first_lines(graph.dependents(&task.id).map(|row| titled(graph, &row.id()))));
        self.field(&mut page, "Progress", &progress(work));
        self.field(&mut page, "Parts", &parts(work));
        self.field(&mut page, "Files", &about(&task.files, work.files.as_ref()).join("\n"));
        self.field(&mut page, "Time", &self.time(task));
        if let Some(base) = &task.base {
            let commit = base.commit.as_ref().map_or("an unborn branch".to_owned(), oid);
            let branch = base.branch.as_deref().map(|branch| format!(" on {branch}")).unwrap_or_default();
            self.field(&mut page, "Started at", &format!("{commit}{branch}"));
        }
        self.field(&mut page, "Commits", &self.commits());
        if let Some(verification) = task.verification() {
            let verdict = if verification.passed() { style.good("passed") } else { style.bad("failed") };
            let when = relative_time::ago(self.now, verification.at);
            let command = self.text(&verification.command);
            let what = if task.is_uncommitted(verification) { ", of uncommitted content" } else { "" };
            let rest = format!(" {when}{what}: {command} (exit code {})", verification.exit);
            self.painted(&mut page, "Verified", &verdict, &rest);
        }
        if let Some(by) = &task.created_by {
            let when = task.created_at.map(|at| relative_time::ago(self.now, at)).unwrap_or_default();
            self.field(&mut page, "Added by", &format!("{by}, {when}"));
        }
        let rival = |rival: &Rival| format!("{} (by {}; 'git agent edit {} --split')", rival.title, rival.by, task.id);
        self.field(&mut page, "Also added", &first_lines(task.rivals.iter().map(rival)));
        if !work.parts.is_empty() {
            self.field(&mut page, "Last event", &relative_time::ago(self.now, work.updated(task)));
        }
        self.paragraphs(&mut page, task, work);
        page
    }

    /// The paragraphs below the fields.
    fn paragraphs(&self, page: &mut String, task: &Task, work: &Work) {
        if let Some(description) = &task.description {
            self.paragraph(page, None, &self.text(description));
        }
        if let Some(accept) = task.accept_text(|text| self.text(text)) {
            self.paragraph(page, Some("Done when"), &accept);
        }
        let blocker = |of: &Task, prefix: &str| {
            let line = |blocker: &Blocker| {
                format!(
                    "{prefix}{} ({}): {}",
                    blocker.id,
                    relative_time::ago(self.now, blocker.since),
                    self.text(&blocker.text)
                )
            };
            of.blockers.iter().map(line).collect::<Vec<_>>()
        };
        let of_parts = work.open_parts().flat_map(|part| blocker(part, &format!("{}: ", part.id)));
        let blockers = blocker(task, "").into_iter().chain(of_parts);
        self.paragraph(page, Some("Blockers"), &points(blockers));
        let failures = task.failures.iter().map(|failure| {
            let kind = failure.kind.as_deref().map(|kind| format!(" [{kind}]")).unwrap_or_default();
            let when = relative_time::ago(self.now, failure.at);
            format!("attempt {} by {}, {when}{kind}: {}", failure.attempt, failure.by, self.text(&failure.reason))
        });
        self.paragraph(page, Some("Failed attempts"), &points(failures));
        let output = task.failed_verification().and_then(|failed| failed.output.as_ref());
        let output = output.map(|output| self.text(output)).unwrap_or_default();
        self.paragraph(page, Some("Output of the failed verification"), &output);
        let decisions = task.decisions.iter().map(|decision| {
            let why = decision.why.as_ref().map(|why| format!("\nbecause {}", self.text(why))).unwrap_or_default();
            format!(
                "{}, {}: {}{why}",
                decision.by,
                relative_time::ago(self.now, decision.at),
                self.text(&decision.text)
            )
        });
        self.paragraph(page, Some("Decisions"), &points(decisions));
        let notes = task
            .notes
            .iter()
            .map(|note| format!("{}, {}: {}", note.by, relative_time::ago(self.now, note.at), self.text(&note.text)));
        self.paragraph(page, Some("Notes"), &points(notes));
        let edits = &self.story.edits[self.story.edits.len().saturating_sub(EDITS)..];
        let edits = edits.iter().map(|task_event| {
            let (said, event) = (event_text::of(&self.story.view, task_event), &task_event.event);
            format!("{} by {}, {}: {}", said.verb, event.actor, relative_time::ago(self.now, event.at), said.text)
        });
        self.paragraph(page, Some("Edits"), &points(edits));
        let result = match &task.result {
            None => String::new(),
            Some(TaskResult::Value(serde_json::Value::String(text))) => text.clone(),
            Some(TaskResult::Value(value)) => serde_json::to_string_pretty(value).unwrap_or_default(),
            Some(TaskResult::Stored(text)) => self.text(text),
        };
        self.paragraph(page, Some("Result"), &result);
        let lost =
            task.lost_claims.iter().map(|lost| format!("{} at {}, to {}", lost.by, lost.at.to_minute(), lost.to));
        self.paragraph(page, Some("Lost claims"), &points(lost));
    }

    /// The state, painted, with remarks.
    fn status(&self, task: &Task) -> (String, String) {
        let word = self.style.status(task.status, task.status.in_words());
        match task.attempts {
            0 | 1 => (word, String::new()),
            attempts => (word, format!(", attempt {attempts}")),
        }
    }

    /// The commits on this history, and other commits recorded in the ledger.
    fn commits(&self) -> String {
        let shown = self.story.commits.iter().map(oid).collect::<Vec<_>>().join(" ");
        let lost = [(self.story.lost, "on no branch"), (self.story.behind_the_cut, "not in this shallow clone")];
        let lost: Vec<String> =
            lost.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("and {count} {what}")).collect();
        if lost.is_empty() { shown } else { format!("{shown} ({})", lost.join(", ")).trim_start().to_owned() }
    }

    fn time(&self, task: &Task) -> String {
        let estimate = task.estimate.map(|seconds| format!("estimated {}", show_duration(seconds)));
        let spent = task.started_at.map(|_| {
            let gap = self.story.view.repo().settings().idle_gap();
            let (active, elapsed) = (active_time::active(task, gap, self.now), active_time::elapsed(task, self.now));
            format!("{} of work in {}", show_duration(active), show_duration(elapsed))
        });
        spent.into_iter().chain(estimate).collect::<Vec<_>>().join(", ")
    }

    fn text(&self, text: &Text) -> String {
        self.story.view.text(text)
    }

    /// `Name:     value`, further lines below the value; nothing when there is no value.
    fn field(&self, page: &mut String, name: &str, value: &str) {
        self.painted(page, name, "", value);
    }

    /// A field that begins with something `painted`: everything else is cleaned here, with colour or without.
    fn painted(&self, page: &mut String, name: &str, painted: &str, rest: &str) {
        let mut label = format!("{name}:");
        let mut painted = painted;
        let mut lines = rest.lines();
        let first = lines.next().or((!painted.is_empty()).then_some(""));
        for line in first.into_iter().chain(lines) {
            page.push_str(&format!("{label:<11} {painted}{}\n", sanitize::line(line)));
            label.clear();
            painted = "";
        }
    }

    /// An indented paragraph under a heading; nothing when there is no text.
    fn paragraph(&self, page: &mut String, heading: Option<&str>, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        page.push('\n');
        if let Some(heading) = heading {
            page.push_str(&format!("{}\n", self.style.strong(heading)));
        }
        for line in sanitize::lines(text).lines() {
            page.push_str(&format!("    {line}\n"));
        }
    }
}

/// One point below another. Further lines of one stand further in, so that none of them passes for a point.
fn points(points: impl Iterator<Item = String>) -> String {
    points.map(|point| point.trim_end().replace('\n', "\n  ")).collect::<Vec<_>>().join("\n")
}

fn titled(graph: &Graph<'_>, id: &TaskId) -> String {
    match graph.get(id) {
        Some(row) => format!("{id} ({})", row.title()),
        None => format!("{id} (not in this ledger)"),
    }
}

/// How far a feature is.
fn progress(work: &Work) -> String {
    work.progress.filter(|progress| progress.total > 0).map(|progress| progress.to_string()).unwrap_or_default()
}

/// One line a subtask, and what is to be said of its files.
fn parts(work: &Work) -> String {
    let mut lines = Vec::new();
    for FeaturePart { task, waits, progress, files } in &work.parts {
        let far = progress.map(|progress| format!(", {progress}")).unwrap_or_default();
        let mark = mark_of(task.status, !task.blockers.is_empty(), *waits);
        lines.push(format!("{mark} {} ({}){far}", task.id, task.title));
        lines.extend(about(&task.files, files.as_ref()).into_iter().map(|line| format!("    {line}")));
    }
    lines.join("\n")
}

/// What is declared, what of it was not touched, and what else was.
fn about(declared: &[String], files: Option<&Files>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |what: &str, paths: Vec<String>| {
        if !paths.is_empty() {
            lines.push(format!("{what}{}", list(paths)));
        }
    };
    let paths = |paths: &[BString]| paths.iter().map(|path| sanitize::bytes(path.as_bstr())).collect::<Vec<_>>();
    say("", declared.to_vec());
    match files {
        None => {}
        Some(files) if declared.is_empty() => say("touched: ", paths(&files.touched)),
        // Before its first commit there is nothing to compare.
        Some(files) if files.touched.is_empty() => {}
        Some(files) => {
            say("not touched: ", files.untouched.clone());
            say("also touched: ", paths(&files.undeclared));
        }
    }
    lines
}
