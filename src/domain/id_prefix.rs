//! From what a person typed to the task that is meant: the id itself, or any unique prefix of one.

use std::collections::HashMap;

use ulid::Ulid;

/// How many candidates or suggestions are worth listing.
const MAX_LISTED: usize = 10;

/// The result of resolving an id or prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved<'a> {
    /// Exactly one task matches.
    One(&'a str),
    /// Several tasks have this prefix.
    Ambiguous {
        /// The number of matching tasks.
        count: usize,
        /// The first few of them.
        candidates: Vec<&'a str>,
    },
    /// No task matches.
    Unknown {
        /// The most similar ids, best match first.
        nearest: Vec<&'a str>,
    },
}

/// Find `word` among `ids`, which may come in any order.
pub fn resolve<'a>(word: &str, ids: impl Iterator<Item = &'a str> + Clone) -> Resolved<'a> {
    let mut matching = Vec::new();
    for id in ids.clone().filter(|id| id.starts_with(word)) {
        if id == word {
            return Resolved::One(id);
        }
        matching.push(id);
    }
    match matching[..] {
        [only] if !word.is_empty() => Resolved::One(only),
        [] => Resolved::Unknown { nearest: nearest(word, ids) },
        _ => {
            let count = matching.len();
            matching.sort_unstable();
            matching.truncate(MAX_LISTED);
            Resolved::Ambiguous { count, candidates: matching }
        }
    }
}

/// The fewest characters of an id of an operation or a snapshot that are shown.
const SHORT: usize = 8;

/// N of `<log>@{N}`: the entry of a log of that name that N newer ones follow.
pub fn place(log: &str, word: &str) -> Option<usize> {
    word.strip_prefix(log)?.strip_prefix("@{")?.strip_suffix('}')?.parse().ok()
}

/// For each of `ids` the shortest beginning that no other one has, of at least eight characters.
pub fn short_ids(ids: impl Iterator<Item = Ulid>) -> HashMap<Ulid, String> {
    let mut sorted: Vec<Ulid> = ids.collect();
    sorted.sort_unstable();
    sorted.dedup();
    let texts: Vec<String> = sorted.iter().map(Ulid::to_string).collect();
    let common = |one: &str, other: &str| one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let shared: Vec<usize> = texts.windows(2).map(|two| common(&two[0], &two[1])).collect();
    let longest = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| shared.get(at));
        before.into_iter().chain(shared.get(at)).copied().max().unwrap_or(0)
    };
    let short = |(at, id): (usize, Ulid)| {
        let text = &texts[at];
        (id, text[..(longest(at) + 1).clamp(SHORT, text.len())].to_owned())
    };
    sorted.iter().copied().enumerate().map(short).collect()
}

/// The ids that `word` may have been meant to be.
fn nearest<'a>(word: &str, ids: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let lower = word.to_ascii_lowercase();
    let mut scored: Vec<(usize, &str)> = ids
        .map(|id| (strsim::damerau_levenshtein(&lower, &id.to_ascii_lowercase()), id))
        .filter(|(distance, _)| *distance <= (word.chars().count() / 3).max(1))
        .collect();
    scored.sort_unstable();
    scored.into_iter().take(3).map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_id_is_as_long_as_it_takes() {
        let ids = [Ulid::from_parts(1, 1), Ulid::from_parts(1, 2), Ulid::from_parts(1 << 40, 1)];
        let short = short_ids(ids.into_iter());
        assert_eq!(ids.map(|id| short[&id].len()), [26, 26, 8]);
        assert!(ids.iter().all(|id| id.to_string().starts_with(&short[id])));
    }

    #[test]
    fn exact_wins_over_prefix_and_unknown_suggests() {
        let ids = ["T-1", "T-10", "auth-login", "auth-logout"];
        let find = |word: &str| resolve(word, ids.into_iter());
        assert_eq!(find("T-1"), Resolved::One(ids[0]));
        assert_eq!(find("T-10"), Resolved::One(ids[1]));
        assert_eq!(find("auth-logi"), Resolved::One(ids[2]));
        assert_eq!(find("auth"), Resolved::Ambiguous { count: 2, candidates: vec![ids[2], ids[3]] });
        assert_eq!(find("auth-lgoin"), Resolved::Unknown { nearest: vec![ids[2], ids[3]] });
        assert_eq!(find("zzz"), Resolved::Unknown { nearest: vec![] });
        assert!(matches!(find(""), Resolved::Ambiguous { count: 4, .. }));
    }
}
