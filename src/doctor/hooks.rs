//! The hooks: are they where git runs them?

use super::{Check, Finding};
use crate::{error::Hint, git::Repo, hook::install};

const NAME: &str = "hooks";

pub(super) fn checks(repo: &Repo) -> Vec<Check> {
    let found = match install::check(repo) {
        Ok(found) => found,
        Err(error) => return vec![Check::of(NAME, Err(error))],
    };
    if found.iter().all(install::Check::is_good) {
        return vec![Check::of(NAME, Ok(Finding::ok("every hook is installed where git runs it")))];
    }
    // One finding for all that have the same remedy.
    let mut bad: Vec<(Hint, Vec<String>)> = Vec::new();
    for (check, fix) in found.iter().filter_map(|check| Some((check, check.hint()?))) {
        match bad.iter_mut().find(|(known, _)| *known == fix) {
            Some((_, said)) => said.push(check.to_string()),
            None => bad.push((fix, vec![check.to_string()])),
        }
    }
    bad.into_iter().map(|(fix, said)| Check::of(NAME, Ok(Finding::warning(said.join("; "), fix)))).collect()
}
