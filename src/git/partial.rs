//! Partial clones: objects that are at a remote, which has promised to keep them.
//!
//! gix fetches none of them by itself. Nothing here does, either, but [`bring`], which is for our own ledger: git's commands for
//! notes would fetch those objects, too (`partial-clone` in git's technical documentation).

use gix::{
    ObjectId,
    objs::{CommitRef, Kind},
};

use super::repo::Repo;
use crate::error::{Context as _, Error, Result, codes};

/// Trees can hide what is below them: so often is looked again.
const ROUNDS: usize = 50;

/// The remote that has promised what this clone may lack; `None` if the clone is complete.
pub fn promisor(repo: &Repo) -> Option<String> {
    let config = repo.gix().config_snapshot();
    if let Some(name) = config.string("extensions.partialClone") {
        return Some(name.to_string());
    }
    let mut remotes = config.plumbing().sections_by_name("remote").into_iter().flatten();
    let is_promisor =
        |name: &&gix::bstr::BStr| config.boolean(format!("remote.{name}.promisor").as_str()) == Some(true);
    remotes.find_map(|remote| remote.header().subsection_name().filter(is_promisor).map(ToString::to_string))
}

/// Whether this clone may lack objects that a remote has promised.
pub fn is_partial(repo: &Repo) -> bool {
    promisor(repo).is_some()
}

/// How many of `ids` are not here.
pub fn missing(repo: &Repo, ids: impl Iterator<Item = ObjectId>) -> usize {
    ids.filter(|id| !repo.has(*id)).count()
}

/// Fetch everything of the tree that is `of`, or of the commit, that is not here; nothing in a clone that is complete.
///
/// # Errors
///
/// `not-fetched` when the remote does not answer, or has lost what it promised. `GIT_NO_LAZY_FETCH` forbids it, as it does to git.
pub fn bring(repo: &Repo, of: ObjectId) -> Result<()> {
    let Some(remote) = promisor(repo) else { return Ok(()) };
    let root = tree(repo, of)?;
    let mut before = Vec::new();
    for _ in 0..ROUNDS {
        let missing = missing_below(repo, root)?;
        if missing.is_empty() {
            return Ok(());
        }
        let failed = |why: &str| {
            let message = format!("the ledger needs objects that this partial clone has only at '{remote}', and {why}");
            Error::new(codes::NOT_FETCHED, message).hint(format!("'git fetch {remote}' shows whether it responds"))
        };
        if std::env::var_os("GIT_NO_LAZY_FETCH").is_some_and(|value| value != "0" && !value.is_empty()) {
            return Err(failed("GIT_NO_LAZY_FETCH forbids fetching them"));
        }
        if missing == before {
            return Err(failed("it has lost them"));
        }
        // As git itself fetches them (`fetch_objects` in git's promisor-remote.c).
        let words = ["--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--recurse-submodules=no"];
        let words = words.into_iter().chain(["--filter=blob:none", "--stdin"]);
        let fetch = repo.git().args(["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", &remote]).args(words);
        fetch
            .stdin(missing.join("\n").into_bytes())
            .run()
            .map_err(|error| failed("cannot fetch them").because(error))?;
        before = missing;
    }
    Ok(())
}

/// The tree that `of` is or has; it need not be here.
fn tree(repo: &Repo, of: ObjectId) -> Result<ObjectId> {
    if !repo.has(of) || repo.header(of)?.0 != Kind::Commit {
        return Ok(of);
    }
    let bytes = repo.read_as(of, Kind::Commit)?;
    let commit = CommitRef::from_bytes(&bytes, repo.gix().object_hash());
    Ok(commit.or_environment(|| format!("commit {of} is damaged"))?.tree())
}

/// What is missing of the tree `root`, as far as that is known without it.
fn missing_below(repo: &Repo, root: ObjectId) -> Result<Vec<String>> {
    if !repo.has(root) {
        return Ok(vec![root.to_string()]);
    }
    let words = ["rev-list", "--objects", "--missing=print", "--no-object-names"];
    let said = repo.git().args(words).arg(root.to_string()).run()?;
    Ok(String::from_utf8_lossy(&said).lines().filter_map(|line| line.strip_prefix('?')).map(str::to_owned).collect())
}
