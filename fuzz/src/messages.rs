//! Commit messages: trailers are put in without changing another byte, and no text of others becomes one.

use bstr::{BString, ByteSlice as _};
use git_agent::domain::{
    id::TaskId,
    squash::message::{self, Collapsed},
    trailer::{
        Rules,
        block::{self, Syntax, Trailer},
        insert::{Form, has_text, insert, same_text},
        scan,
    },
};

use super::Choices;

/// A message that a trailer is put into.
pub fn trailers(data: &[u8]) {
    let mut choices = Choices(data);
    let comment = ["#", ";", "//", "\u{a7}"][choices.below(4)];
    let known = if choices.below(2) == 0 { Vec::new() } else { vec!["Bug".into(), "Acked-by".into()] };
    let form = [Form::Edited, Form::Stripped, Form::Kept][choices.below(3)];
    let (syntax, rules) = (Syntax { comment: comment.into(), known }, Rules::default());
    let message = choices.0;

    let found = block::trailers(message, &syntax);
    assert!(found.iter().all(|trailer| !trailer.key.contains(&b'\n') && !trailer.value.contains(&b'\n')));
    let ids = block::ids(message, &rules, &syntax);
    same_text(message, data, &syntax);
    scan::ids(message, &rules);

    if message.contains(&0) {
        // git makes no such commit; it only reads them.
        return;
    }
    let wanted = Trailer { key: "Task-Id".into(), value: "t-fuzz".into() };
    let Some(made) = insert(message, std::slice::from_ref(&wanted), form, &syntax) else {
        let is_there = ids.iter().any(|id| id == "t-fuzz");
        let cut = form != Form::Kept;
        assert!(cut || is_there || !has_text(message, form, &syntax), "nothing is put in, and nothing was there");
        return;
    };
    let before = message.iter().zip(made.iter()).take_while(|(one, other)| one == other).count();
    let after = message.iter().rev().zip(made.iter().rev()).take_while(|(one, other)| one == other).count();
    assert!(before + after >= message.len(), "a byte of the message is another one");
    if form == Form::Kept {
        let now = block::ids(&made, &rules, &syntax);
        assert!(now.iter().any(|id| id == "t-fuzz"), "git does not find it in {:?}", &made[..made.len().min(500)]);
        assert!(
            ids.iter().all(|id| now.contains(id)),
            "{ids:?} became {now:?} in {:?}",
            &made[made.len().saturating_sub(300)..]
        );
        assert_eq!(insert(&made, &[wanted], form, &syntax), None, "it is put in twice");
    }
}

/// What a squash says of titles, decisions and messages of others.
pub fn squash(data: &[u8]) {
    let parts: Vec<&[u8]> = data.split(|byte| *byte == 0).collect();
    let text = |at: usize| parts.get(at).map(|part| part.to_str_lossy().into_owned()).unwrap_or_default();
    let rules = Rules::default();
    let (title, decisions) = (text(0), [(text(1), Some(text(2)))]);
    let commit = |(at, message): (usize, &&[u8])| Collapsed {
        commit: format!("{at:040x}"),
        message: BString::from(*message),
        subject: message.lines().next().unwrap_or_default().to_str_lossy().into_owned(),
        linked: if at == 0 { vec![TaskId::parse("t-1").expect("an id")] } else { Vec::new() },
        unlinked: Vec::new(),
    };
    let commits: Vec<Collapsed> = parts.iter().skip(3).enumerate().map(commit).collect();
    let proposal = message::propose(&title, &commits, &decisions, &rules);
    let wanted: Vec<Trailer> =
        message::tasks(&commits, &rules).into_iter().chain(message::others(&commits, &rules)).collect();
    let Some(whole) = message::compose(&proposal, "", &wanted) else { return };
    for trailer in block::trailers(&whole, &Syntax::default()) {
        let is_wanted = wanted.iter().any(|known| known.key.eq_ignore_ascii_case(&trailer.key));
        assert!(is_wanted, "{trailer:?} comes out of a text in {:?}", &whole[..whole.len().min(500)]);
    }
    let named = block::ids(&whole, &rules, &Syntax::default());
    let tasks = message::tasks(&commits, &rules);
    for id in named {
        assert!(tasks.iter().any(|task| rules.ids(&task.value).any(|known| known == id)), "{id} comes out of a text");
    }
    let subject = message::subject_of(&title, &rules);
    assert!(!subject.contains(['\n', '\r', '\u{1b}']), "{subject:?} is not one line");
    assert!(scan::ids(subject.as_bytes(), &rules).is_empty(), "{subject:?} names a task");
}
