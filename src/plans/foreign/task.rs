//! One task as another tool writes it as JSON: whatever it is called, and whatever it may contain.
//!
//! Each key has a role, and so each value a place here. What has none is counted.

use serde_json::Value;

use super::{
    keys::{Role, role},
    words,
};
use crate::{
    domain::{
        id::TaskId,
        status::Status,
        text::{InvalidText, one_line},
        time::parse_duration,
        words as domain_words,
    },
    plans::{
        check::{self, shown},
        item::{Failed, Parent, Rough, Word},
        left::Reading,
        node::{Node, What},
        size,
    },
};

/// How the tasks of one tool are read.
#[derive(Clone, Copy)]
pub(super) struct Tool {
    /// What a remark about it begins with.
    pub name: &'static str,
    /// Ids are numbers of the moment.
    pub has_no_ids: bool,
    /// Categories are features, and no remarks.
    pub has_categories: bool,
    /// A task that does not say where it stands is pending, not what its parts make of it.
    pub is_flat: bool,
}

/// Read the task that `node` is. Its `parent` is set if it names one, its label is the number that it has for an id.
pub(super) fn read(node: &Node<'_>, tool: Tool, reading: &mut Reading) -> Option<Rough> {
    let one;
    let entries = match &node.what {
        What::Table(entries) => entries.as_slice(),
        What::Text(_) => {
            one = [("title".into(), node.clone())];
            one.as_slice()
        }
        _ => {
            reading.leave(node.at, "an entry that is not a task is skipped");
            return None;
        }
    };
    let mut found: Vec<((usize, Role), &str, &Node<'_>)> = Vec::new();
    for (key, value) in entries.iter().filter(|(_, value)| value.what != What::Nothing) {
        let plain: String = key.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).collect::<String>().to_lowercase();
        match role(&plain) {
            Some(role) => found.push((role, key.as_ref(), value)),
            None if super::lists::is_parts(key, value) || words::text(value).is_empty() => {}
            None => {
                reading.leave(value.at, format!("the key '{}' is not supported", shown(key, 40)));
            }
        }
    }
    found.sort_by_key(|((place, _), ..)| *place);
    let mut task = Taken { rough: Rough { at: node.at, is_foreign: true, ..Rough::default() }, ..Taken::default() };
    for ((_, role), key, value) in found {
        task.take(role, key, value, tool, reading);
    }
    task.finish(node, tool, reading)
}

/// A task while its keys are taken one by one.
#[derive(Default)]
struct Taken {
    rough: Rough,
    title_at: Option<usize>,
    description: Vec<String>,
    accept: Vec<String>,
    about: Vec<String>,
    done: Option<bool>,
    is_begun: bool,
    is_blocked: bool,
    result: Option<String>,
    failures: Vec<String>,
}

impl Taken {
    fn take(&mut self, role: Role, key: &str, value: &Node<'_>, tool: Tool, reading: &mut Reading) {
        let node_at = self.rough.at;
        let content = &mut self.rough.content;
        match role {
            Role::Title if content.title.is_empty() => {
                let (title, whole) = reading.line(value.at, &words::text(value));
                content.title = title;
                self.description.extend(whole);
                self.title_at = Some(value.at);
            }
            Role::Title => self.about.extend(about(key, value, reading)),
            Role::Description => section(&mut self.description, key, value, reading),
            Role::Accept => section(&mut self.accept, key, value, reading),
            Role::Status => self.status(value, tool, reading),
            Role::Done => match words::flag(value) {
                Some(done) => {
                    self.done = Some(self.done.unwrap_or(true) && done);
                    self.is_begun |= done;
                }
                None => reading.leave(value.at, format!("'{key}' is neither true nor false: treated as not done")),
            },
            Role::Begun => self.is_begun |= words::flag(value).unwrap_or_default(),
            Role::Priority => match words::priority(value) {
                Some((priority, is_beyond)) => {
                    content.priority = Some(priority);
                    if is_beyond {
                        reading.leave(value.at, "a priority above 4 is treated as 4, the lowest");
                    }
                }
                None => self.unknown("priority", value, reading),
            },
            Role::Note => {
                let is_plain = matches!(key, "notes" | "note" | "comments");
                for text in each(value) {
                    let author = text.get("author").filter(|_| key == "comments").map(words::text);
                    let said = match (&author, text.get("text")) {
                        (Some(_), Some(said)) => words::text(said),
                        _ => words::text(text),
                    };
                    let prefix = author.or_else(|| (!is_plain).then(|| key.to_owned()));
                    if !said.is_empty() {
                        let note = prefix.map_or_else(|| said.clone(), |prefix| format!("{prefix}: {said}"));
                        content.notes.push(reading.lines(text.at, &note));
                    }
                }
            }
            Role::Files => self.files(value, reading),
            Role::Blockers => {
                for text in each(value) {
                    let (line, whole) = reading.line(text.at, &words::text(text));
                    content.notes.extend(whole);
                    if !line.is_empty() && !content.blockers.contains(&line) {
                        content.blockers.push(line);
                    }
                }
            }
            Role::Result => self.result = Some(reading.lines(value.at, &words::text(value))),
            Role::Failure => self.failures.push(reading.lines(value.at, &words::text(value))),
            Role::After => {
                for named in each(value) {
                    self.after(named, reading);
                }
            }
            Role::Before => {
                let words = each(value).iter().map(|named| Word { at: named.at, text: words::text(named) });
                reading.before.extend(words.filter(|word| !word.text.is_empty()).map(|word| (node_at, word)));
            }
            Role::Parent => self.parent(value),
            Role::Estimate(unit) => {
                let seconds = match &value.what {
                    What::Number(number) => number.parse::<f64>().ok().map(|number| number * unit as f64),
                    What::Text(text) => parse_duration(text).map(|seconds| seconds as f64),
                    _ => None,
                };
                match seconds.filter(|seconds| (0.0..1e15).contains(seconds)) {
                    Some(seconds) => content.estimate = Some(seconds as u64).filter(|seconds| *seconds > 0),
                    None => self.about.extend(about(key, value, reading)),
                }
            }
            Role::Labels => {
                let labels = content.labels.get_or_insert_default();
                take_words(labels, "label", key, value, domain_words::label, &mut self.about, reading);
            }
            Role::Refs => {
                let refs = content.refs.get_or_insert_default();
                take_words(refs, "reference", key, value, domain_words::reference, &mut self.about, reading);
            }
            Role::About("category") if tool.has_categories => {}
            // What every issue is need not be said.
            Role::About("type") if words::text(value) == "task" => {}
            Role::About(name) => self.about.extend(about(name, value, reading)),
            Role::Outer | Role::Derived => {}
        }
    }

    fn status(&mut self, value: &Node<'_>, tool: Tool, reading: &mut Reading) {
        match words::status(&words::text(value)) {
            Some((status, is_blocked)) => {
                self.rough.content.status = Some(status);
                self.is_blocked |= is_blocked;
            }
            None => {
                self.rough.content.status = Some(Status::Pending);
                self.unknown("status", value, reading);
            }
        }
        if self.is_blocked {
            let place = if tool.name == "plan" { "the plan" } else { tool.name };
            self.rough.content.blockers.push(format!("{} in {place}", words::text(value)));
        }
    }

    /// A word that means nothing here stays as a remark.
    fn unknown(&mut self, what: &str, value: &Node<'_>, reading: &mut Reading) {
        let word = words::text(value);
        if !word.is_empty() {
            reading.leave(value.at, format!("unknown {what} '{}': kept as a note", shown(&word, 40)));
            self.about.extend(about(what, value, reading));
        }
    }

    fn files(&mut self, value: &Node<'_>, reading: &mut Reading) {
        let files = self.rough.content.files.get_or_insert_default();
        for path in each(value) {
            match check::path(path.at, &words::text(path)) {
                Ok(file) if files.contains(&file) => {}
                Ok(file) => files.push(file),
                Err(wrong) => reading.leave(path.at, format!("{}: it is skipped", wrong.what)),
            }
        }
        if !size::files_fit(files) {
            reading.leave(value.at, "more files than one task can name: the last ones are dropped");
            while !size::files_fit(files) {
                files.truncate(files.len() / 2);
            }
        }
    }

    /// A task that this one comes after, or has another relation to.
    fn after(&mut self, named: &Node<'_>, reading: &mut Reading) {
        let on = ["depends_on_id", "id", "task", "title"].iter().find_map(|key| named.get(key)).unwrap_or(named);
        let text = words::text(on);
        if text.is_empty() {
            return;
        }
        let kind = named.get("type").map_or_else(|| "blocks".to_owned(), words::text);
        let word = Word { at: on.at, text };
        match kind.as_str() {
            // A task of another repository.
            _ if word.text.starts_with("external:") => self.about.push(format!("{kind} {}", word.text)),
            "blocks" | "" => self.rough.after.get_or_insert_default().push(word),
            "parent-child" | "parent" if self.rough.parent == Parent::Unsaid => {
                self.rough.parent = Parent::Named(word);
            }
            other => self.about.push(reading.lines(named.at, &format!("{other} {}", word.text))),
        }
    }

    fn parent(&mut self, value: &Node<'_>) {
        let text = words::text(value);
        if self.rough.parent == Parent::Unsaid && !text.is_empty() {
            self.rough.parent = Parent::Named(Word { at: value.at, text });
        }
    }

    fn finish(mut self, node: &Node<'_>, tool: Tool, reading: &mut Reading) -> Option<Rough> {
        let content = &mut self.rough.content;
        if content.title.is_empty() {
            // A text that is all there is: its first line is the title.
            let whole = std::mem::take(&mut self.description);
            let first = whole.first().and_then(|text| text.lines().next()).unwrap_or_default();
            let (title, _) = reading.line(node.at, first);
            content.title = title;
            if content.title.is_empty() {
                // A group may have nothing but the name of its kind.
                let mut named = "phase milestone epic sprint section category area component module group".split(' ');
                let group = named.find_map(|key| Some((key, node.get(key)?))).filter(|_| super::lists::has_parts(node));
                if let Some((key, value)) = group {
                    let said = words::text(value);
                    let is_number = said.chars().all(|c| c.is_ascii_digit());
                    let title =
                        if is_number { format!("{}{} {said}", key[..1].to_uppercase(), &key[1..]) } else { said };
                    content.title = reading.line(value.at, &title).0;
                    self.about.retain(|about| !about.starts_with(&format!("{key} ")));
                }
            }
            let is_all = whole.len() == 1 && whole[0].trim() == content.title;
            self.description = if is_all { Vec::new() } else { whole };
        }
        if self.rough.content.title.is_empty() {
            if super::lists::has_parts(node) {
                return None;
            }
            reading.leave(node.at, "a task without a title is skipped");
            return None;
        }
        let content = &mut self.rough.content;
        let join = |parts: Vec<String>| (!parts.is_empty()).then(|| parts.join("\n\n"));
        content.description = join(std::mem::take(&mut self.description));
        content.accept = join(std::mem::take(&mut self.accept));
        let told = match (self.done, self.is_begun) {
            // Begun, says one flag, and not done, says another.
            (Some(true), _) => Some(Status::Completed),
            (_, true) => Some(Status::InProgress),
            (Some(false), _) => Some(Status::Pending),
            (None, false) => tool.is_flat.then_some(Status::Pending),
        };
        content.status = content.status.or(told);
        if let Some(result) = self.result.take().filter(|result| !result.is_empty()) {
            match content.status {
                Some(Status::Completed) if result == "cancelled" => content.status = Some(Status::Cancelled),
                Some(Status::Completed) => content.result = Some(Value::String(result)),
                _ => content.notes.push(format!("result: {result}")),
            }
        }
        for reason in std::mem::take(&mut self.failures).into_iter().filter(|reason| !reason.is_empty()) {
            match content.status {
                Some(Status::Failed) => content.failures.push(Failed { reason, kind: None }),
                _ => content.notes.push(format!("failure: {reason}")),
            }
        }
        if self.is_blocked && content.blockers.len() > 1 {
            // What blocks it says more than that something does.
            content.blockers.remove(0);
        }
        if !self.about.is_empty() {
            let at = content.notes.len().min(usize::from(node.get("notes").is_some()));
            content.notes.insert(at, format!("{}: {}", tool.name, self.about.join("; ")));
        }
        if !tool.has_no_ids {
            self.id(node, reading);
        }
        Some(self.rough)
    }

    /// A text is an id, if it can be one; a number is what references call the task.
    fn id(&mut self, node: &Node<'_>, reading: &mut Reading) {
        let Some(id) = node.get("id") else { return };
        let text = words::text(id);
        if id.numeral().is_some() {
            self.rough.label = Some(text);
        } else if TaskId::parse(&text).is_ok() {
            self.rough.is_numbered = text.ends_with(|c: char| c.is_ascii_digit());
            self.rough.id = Some(Word { at: id.at, text });
        } else if one_line(&text).is_ok() {
            reading.leave(id.at, "an invalid id is replaced");
            self.rough.name = Some(text.clone());
            self.rough.label = Some(text);
        }
    }
}

/// The members of a list, or the one value that is there.
fn each<'n, 't>(value: &'n Node<'t>) -> &'n [Node<'t>] {
    match &value.what {
        What::List(items) => items,
        _ => std::slice::from_ref(value),
    }
}

/// Add the members of `value` to `taken`; what cannot be one stays as a remark.
fn take_words(
    taken: &mut Vec<String>,
    what: &str,
    key: &str,
    value: &Node<'_>,
    check: fn(&str) -> Result<String, InvalidText>,
    remarks: &mut Vec<String>,
    reading: &mut Reading,
) {
    // Issues of forges have objects with names.
    let texts = each(value)
        .iter()
        .map(|node| (node, words::text(node.get("name").unwrap_or(node))))
        .filter(|(_, text)| !text.is_empty());
    for (node, text) in texts {
        // A list in one text has commas.
        let parts = if what == "label" { text.split(',').collect() } else { vec![text.as_str()] };
        for part in parts.into_iter().filter(|part| !part.trim().is_empty()) {
            match check(part) {
                Ok(word) if taken.contains(&word) => {}
                Ok(word) => taken.push(word),
                Err(why) => {
                    reading.leave(node.at, format!("a {what} is kept as a note: {why}"));
                    remarks.push(format!("{key} {}", reading.lines(node.at, &part.replace('\n', " "))));
                }
            }
        }
    }
}

/// Add what `key` says to a text: the first words as they are, others below a heading.
fn section(text: &mut Vec<String>, key: &str, value: &Node<'_>, reading: &mut Reading) {
    let said = reading.lines(value.at, &words::text(value));
    if said.is_empty() {
        return;
    }
    let is_plain = matches!(key, "description" | "body" | "steps") || key.starts_with("accept");
    if text.is_empty() && (is_plain || key == "testStrategy" || key == "verification") {
        text.push(said);
    } else {
        let mut name = key.replace('_', " ");
        name[..1].make_ascii_uppercase();
        text.push(format!("## {name}\n\n{said}"));
    }
}

fn about(name: &str, value: &Node<'_>, reading: &mut Reading) -> Option<String> {
    let text = reading.lines(value.at, &words::text(value).replace('\n', ", "));
    (!text.is_empty()).then(|| format!("{name} {text}"))
}
