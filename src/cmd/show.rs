//! `git agent show`: one task with its whole story, or one of its checkpoints.

use std::{collections::HashSet, fmt::Write as _};

use crate::{
    cmd::{context::Ctx, task_change},
    domain::{
        active_time,
        blocker::Blocker,
        graph::Graph,
        status::Status,
        task::{Outcome, Task},
        text::Text,
        time::{Timestamp, show_duration},
    },
    error::{Result, exit},
    git::{ObjectId, revwalk},
    query::revision::on,
    store::ledger::View,
    view::{Style, json::ShowAnswer, relative_time, sanitize},
};

mod checkpoint;
mod revision;
mod work;

use work::Work;

/// Show a task with its attempts, decisions, verifications and blockers, or a checkpoint
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A checkpoint is shown as 'git show' does: <task>@2 is the second commit of the task on this history, @last the newest, \
@green the newest with a passed verification, @start the commit that the task was started from. Other arguments are \
passed to 'git show' as revisions, which may contain checkpoints: <task>@2^, <task>@2:path/to/file.")]
pub struct Args {
    /// Task, checkpoint or revision (default: the active task)
    #[arg(value_name = "TASK[@CHECKPOINT]|REVISION")]
    task: Option<String>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let view = ctx.view()?;
    let (task, which) = match (ctx.task_and_checkpoint(&view, args.task.as_deref()), &args.task) {
        (Ok(found), _) => found,
        (Err(why), Some(word)) => return revision::show(ctx, &view, word, why),
        (Err(why), None) => return Err(why),
    };
    if let Some(which) = which {
        return checkpoint::show(ctx, &view, &task, which);
    }
    let table = view.table()?;
    let graph = Graph::new(&table);
    let work = Work::of(&view, &graph, &task)?;
    if ctx.out.is_json() {
        ctx.out.json(&ShowAnswer::new(task_change::task_json(ctx, &task)?, None, Some(work.to_json(&task))))?;
        return Ok(exit::OK);
    }
    ctx.page()?;
    let page = Page { view: &view, style: ctx.style(), now: ctx.now() };
    ctx.out.print(&page.render(&task, &graph, &work))?;
    Ok(exit::OK)
}

/// Everything that is known of `task`, as a page.
pub(super) fn story(view: &View<'_>, task: &Task, graph: &Graph<'_>, now: Timestamp, style: Style) -> Result<String> {
    Ok(Page { view, style, now }.render(task, graph, &Work::of(view, graph, task)?))
}

struct Page<'a> {
    view: &'a View<'a>,
    style: Style,
    now: Timestamp,
}

impl Page<'_> {
    fn render(&self, task: &Task, graph: &Graph<'_>, work: &Work) -> String {
        let style = self.style;
        let mut page = format!("{} {}\n", style.id(&format!("task {}", task.id)), style.plain(&task.title));
        if !task.exists() {
            // Only commits name it; there is nothing else to tell.
            page =
                format!("{} (not in this ledger)\n", style.id(&format!("task {}", sanitize::line(task.id.as_str()))));
            self.field(&mut page, "Files", &work.files(&task.files));
            self.field(&mut page, "Commits", &self.commits(task));
            return page;
        }
        let (word, attempts) = self.status(task);
        self.painted(&mut page, "Status", &word, &attempts);
        self.obstacles(&mut page, task, graph);
        if let Some(claim) = &task.claim {
            let until = match claim.is_live(self.now) {
                true => format!("for {} more", show_duration(claim.until.seconds_since(self.now))),
                false => format!("but the claim ran out {}", relative_time::ago(self.now, claim.until)),
            };
            self.field(&mut page, "Held by", &format!("{}, {until}", claim.by));
        }
        self.field(&mut page, "Priority", &task.priority.to_string());
        let parent = task.parent.as_ref().map(|id| titled(graph, id)).unwrap_or_default();
        self.field(&mut page, "Part of", &parent);
        self.field(&mut page, "After", &task.after.iter().map(|id| titled(graph, id)).collect::<Vec<_>>().join("\n"));
        let dependents = graph.dependents(&task.id).map(|row| titled(graph, &row.id())).collect::<Vec<_>>();
        self.field(&mut page, "Before", &dependents.join("\n"));
        self.field(&mut page, "Progress", &work.progress());
        self.field(&mut page, "Parts", &work.parts());
        self.field(&mut page, "Files", &work.files(&task.files));
        self.field(&mut page, "Time", &self.time(task));
        if let Some(base) = &task.base {
            let commit = base.commit.as_deref().map_or("an unborn branch", |hex| hex.get(..12).unwrap_or(hex));
            let branch = base.branch.as_deref().map(|branch| format!(" on {branch}")).unwrap_or_default();
            self.field(&mut page, "Began at", &format!("{commit}{branch}"));
        }
        self.field(&mut page, "Commits", &self.commits(task));
        if let Some(verification) = task.verification() {
            let verdict = if verification.passed() { style.good("passed") } else { style.bad("failed") };
            let when = relative_time::ago(self.now, verification.at);
            let command = self.text(&verification.command);
            let rest = format!(" {when}: {command} (exit code {})", verification.exit);
            self.painted(&mut page, "Verified", &verdict, &rest);
        }
        if let Some(by) = &task.created_by {
            let when = task.created_at.map(|at| relative_time::ago(self.now, at)).unwrap_or_default();
            self.field(&mut page, "Added by", &format!("{by}, {when}"));
        }
        if work.has_parts() {
            self.field(&mut page, "Last event", &relative_time::ago(self.now, work.updated(task)));
        }
        self.story(&mut page, task, work);
        page
    }

    /// The paragraphs below the fields.
    fn story(&self, page: &mut String, task: &Task, work: &Work) {
        if let Some(description) = &task.description {
            self.paragraph(page, None, &self.text(description));
        }
        if let Some(accept) = &task.accept {
            self.paragraph(page, Some("Done when"), &self.text(accept));
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
        self.paragraph(page, Some("What failed before"), &points(failures));
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
        let result = match &task.result {
            None => String::new(),
            Some(Outcome::Value(serde_json::Value::String(text))) => text.clone(),
            Some(Outcome::Value(value)) => serde_json::to_string_pretty(value).unwrap_or_default(),
            Some(Outcome::Stored(text)) => self.text(text),
        };
        self.paragraph(page, Some("Result"), &result);
        let lost =
            task.lost_claims.iter().map(|lost| format!("{} at {}, to {}", lost.by, lost.at.to_minute(), lost.to));
        self.paragraph(page, Some("Claims that came too late"), &points(lost));
    }

    /// The state, painted, and what else there is to say about it.
    fn status(&self, task: &Task) -> (String, String) {
        let word = self.style.status(task.status, task_change::say(task.status));
        match task.attempts {
            0 | 1 => (word, String::new()),
            attempts => (word, format!(", attempt {attempts}")),
        }
    }

    fn obstacles(&self, page: &mut String, task: &Task, graph: &Graph<'_>) {
        let row = graph.get(&task.id).filter(|row| row.status() == Status::Pending);
        let obstacles = row.map(|row| graph.obstacles(&row.summary(), self.now)).unwrap_or_default();
        let said: Vec<String> = obstacles.iter().map(crate::view::tasks::obstacle_text).collect();
        self.field(page, "Not ready", &said.join("\n"));
    }

    /// The commits on this history, and those that the ledger knows of besides: on other branches, or lost since.
    fn commits(&self, task: &Task) -> String {
        let repo = self.view.repo();
        let tip = repo.head().ok().and_then(|head| head.commit);
        // A history that cannot be read does not keep a task from being shown.
        let mut shown = on(repo, tip, task).unwrap_or_default();
        let known = task.commits.iter().filter_map(|known| ObjectId::from_hex(known.commit.as_bytes()).ok());
        let here: HashSet<ObjectId> = shown.iter().copied().collect();
        let known: Vec<ObjectId> = known.filter(|id| !here.contains(id)).collect();
        let lost: HashSet<ObjectId> = revwalk::lost(repo, &known).unwrap_or_default().into_iter().collect();
        shown.extend(known.iter().filter(|id| !lost.contains(*id)));
        let shown = shown.iter().map(|id| id.to_hex_with_len(12).to_string()).collect::<Vec<_>>().join(" ");
        match lost.len() {
            0 => shown,
            count => format!("{shown} (and {count} that no branch has any more)").trim_start().to_owned(),
        }
    }

    fn time(&self, task: &Task) -> String {
        let estimate = task.estimate.map(|seconds| format!("estimated {}", show_duration(seconds)));
        let spent = task.started_at.map(|_| {
            let gap = self.view.repo().settings().idle_gap();
            let (active, elapsed) = (active_time::active(task, gap, self.now), active_time::elapsed(task, self.now));
            format!("{} of work in {}", show_duration(active), show_duration(elapsed))
        });
        spent.into_iter().chain(estimate).collect::<Vec<_>>().join(", ")
    }

    fn text(&self, text: &Text) -> String {
        self.view.text(text)
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
            writeln!(page, "{label:<11} {painted}{}", sanitize::line(line)).unwrap_or_default();
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
            writeln!(page, "{}", self.style.strong(heading)).unwrap_or_default();
        }
        for line in sanitize::lines(text).lines() {
            writeln!(page, "    {line}").unwrap_or_default();
        }
    }
}

/// One point below another. Further lines of one stand further in, so that none of them passes for a point.
fn points(points: impl Iterator<Item = String>) -> String {
    points.map(|point| point.trim_end().replace('\n', "\n  ")).collect::<Vec<_>>().join("\n")
}

fn titled(graph: &Graph<'_>, id: &crate::domain::id::TaskId) -> String {
    match graph.get(id) {
        Some(row) => task_change::named(id, row.title()),
        None => format!("{id} (not in this ledger)"),
    }
}
