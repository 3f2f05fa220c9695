//! The message of the commit that a squash creates.

use bstr::{BString, ByteSlice as _};

use crate::domain::{
    id::TaskId,
    rollback::message::{REVERTS, SNAPSHOT},
    text,
    trailer::{
        Rules,
        block::{self, Syntax, Trailer},
        insert::{Form, has_text, insert},
        reverts::{REVERTS_TASK, reverts},
        scan,
    },
};

/// Gerrit's name for a change: one commit has one.
const CHANGE_ID: &str = "Change-Id";

/// A commit to squash, with the parts of its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collapsed {
    /// The full commit id, in hex.
    pub commit: String,
    /// The complete commit message.
    pub message: BString,
    /// The subject: one line.
    pub subject: String,
    /// Tasks that the ledger links to it.
    pub linked: Vec<TaskId>,
    /// Tasks that the ledger unlinks from it, even if its message names them.
    pub unlinked: Vec<TaskId>,
}

impl Collapsed {
    fn is_unlinked(&self, id: &[u8]) -> bool {
        self.unlinked.iter().any(|other| other.as_str().as_bytes() == id)
    }
}

/// The proposed text: the title, the subjects of the commits, and the decisions.
///
/// The lists have bullets that no reading of trailers knows, and keep out of the final block whatever they say.
pub fn propose(title: &str, commits: &[Collapsed], decisions: &[(String, Option<String>)], rules: &Rules) -> BString {
    let mut text = BString::from(format!("{}\n", subject_of(title, rules)));
    let mut paragraph = |lines: Vec<String>| {
        if !lines.is_empty() {
            text.extend_from_slice(format!("\n{}\n", lines.join("\n")).as_bytes());
        }
    };
    paragraph(commits.iter().map(|commit| format!("- {}", one_line(&commit.subject))).collect());
    let decided = |(what, why): &(String, Option<String>)| {
        let why = why.as_ref().map(|why| format!(" because {}", one_line(why))).unwrap_or_default();
        format!("- Decided: {}{why}", one_line(what))
    };
    paragraph(decisions.iter().map(decided).collect());
    // As git writes it, which is what logs look for; the trailer is for programs.
    let reverts = others(commits, rules).into_iter().filter(|trailer| trailer.key == REVERTS);
    paragraph(reverts.map(|trailer| format!("This reverts commit {}.", trailer.value)).collect());
    // Who was named in the text of a message is named in the text of the new one, and no more than that.
    let in_block = tasks(commits, rules);
    let named = commits.iter().flat_map(|commit| {
        let ids = scan::ids(&commit.message, rules).into_iter();
        ids.filter(|id| !commit.is_unlinked(id))
    });
    let mut buried: Vec<BString> = Vec::new();
    for id in named.filter(|id| !in_block.iter().any(|known| known.value == *id)) {
        if !buried.contains(&id) {
            buried.push(id);
        }
    }
    paragraph(buried.iter().map(|id| format!("* {}: {id}", rules.key())).collect());
    text
}

/// `title`, which may be anyone's, as a subject that says nothing about tasks and reverts, whatever it says: as one line of
/// visible text, in quotes if a reader of messages, or `rebase --autosquash`, would
/// understand it.
pub fn subject_of(title: &str, rules: &Rules) -> String {
    let line = one_line(title);
    let is_for_git = ["fixup! ", "squash! ", "amend! "].iter().any(|word| line.starts_with(word));
    let says_something = !scan::ids(line.as_bytes(), rules).is_empty() || reverts(line.as_bytes()).next().is_some();
    if is_for_git || says_something { format!("\"{line}\"") } else { line }
}

fn one_line(text: &str) -> String {
    text::visible(&text.split_whitespace().collect::<Vec<_>>().join(" "), &[]).into_owned()
}

/// The trailers that name the tasks of `commits`, oldest first: those of their final blocks, under the keys that they have
/// there, and those that the ledger knows.
pub fn tasks(commits: &[Collapsed], rules: &Rules) -> Vec<Trailer> {
    let mut found: Vec<Trailer> = Vec::new();
    let mut add = |key: &[u8], id: &[u8]| {
        if !found.iter().any(|known| known.value == id) {
            found.push(Trailer { key: key.into(), value: id.into() });
        }
    };
    for commit in commits {
        for trailer in block::trailers(&commit.message, &Syntax::default()) {
            if rules.reads(&trailer.key) {
                let ids = rules.ids(&trailer.value).filter(|id| !commit.is_unlinked(id));
                ids.for_each(|id| add(&trailer.key, id));
            }
        }
        commit.linked.iter().for_each(|id| add(rules.key(), id.as_str().as_bytes()));
    }
    found
}

/// The other trailers of `commits`, oldest first, each once: who wrote and signed, what it fixes, what it reverts.
///
/// Left out is what is true of one commit only: the snapshot of a rollback, a second `Change-Id`, and reverts of what is
/// collapsed, too.
pub fn others(commits: &[Collapsed], rules: &Rules) -> Vec<Trailer> {
    let mut found: Vec<Trailer> = Vec::new();
    let mut add = |trailer: Trailer| {
        let is = |key: &str| trailer.key.eq_ignore_ascii_case(key.as_bytes());
        let same = |known: &Trailer| {
            known.key.eq_ignore_ascii_case(&trailer.key) && (known.value == trailer.value || is(CHANGE_ID))
        };
        if !found.iter().any(same) {
            found.push(trailer);
        }
    };
    let is_inside = |hex: &str| commits.iter().any(|commit| commit.commit.starts_with(&hex.to_ascii_lowercase()));
    for commit in commits {
        let block = block::trailers(&commit.message, &Syntax::default());
        let is = |trailer: &Trailer, key: &str| trailer.key.eq_ignore_ascii_case(key.as_bytes());
        let named =
            block.iter().filter(|trailer| is(trailer, REVERTS)).filter_map(|trailer| trailer.value.to_str().ok());
        let said: Vec<&str> = reverts(&commit.message).chain(named).collect();
        let reverts_inside = !said.is_empty() && said.iter().all(|hex| is_inside(hex));
        for trailer in &block {
            let is_url = trailer.value.starts_with(b"//");
            let is_of_one =
                is(trailer, REVERTS) || is(trailer, SNAPSHOT) || reverts_inside && is(trailer, REVERTS_TASK);
            if !rules.reads(&trailer.key) && !is_url && !is_of_one {
                // Several lines are one trailer, and stay that.
                let value = match trailer.value.to_str() {
                    Ok(value) => BString::from(&*text::visible(value, &['\n', '\r', '\t'])),
                    Err(_) => trailer.value.clone(),
                };
                add(Trailer { key: trailer.key.clone(), value });
            }
        }
        for hex in said.into_iter().filter(|hex| !is_inside(hex)) {
            add(Trailer { key: REVERTS.into(), value: hex.into() });
        }
    }
    found
}

/// `text` with `prefix` before its subject (unless it is there), and with `trailers` in its final block; `None` if it says
/// nothing.
pub fn compose(text: &[u8], prefix: &str, trailers: &[Trailer]) -> Option<BString> {
    let prefix = text::prefix(prefix);
    if !says_something(text, trailers) {
        return None;
    }
    let head = if text.starts_with(prefix.as_bytes()) { "" } else { prefix.as_str() };
    let mut message = BString::from([head.as_bytes(), text.trim_end()].concat());
    message.extend_from_slice(if text.contains_str("\r\n") { b"\r\n" } else { b"\n" });
    Some(insert(&message, trailers, Form::Kept, &Syntax::default()).unwrap_or(message))
}

/// Whether there is more than `trailers`: they are what is left when the text is deleted.
fn says_something(text: &[u8], trailers: &[Trailer]) -> bool {
    let is_one = |line: &[u8]| {
        let trailer = block::trailers(&[b"x\n\n", line].concat(), &Syntax::default());
        trailer.first().is_some_and(|found| trailers.iter().any(|known| known.key.eq_ignore_ascii_case(&found.key)))
    };
    has_text(text, Form::Kept, &Syntax::default()) && text.lines().any(|line| !line.trim().is_empty() && !is_one(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(hex: &str, message: &str) -> Collapsed {
        Collapsed {
            commit: hex.repeat(40),
            message: message.into(),
            subject: message.lines().next().unwrap_or_default().into(),
            linked: Vec::new(),
            unlinked: Vec::new(),
        }
    }

    fn shown(trailers: &[Trailer]) -> Vec<String> {
        trailers.iter().map(|trailer| format!("{}: {}", trailer.key, trailer.value)).collect()
    }

    #[test]
    fn the_proposal_lists_commits_and_decisions_and_keeps_out_of_the_block() {
        let commits = [commit("a", "one\n\nTask-Id: t-1\n"), commit("b", "Task-Id: u\n\nTask-Id: t-1\n")];
        let decisions = [("no\nwidgets".to_owned(), Some("they phone home".to_owned())), ("Tabs".to_owned(), None)];
        let rules = Rules::default();
        let text = propose("Login", &commits, &decisions, &rules);
        let message = compose(&text, "[x] ", &tasks(&commits, &rules)).unwrap();
        assert_eq!(
            message,
            "[x] Login\n\n- one\n- Task-Id: u\n\n- Decided: no widgets because they phone home\n- Decided: Tabs\n\n\
             * Task-Id: u\n\nTask-Id: t-1\n"
        );
        assert_eq!(block::ids(&message, &rules, &Syntax::default()), ["t-1"]);
        assert_eq!(scan::ids(&message, &rules), ["u", "t-1"]);
    }

    #[test]
    fn tasks_keep_their_keys_and_come_once() {
        let rules = Rules::new(["Task-Id", "Bug"]);
        let linked = Collapsed { linked: vec![TaskId::parse("v").unwrap()], ..commit("c", "three\n") };
        let commits = [
            commit("a", "one\n\nBug: 7\nTask-Id: t-1\n"),
            commit("b", "two\r\n\r\nTask-Id: t-1\r\nTask-Id: u\r\n"),
            linked,
        ];
        assert_eq!(shown(&tasks(&commits, &rules)), ["Bug: 7", "Task-Id: t-1", "Task-Id: u", "Task-Id: v"]);
    }

    #[test]
    fn what_is_true_of_the_whole_is_kept_and_what_is_true_of_a_part_goes() {
        let (b, c) = ("b".repeat(40), "c".repeat(40));
        let commits = [
            commit("a", "one\n\nTask-Id: t\nSigned-off-by: A <a@b>\nChange-Id: I1\nhttps://e.com/x\n"),
            commit("b", "two\n\nTask-Id: t\nsigned-off-by: A <a@b>\nCo-authored-by: B <b@b>\nChange-Id: I2\n"),
            commit("d", &format!("Revert\n\nThis reverts commit {b}.\n\nTask-Id: t\nReverts-Task: t\n")),
            commit("e", &format!("Revert\n\nThis reverts commit {c}.\n\nTask-Id: t\nReverts-Task: u\n")),
            commit("f", &format!("Back\n\nTask-Id: t\nReverts: {b}\nAgent-Rollback: 01J\n")),
        ];
        assert_eq!(
            shown(&others(&commits, &Rules::default())),
            [
                "Signed-off-by: A <a@b>",
                "Change-Id: I1",
                "Co-authored-by: B <b@b>",
                "Reverts-Task: u",
                &format!("Reverts: {c}")
            ]
        );
    }

    #[test]
    fn a_message_without_text_is_none() {
        let trailers = [Trailer { key: "Task-Id".into(), value: "t".into() }];
        for empty in ["", "\n\n", "Signed-off-by: A <a@b>\n", "Task-Id: t\n", "Task-Id: t\n\nTask-Id: u\n\n"] {
            assert_eq!(compose(empty.as_bytes(), "", &trailers), None, "{empty:?}");
        }
        assert_eq!(compose(b"fix: x", "", &trailers).unwrap(), "fix: x\n\nTask-Id: t\n");
    }
}
