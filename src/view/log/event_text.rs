//! Events in words, for people.

use crate::{
    domain::{
        event::{Edit, Payload},
        id::TaskId,
        text::Text,
        time::show_duration,
        words,
    },
    query::log::TaskEvent,
    store::ledger::View,
    view::{Style, oid, sanitize},
};

/// A function that colors a text.
pub type Tone = fn(Style, &str) -> String;

/// An event as text.
pub struct EventText {
    /// One character for the kind of event.
    pub mark: &'static str,
    /// The verb, in the past tense.
    pub verb: String,
    /// The color of the verb.
    pub tone: Tone,
    /// Its text; may have several lines.
    pub text: String,
}

/// `task_event` in words: of an edit the values before and after, and whether it was undone.
pub fn of(view: &View<'_>, task_event: &TaskEvent) -> EventText {
    let mut said = say(view, &task_event.event.payload);
    if let (Payload::Edit(edit), Some(was)) = (&task_event.event.payload, &task_event.was) {
        said.text = changed(view, edit, was);
    }
    if task_event.is_withdrawn {
        said.verb.push_str(" (undone)");
        said.tone = Style::faint;
    }
    said
}

/// `title: Fix logn -> Fix login`, one line for each field.
fn changed(view: &View<'_>, edit: &Edit, was: &Edit) -> String {
    let first = |text: &Text| {
        let text = view.text(text);
        let line = text.lines().next().unwrap_or_default().to_owned();
        if text.lines().nth(1).is_some() { format!("{line} …") } else { line }
    };
    let id = |parent: &Option<TaskId>| parent.as_ref().map(ToString::to_string);
    let number = |priority: u8| priority.to_string();
    let list = |words: &[String]| (!words.is_empty()).then(|| words.join(", "));
    let after = |was: &[String], add: &[String], gone: &[String]| {
        let mut words = was.to_vec();
        words::change(&mut words, add, gone, words::reference);
        list(&words)
    };
    let line = |name| {
        let (old, new) = match name {
            "title" => (was.title.clone(), edit.title.clone()),
            "description" => (was.description.as_ref().map(first), edit.description.as_ref().map(first)),
            "priority" => (was.priority.map(number), edit.priority.map(number)),
            "parent" => (was.parent.as_ref().and_then(id), edit.parent.as_ref().and_then(id)),
            "files" => (was.files.as_deref().and_then(list), edit.files.as_deref().and_then(list)),
            "acceptance" => (was.accept.as_ref().map(first), edit.accept.as_ref().map(first)),
            "estimate" => (was.estimate.map(show_duration), edit.estimate.map(show_duration)),
            "labels" => (list(&was.labels), after(&was.labels, &edit.labels, &edit.no_labels)),
            _ => (list(&was.refs), after(&was.refs, &edit.refs, &edit.no_refs)),
        };
        let [old, new] = [old, new].map(|text| text.unwrap_or_else(|| "none".to_owned()));
        format!("{name}: {old} -> {new}")
    };
    edit.fields().map(line).collect::<Vec<_>>().join("\n")
}

/// `payload` in words; long texts are fetched from `view`.
pub fn say(view: &View<'_>, payload: &Payload) -> EventText {
    let text = |text: &Text| view.text(text);
    let maybe = |reason: &Option<Text>| reason.as_ref().map(text).unwrap_or_default();
    let said = |mark, verb: &str, tone, text| EventText { mark, verb: verb.to_owned(), tone, text };
    let (plain, faint): (Tone, Tone) = (Style::plain, Style::faint);
    match payload {
        Payload::Create(_) => said("+", "added", plain, String::new()),
        Payload::Edit(edit) => said("~", "edited", faint, edit.fields().collect::<Vec<_>>().join(", ")),
        Payload::Tick(tick) if tick.off => said("·", "unticked", plain, tick.criteria.join("\n")),
        Payload::Tick(tick) => said("✓", "ticked", Style::good, tick.criteria.join("\n")),
        Payload::Start(_) => said("→", "started", Style::busy, String::new()),
        Payload::Pause(pause) => {
            let until = pause.until.map(|until| format!(" until {}", until.to_minute())).unwrap_or_default();
            said("=", &format!("paused{until}"), plain, maybe(&pause.reason))
        }
        Payload::Reopen(reason) => said("→", "reopened", Style::busy, maybe(&reason.reason)),
        Payload::Complete(complete) => {
            let value = complete.result.as_ref().map(|value| match value.as_str() {
                Some(text) => text.to_owned(),
                None => serde_json::to_string_pretty(value).unwrap_or_default(),
            });
            said("✓", "completed", Style::good, value.unwrap_or_else(|| maybe(&complete.stored)))
        }
        Payload::Fail(fail) => {
            let kind = fail.kind.as_ref().map(|kind| format!("[{kind}] ")).unwrap_or_default();
            said("✗", "failed", Style::bad, format!("{kind}{}", text(&fail.reason)))
        }
        Payload::Cancel(cancel) => {
            let original =
                cancel.duplicate_of.as_ref().map(|id| format!(" as a duplicate of {id}")).unwrap_or_default();
            said("–", &format!("cancelled{original}"), faint, maybe(&cancel.reason))
        }
        Payload::Claim(claim) if claim.steal => said("→", "taken over", Style::busy, maybe(&claim.reason)),
        Payload::Claim(_) => said("→", "claimed", plain, String::new()),
        Payload::Release(reason) => said("=", "released", faint, maybe(&reason.reason)),
        Payload::Block(block) => said("!", "blocked", Style::bad, text(&block.text)),
        Payload::Unblock(_) => said("·", "unblocked", plain, String::new()),
        Payload::Dep(dep) => {
            let list = |ids: &[_], head| {
                (!ids.is_empty())
                    .then(|| format!("{head} {}", ids.iter().map(TaskId::as_str).collect::<Vec<_>>().join(", ")))
            };
            let parts = [list(&dep.add, "now after"), list(&dep.remove, "no longer after")];
            said("~", "edited", faint, parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
        }
        Payload::Decide(decide) => {
            let why = decide.why.as_ref().map(|why| format!("\nbecause {}", text(why))).unwrap_or_default();
            said("•", "decided", Style::strong, format!("{}{why}", text(&decide.text)))
        }
        Payload::Note(note) => said("·", "noted", plain, text(&note.text)),
        Payload::Commit(commit) => said("·", "committed", faint, commit.commit.clone()),
        Payload::Link(link) if link.by == "user" => said("·", "linked", faint, format!("commit {}", link.commit)),
        Payload::Link(link) => said("·", "linked", faint, format!("commit {}, found by {}", link.commit, link.by)),
        Payload::Split(split) => {
            let what = sanitize::plural(split.events.len(), "event");
            said("⑂", "split", plain, format!("{what} moved to {}", split.to))
        }
        Payload::Unlink(unlink) => said("·", "unlinked", faint, format!("commit {}", unlink.commit)),
        Payload::Verify(verify) => {
            let (mark, verb, tone): (_, _, Tone) = match verify.exit {
                0 => ("✓", "verified", Style::good),
                _ => ("✗", "failed verification", Style::bad),
            };
            said(mark, verb, tone, format!("{} (exit code {})", text(&verify.command), verify.exit))
        }
        Payload::Rollback(rollback) => {
            said("↶", "rolled back", Style::busy, format!("to {} ({})", rollback.name, rollback.mode))
        }
        Payload::Squash(squash) => {
            let short = oid(&squash.commit);
            match squash.count {
                1 => said("⇊", "reworded", plain, format!("a commit, now {short}")),
                count => said("⇊", "squashed", plain, format!("{} into {short}", sanitize::plural(count, "commit"))),
            }
        }
        Payload::Undo(undo) => {
            let what = undo.of.as_deref().unwrap_or("rollback");
            said("↷", &format!("undid the {what}"), Style::busy, String::new())
        }
        Payload::Withdraw(withdraw) => {
            let verb = if withdraw.redo { "redid" } else { "undid" };
            said("↷", verb, Style::busy, withdraw.what.clone())
        }
        Payload::Unknown(kind) => said("·", kind, faint, String::new()),
    }
}
