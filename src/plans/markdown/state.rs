//! What a title says of where its task stands: `Phase 1: Setup ✅ COMPLETE`. It is not part of the name, which stays when the state changes.

use crate::domain::status::Status;

/// Pictures that stand for a state.
const SIGNS: [(Status, &str); 5] = [
    (Status::Completed, "✅✔✓☑🎉"),
    (Status::InProgress, "🚧🔄⏳"),
    (Status::Failed, "❌✗"),
    (Status::Pending, "⏸⬜"),
    (Status::Cancelled, "⏭"),
];

/// Words that stand for a state, in small letters.
const WORDS: [(Status, &[&str]); 5] = [
    (Status::Completed, &["complete", "completed", "done", "finished", "passed", "verified", "shipped", "merged"]),
    (Status::InProgress, &["in progress", "wip"]),
    (Status::Failed, &["failed"]),
    (Status::Pending, &["pending", "not started", "todo", "blocked", "deferred"]),
    (Status::Cancelled, &["skipped", "cancelled"]),
];

fn sign(c: char) -> Option<Status> {
    SIGNS.iter().find(|(_, signs)| signs.contains(c)).map(|(state, _)| *state)
}

/// `title` without what it says of a state, and the state.
pub(super) fn split(title: &str) -> (&str, Option<Status>) {
    let (mut rest, mut found) = (title, None);
    while let Some((before, state)) = last(rest).or_else(|| first(rest)) {
        let before = before.trim();
        if before.is_empty() {
            break;
        }
        // The word says more than the picture in front of it.
        found = found.or(Some(state));
        rest = before;
    }
    (rest, found)
}

/// What stands before the state at the end of `title`.
fn last(title: &str) -> Option<(&str, Status)> {
    let bare = title.trim_end_matches([' ', '*', '_', '\u{fe0f}']);
    let mut chars = bare.chars();
    if let Some(state) = chars.next_back().and_then(sign) {
        return Some((parted(chars.as_str()), state));
    }
    if let Some(inner) = bare.strip_suffix([')', ']']) {
        let open = inner.rfind(['(', '['])?;
        return Some((parted(&inner[..open]), word(&inner[open + 1..])?));
    }
    let parts = bare.rsplit_once([' ', '\u{a0}'])?;
    let two = parts.0.trim_end().rsplit_once(' ').map(|(before, _)| before);
    [Some(parts.0), two].into_iter().flatten().find_map(|before| {
        let said = bare[before.len()..].trim_matches(|c: char| !c.is_alphanumeric());
        let parted = before.trim_end().trim_end_matches('\u{fe0f}');
        let is_told = said.chars().all(|c| !c.is_lowercase())
            || parted.ends_with(['-', '–', '—', '|', '→'])
            || parted.ends_with(|c| sign(c).is_some());
        let state = word(said).filter(|_| is_told)?;
        Some((self::parted(before), state))
    })
}

/// What stands behind the state at the beginning of `title`.
fn first(title: &str) -> Option<(&str, Status)> {
    let mut chars = title.chars();
    let state = chars.next().and_then(sign)?;
    Some((chars.as_str().trim_start_matches('\u{fe0f}'), state))
}

/// `before` without what parts it from the state behind it.
fn parted(before: &str) -> &str {
    balanced(balanced(before).trim_end_matches(['-', '–', '—', '|', ':', '→', ' ']))
}

/// `before` without the stars that began to embrace what is cut off.
fn balanced(before: &str) -> &str {
    let bare = before.trim_end();
    match bare.matches("**").count() % 2 {
        1 => bare.strip_suffix("**").unwrap_or(bare),
        _ => bare,
    }
}

fn word(said: &str) -> Option<Status> {
    let plain = said.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace(['-', '_'], " ");
    WORDS.iter().find(|(_, words)| words.contains(&plain.as_str())).map(|(state, _)| *state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_no_part_of_the_name() {
        for (title, name, state) in [
            ("Phase 1: Setup ✅ COMPLETE", "Phase 1: Setup", Some(Status::Completed)),
            ("Phase 1: Setup ✅", "Phase 1: Setup", Some(Status::Completed)),
            ("✅ Phase 1: Setup", "Phase 1: Setup", Some(Status::Completed)),
            ("Phase 1: Setup - COMPLETED", "Phase 1: Setup", Some(Status::Completed)),
            ("Phase 1: Setup — Done ✔\u{fe0f}", "Phase 1: Setup", Some(Status::Completed)),
            ("Phase 1: Setup (in progress)", "Phase 1: Setup", Some(Status::InProgress)),
            ("Phase 1: Setup **[DONE]**", "Phase 1: Setup", Some(Status::Completed)),
            ("Phase 1: Setup **✅ COMPLETE**", "Phase 1: Setup", Some(Status::Completed)),
            ("Phase 1: Setup — ✅ DONE", "Phase 1: Setup", Some(Status::Completed)),
            ("Phase 1: Setup | ✅", "Phase 1: Setup", Some(Status::Completed)),
            ("Phase 1: Setup - (done)", "Phase 1: Setup", Some(Status::Completed)),
            ("Phase 1: Setup: **✅ Done**", "Phase 1: Setup", Some(Status::Completed)),
            ("Login (new)", "Login (new)", None),
            ("Say when it is done", "Say when it is done", None),
            ("User Story 1 🎯 MVP", "User Story 1 🎯 MVP", None),
            ("✅", "✅", None),
        ] {
            assert_eq!(split(title), (name, state), "{title}");
        }
    }
}
