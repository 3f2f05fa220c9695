//! `git commit` on a private index: the user's hooks, signature and identity, and no trace when it fails.

use std::process::ExitStatus;

use bstr::ByteSlice as _;

use crate::{
    domain::{
        id::TaskId,
        message::{of_commit, subject},
    },
    error::{Context as _, Error, Result, codes},
    git::{
        ObjectId, Repo,
        claims::Claim,
        index::{self, PrivateIndex},
        revwalk, who,
    },
    recovery::checkpoint::staging::Desk,
    store::active,
};

/// What git is told beside the index.
pub struct Order<'a> {
    /// The whole message.
    pub message: &'a [u8],
    /// The task for the hooks, if it is another one than they would find themselves.
    pub task: Option<&'a TaskId>,
    /// Whether what git says goes to the terminal, or is kept for the answer.
    pub talk: Talk,
    /// How the index follows.
    pub follow: Follow,
}

/// Where the words of git and of the hooks go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// To the user's terminal.
    Terminal,
    /// Into the error, if there is one: standard output is for our answer, and nobody watches.
    Kept,
}

/// How the index follows HEAD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// The private index becomes the index.
    Replace,
    /// Only the paths of the commit are taken over; whatever else is staged stays.
    Paths,
}

/// What came of it.
pub struct Committed {
    /// The commit.
    pub commit: ObjectId,
    /// What it changes.
    pub paths: Vec<bstr::BString>,
    /// Set when HEAD moved and the index could not follow yet: why.
    pub index_waits: Option<Error>,
}

/// Commit what is staged in `private`. On an error nothing has changed.
pub fn commit(repo: &Repo, desk: &mut Desk<'_>, private: &PrivateIndex<'_>, order: &Order<'_>) -> Result<Committed> {
    let before = repo.head()?.commit;
    let file = desk.write_message(order.message)?;
    desk.begin(before)?;
    // A person who presses Ctrl-C means git, which gets it too; the index must follow if git was done already.
    let signals = gix::interrupt::init_handler_default(usize::MAX).map(gix::interrupt::Deregister::auto_deregister);
    let claim = Claim::to_head(repo);
    claim.share_with_children();
    let outcome = run(private, &file, order);
    if matches!(outcome, Ok(Ended { status, .. }) if status.code().is_none()) {
        claim.settle(repo);
    }
    let head = match (repo.head()?.commit.filter(|head| Some(*head) != before), outcome) {
        (Some(head), Ok(ended)) if ended.status.success() => head,
        // Git can fail after the fact: killed in a hook that runs last, or with no room for its index.
        (Some(head), _) if is_ours(repo, head, before, order.message)? => head,
        (_, Ok(ended)) => return Err(failed(repo, ended.said.as_deref())),
        (_, Err(error)) => return Err(error),
    };
    let paths = revwalk::changed_paths(repo, head)?;
    let installed = match order.follow {
        Follow::Replace => index::install(repo, private, &desk.before()).or_else(|error| {
            if error.code() == codes::INDEX_MOVED {
                return index::merge(repo, &desk.before(), head, &paths);
            }
            Err(error)
        }),
        Follow::Paths => index::merge(repo, &desk.before(), head, &paths),
    };
    drop(signals);
    let index_waits = installed.err();
    if index_waits.is_some() {
        desk.leave();
    }
    Ok(Committed { commit: head, paths, index_waits })
}

/// How git ended.
struct Ended {
    status: ExitStatus,
    /// What it said, where that was kept.
    said: Option<String>,
}

/// Whether `head` is what git was told to make on top of `before`, and not what somebody else made in the meantime.
pub(super) fn is_ours(repo: &Repo, head: ObjectId, before: Option<ObjectId>, message: &[u8]) -> Result<bool> {
    let made = of_commit(&repo.read(head)?).to_vec();
    Ok(revwalk::parents(repo, head)? == Vec::from_iter(before) && subject(&made) == subject(message))
}

/// Run git.
fn run(private: &PrivateIndex<'_>, message: &std::path::Path, order: &Order<'_>) -> Result<Ended> {
    let mut git = private.git().for_the_user();
    if let Some(task) = order.task {
        git = git.env(active::VARIABLE, task.as_str());
    }
    // Emptiness was judged before: a commit that changes nothing comes here on purpose.
    let git = git.args(["commit", "--quiet", "--allow-empty", "--cleanup=whitespace", "--file"]).arg(message);
    match order.talk {
        Talk::Terminal => git.attached().map(|status| Ended { status, said: None }),
        Talk::Kept => git.output().map(|out| Ended { status: out.status, said: Some(out.complaint()) }),
    }
}

/// Why there is no commit.
fn failed(repo: &Repo, said: Option<&str>) -> Error {
    let quoted = said.filter(|said| !said.is_empty()).map_or(String::new(), |said| format!(": {said}"));
    if let Err(error) = who::require(repo, || "cannot make a checkpoint".to_owned()) {
        return error;
    }
    Error::new(codes::COMMIT_REFUSED, format!("cannot make a checkpoint: 'git commit' said no{quoted}"))
        .hint("a hook of this repository, or the signing of commits, stopped it; what they said stands above")
}

/// The tree and message of a commit.
pub fn read(repo: &Repo, commit: ObjectId) -> Result<(ObjectId, Vec<u8>)> {
    let raw = repo.read(commit)?;
    let tree = raw.lines().next().and_then(|line| line.strip_prefix(b"tree "));
    let tree = ObjectId::from_hex(tree.unwrap_or_default()).or_environment(|| format!("commit {commit} is damaged"))?;
    Ok((tree, of_commit(&raw).to_vec()))
}
