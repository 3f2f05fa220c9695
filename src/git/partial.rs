//! Partial clones: objects that are elsewhere, and that nothing here fetches.

use gix::ObjectId;

use super::repo::Repo;

/// Whether this clone may lack objects that a remote has promised.
pub fn is_partial(repo: &Repo) -> bool {
    let config = repo.gix().config_snapshot();
    let mut remotes = config.plumbing().sections_by_name("remote").into_iter().flatten();
    let is_promisor = |name: &gix::bstr::BStr| config.boolean(format!("remote.{name}.promisor").as_str()) == Some(true);
    config.string("extensions.partialClone").is_some()
        || remotes.any(|remote| remote.header().subsection_name().is_some_and(is_promisor))
}

/// How many of `ids` are not here.
pub fn missing(repo: &Repo, ids: impl Iterator<Item = ObjectId>) -> usize {
    ids.filter(|id| !repo.has(*id)).count()
}
