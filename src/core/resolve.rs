//! From what a person typed to the task that is meant: the id itself, or any unique prefix of one.

use super::id::TaskId;

/// How many candidates or suggestions are worth listing.
const MAX_LISTED: usize = 10;

/// What a word may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved<'a> {
    /// Exactly one task.
    One(&'a TaskId),
    /// Several tasks begin like that; the first few of `count`.
    Ambiguous {
        /// How many.
        count: usize,
        /// The first of them.
        candidates: Vec<&'a TaskId>,
    },
    /// No task does; these are close to it.
    Unknown {
        /// Nearest first.
        nearest: Vec<&'a TaskId>,
    },
}

/// Find `word` among `ids`, which must be sorted.
pub fn resolve<'a>(word: &str, ids: impl Iterator<Item = &'a TaskId> + Clone) -> Resolved<'a> {
    let mut matching = Vec::new();
    let mut count = 0;
    for id in ids.clone().filter(|id| id.as_str().starts_with(word)) {
        if id.as_str() == word {
            return Resolved::One(id);
        }
        count += 1;
        if matching.len() < MAX_LISTED {
            matching.push(id);
        }
    }
    match matching[..] {
        [only] if !word.is_empty() => Resolved::One(only),
        [] => Resolved::Unknown { nearest: nearest(word, ids) },
        _ => Resolved::Ambiguous { count, candidates: matching },
    }
}

/// The ids that `word` may have been meant to be.
fn nearest<'a>(word: &str, ids: impl Iterator<Item = &'a TaskId>) -> Vec<&'a TaskId> {
    let lower = word.to_ascii_lowercase();
    let mut scored: Vec<(usize, &TaskId)> = ids
        .map(|id| (strsim::damerau_levenshtein(&lower, &id.as_str().to_ascii_lowercase()), id))
        .filter(|(distance, _)| *distance <= (word.chars().count() / 3).max(1))
        .collect();
    scored.sort_unstable();
    scored.into_iter().take(3).map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_wins_over_prefix_and_unknown_suggests() {
        let ids: Vec<TaskId> = ["T-1", "T-10", "auth-login", "auth-logout"].map(|id| TaskId::parse(id).unwrap()).into();
        let find = |word: &str| resolve(word, ids.iter());
        assert_eq!(find("T-1"), Resolved::One(&ids[0]));
        assert_eq!(find("T-10"), Resolved::One(&ids[1]));
        assert_eq!(find("auth-logi"), Resolved::One(&ids[2]));
        assert_eq!(find("auth"), Resolved::Ambiguous { count: 2, candidates: vec![&ids[2], &ids[3]] });
        assert_eq!(find("auth-lgoin"), Resolved::Unknown { nearest: vec![&ids[2], &ids[3]] });
        assert_eq!(find("zzz"), Resolved::Unknown { nearest: vec![] });
        assert!(matches!(find(""), Resolved::Ambiguous { count: 4, .. }));
    }
}
