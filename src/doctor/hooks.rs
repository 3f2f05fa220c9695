//! The hooks: are they where git runs them?

use super::failed;
use crate::{git::Repo, hook::install, output::json::Check};

const NAME: &str = "hooks";

pub(super) fn checks(repo: &Repo) -> Vec<Check> {
    let found = match install::check(repo) {
        Ok(found) => found,
        Err(error) => return vec![failed(NAME, &error)],
    };
    if found.iter().all(install::Check::is_good) {
        return vec![Check::ok(NAME, "every hook is where git runs it")];
    }
    let bad = found.iter().filter(|check| !check.is_good());
    bad.map(|check| Check::warning(NAME, check.to_string(), check.hint().unwrap_or_default())).collect()
}
