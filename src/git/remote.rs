//! Remotes: fetch a few refs from one, push one to it, and what its configuration says.

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;

use super::{cmd::Output, config, repo::Repo};
use crate::error::{Error, Result};

/// The result of a fetch or push.
#[derive(Debug)]
pub enum Transfer {
    /// The refs were updated.
    Done,
    /// The remote had what was pushed.
    UpToDate,
    /// Another process updated the same refs first: fetch, merge and try again. Contains git's error.
    Overtaken(Error),
    /// The remote does not accept what was pushed, and has not changed. Contains git's error.
    Refused(Error),
}

pub fn names(repo: &Repo) -> Vec<String> {
    repo.gix().remote_names().iter().map(|name| name.to_str_lossy().into_owned()).collect()
}

/// What `git fetch` without arguments updates: see [`fetch_rules`].
pub struct FetchRule {
    /// Whether refs that the remote no longer has are removed.
    pub prunes: bool,
    /// The values of `remote.<name>.fetch`.
    pub refspecs: Vec<BString>,
}

/// The fetch rules of each remote.
pub fn fetch_rules(repo: &Repo) -> Vec<FetchRule> {
    let config = repo.gix().config_snapshot();
    let all_prune = config.boolean("fetch.prune").unwrap_or(false);
    let is_on = |value: &BStr| !matches!(value.as_bytes(), b"false" | b"no" | b"off" | b"0");
    let remotes = config.plumbing().sections_by_name("remote").into_iter().flatten();
    let rules = remotes.map(|remote| FetchRule {
        prunes: remote.value("prune").map_or(all_prune, |value| is_on(value.as_ref())),
        refspecs: remote.values("fetch").iter().map(|spec| spec.to_vec().into()).collect(),
    });
    rules.collect()
}

/// Whether a transfer updates refs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// It does.
    Whole,
    /// Only the objects of a fetch are stored; what a push would do is asked of the remote, whose hooks do not run.
    Dry,
}

impl Run {
    /// git's option for it.
    fn option(self) -> Option<&'static str> {
        (self == Run::Dry).then_some("--dry-run")
    }
}

/// Fetch `refspec` from `remote` without its tags; refs that the remote no longer has are removed.
///
/// # Errors
///
/// `git-failed` when the remote does not answer.
pub fn fetch(repo: &Repo, remote: &str, refspec: &str, run: Run) -> Result<Transfer> {
    let quietly = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--prune"];
    let git = repo.git().args(["-c", "fetch.output=compact", "fetch"]).args(quietly).args(run.option());
    transfer(git.args(["--end-of-options", remote, refspec]).output()?)
}

/// The object that the ref `name` of `remote` points to, as the remote says now.
///
/// # Errors
///
/// `git-failed` when the remote does not answer.
pub fn find_ref(repo: &Repo, remote: &str, name: &str) -> Result<Option<ObjectId>> {
    let said = repo.git().args(["ls-remote", "--quiet", "--refs", "--end-of-options", remote, name]).run()?;
    // git takes the name for a pattern that the end of a name matches, too.
    let named = |line: &[u8]| {
        let (id, found) = line.split_once_str("\t")?;
        ObjectId::from_hex(id).ok().filter(|_| found == name.as_bytes())
    };
    Ok(said.lines().find_map(named))
}

/// Push `what`, a commit or a ref, to the ref `name` of `remote`: never forced, and without the user's `pre-push` hook.
///
/// # Errors
///
/// `git-failed` when the remote does not answer. If the connection broke, the remote may have updated its ref.
pub fn push(repo: &Repo, remote: &str, what: &str, name: &str, run: Run) -> Result<Transfer> {
    // With `--quiet`, git would not say what became of the ref.
    let git = repo.git().args(["push", "--no-verify", "--porcelain"]).args(run.option());
    let output = git.args(["--end-of-options", remote]).arg(format!("{what}:{name}")).output()?;
    let is_current = output.stdout.lines().any(|line| line.starts_with(b"=\t"));
    let is_refused = output.stdout.lines().any(|line| line.starts_with(b"!\t") && line.contains_str("rejected]"));
    match transfer(output) {
        Ok(Transfer::Done) if is_current => Ok(Transfer::UpToDate),
        Err(error) if is_refused => Ok(Transfer::Refused(error)),
        transfer => transfer,
    }
}

fn transfer(output: Output) -> Result<Transfer> {
    if output.status.success() {
        return Ok(Transfer::Done);
    }
    const OVERTAKEN: [&str; 7] = [
        "fetch first",
        "non-fast-forward",
        "failed to update ref",
        "cannot lock ref",
        "but expected",
        "stale info",
        // What a fetch of an older git adds.
        "unable to update local ref",
    ];
    let said = format!("{}{}", output.stdout.to_str_lossy(), output.complaint());
    let is_overtaken = OVERTAKEN.iter().any(|words| said.contains(words));
    let error = output.into_error();
    if is_overtaken { Ok(Transfer::Overtaken(error)) } else { Err(error) }
}

/// The refspecs of `remote.<name>.fetch`, each with the name.
pub fn fetch_refspecs(repo: &Repo) -> Result<Vec<(String, String)>> {
    let found = config::matching(repo, None, r"^remote\..*\.fetch$")?;
    let named = |(key, refspec): (BString, BString)| {
        let name = key.strip_prefix(b"remote.")?.strip_suffix(b".fetch")?;
        Some((name.to_str_lossy().into_owned(), refspec.to_string()))
    };
    Ok(found.into_iter().filter_map(named).collect())
}
