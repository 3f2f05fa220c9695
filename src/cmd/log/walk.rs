//! Which `git log` to run.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
};

use crate::{
    error::Result,
    git::{
        ObjectId, Repo, date,
        log::{Log, Query, Record},
        revwalk,
    },
    query::revision,
    store::{history, ledger::commits::linked},
};

use super::{Args, request::Request, task::Wanted};

/// Times that `--since` and `--until` name, in milliseconds, as git reads them.
pub(super) fn period(repo: &Repo, args: &Args) -> Result<(i64, i64)> {
    let (since, until) = date::period(repo, args.since.as_deref(), args.until.as_deref())?;
    let last = |second: i64| second.saturating_mul(1000).saturating_add(999);
    Ok((since.map_or(i64::MIN, |second| second.saturating_mul(1000)), until.map_or(i64::MAX, last)))
}

/// Options of ours that git has, too, as git's.
pub(super) fn words(args: &Args, request: &Request) -> Vec<OsString> {
    let with = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("--{name}={value}"));
    let mut words: Vec<OsString> =
        [with("since", &args.since), with("until", &args.until)].into_iter().flatten().map(Into::into).collect();
    words.extend(args.author.iter().map(|author| format!("--author={author}").into()));
    words.extend(args.date.iter().map(|date| format!("--date={date}").into()));
    words.extend(request.words.iter().cloned());
    words
}

/// What the history of HEAD says of one task.
pub(super) struct OfTask {
    /// Its commits, oldest first: `T@1`, `T@2`, …
    pub commits: Vec<ObjectId>,
    /// Those of them that are reverted.
    pub reverted: HashSet<ObjectId>,
    /// Whether the history is cut off: there may be more.
    pub is_cut: bool,
}

impl OfTask {
    /// Find the commits that name `wanted`, or are linked to it.
    pub fn find(repo: &Repo, wanted: &Wanted, head: ObjectId) -> Result<Self> {
        let linked: Vec<ObjectId> = wanted.task.iter().flat_map(linked).collect();
        let (commits, is_cut) =
            history::ask(repo, head, |past| Ok((past.on(wanted.id.as_bytes(), &linked)?, !past.cut()?.is_empty())))?;
        let reverted = revision::reverted(repo, head, &commits)?;
        Ok(OfTask { commits, reverted, is_cut })
    }

    /// n of `T@n`, by commit.
    pub fn numbers(&self) -> HashMap<String, usize> {
        self.commits.iter().enumerate().map(|(at, commit)| (commit.to_string(), at + 1)).collect()
    }

    /// The commits as `query` shows them, newest first: by date, parents behind their children where dates are equal. While git
    /// reads them, `meanwhile` is done.
    pub fn records(&self, repo: &Repo, query: Query, meanwhile: impl FnOnce()) -> Result<Vec<Record>> {
        if self.commits.is_empty() {
            return Ok(Vec::new());
        }
        let mut log = Log::start(repo, &Query { only: Some(self.commits.iter().rev().copied().collect()), ..query })?;
        meanwhile();
        let mut records = Vec::new();
        while let Some(record) = log.next_commit()? {
            records.push(record);
        }
        records.sort_by_key(|record| std::cmp::Reverse(record.at));
        Ok(records)
    }
}

/// What lets git skip most commits that cannot belong to task `id`: they do not contain it at all.
pub(super) fn grep(wanted: &Wanted, shallow: &HashSet<String>) -> Vec<OsString> {
    // Linked commits do not say the id, and a shallow history is watched for its boundary.
    let has_links = wanted.task.as_ref().is_some_and(|task| linked(task).next().is_some());
    match has_links || !shallow.is_empty() {
        true => Vec::new(),
        false => {
            ["--fixed-strings".to_owned(), format!("--grep={}", wanted.id), "--grep=This reverts commit".to_owned()]
                .map(OsString::from)
                .into()
        }
    }
}

/// The commits at which the history of this clone is cut off.
pub(super) fn shallow(repo: &Repo) -> Result<HashSet<String>> {
    Ok(revwalk::shallow(repo)?.iter().map(ToString::to_string).collect())
}
