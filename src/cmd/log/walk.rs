//! Which `git log` to run.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
};

use crate::{
    core::{
        revert::reverts,
        trailer::{Rules, scan},
    },
    error::{Context as _, Result},
    git::{
        Repo,
        log::{Log, Query, Record},
        walk,
    },
};

use super::{Args, book::Book, request::Request};

/// Times that `--since` and `--until` name, in milliseconds, as git reads them.
pub(super) fn period(repo: &Repo, args: &Args) -> Result<(i64, i64)> {
    let (mut since, mut until) = (i64::MIN, i64::MAX);
    if args.since.is_none() && args.until.is_none() {
        return Ok((since, until));
    }
    let options = [("--since", &args.since), ("--until", &args.until)];
    let words = options.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
    let answer = repo.git().arg("rev-parse").args(words).run()?;
    for line in crate::git::cmd::lines(&answer) {
        let line = line.to_string();
        let seconds = |text: &str| text.parse::<i64>().or_environment(|| format!("git answered '{line}'"));
        if let Some(text) = line.strip_prefix("--max-age=") {
            since = seconds(text)?.saturating_mul(1000);
        } else if let Some(text) = line.strip_prefix("--min-age=") {
            until = seconds(text)?.saturating_mul(1000).saturating_add(999);
        }
    }
    Ok((since, until))
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

/// All commits on HEAD's history that belong to task `id`, newest first, and the number of each: the oldest is `T@1`.
pub(super) struct OfTask {
    /// `T@1` last.
    pub records: Vec<Record>,
    /// n of `T@n`, by commit.
    pub numbers: HashMap<String, usize>,
}

impl OfTask {
    /// Find them. Commits that revert others are among the records: what they say is needed.
    pub fn find(book: &Book<'_>, rules: &Rules, id: &str, shallow: &HashSet<String>, query: &Query) -> Result<Self> {
        let repo = book.repo();
        let mut words = vec![OsString::from("--topo-order")];
        words.extend(grep(book, id, shallow));
        words.extend(query.words.iter().cloned());
        let mut log = Log::start(repo, &Query { words, ..query.clone() })?;
        let mut records = Vec::new();
        let mut own = Vec::new();
        while let Some(record) = log.next_commit()? {
            if is_of(&record, book, rules, id) {
                own.push(record.commit.clone());
                records.push(record);
            } else if reverts(&record.message).next().is_some() || shallow.contains(&record.commit) {
                records.push(record);
            }
        }
        let numbers = own.into_iter().rev().enumerate().map(|(at, commit)| (commit, at + 1)).collect();
        // As git shows them: by date, with parents after their children where dates are equal.
        records.sort_by_key(|record| std::cmp::Reverse(record.at));
        Ok(OfTask { records, numbers })
    }
}

fn is_of(record: &Record, book: &Book<'_>, rules: &Rules, id: &str) -> bool {
    scan::ids(&record.message, rules).iter().any(|named| named == id.as_bytes())
        || book.linked(&record.commit).iter().any(|linked| linked.as_str() == id)
}

/// What lets git skip most commits that cannot belong to task `id`: they do not contain it at all.
pub(super) fn grep(book: &Book<'_>, id: &str, shallow: &HashSet<String>) -> Vec<OsString> {
    // Linked commits do not say the id, and a shallow history is watched for its boundary.
    match book.has_links() || !shallow.is_empty() {
        true => Vec::new(),
        false => ["--fixed-strings".to_owned(), format!("--grep={id}"), "--grep=This reverts commit".to_owned()]
            .map(OsString::from)
            .into(),
    }
}

/// The commits at which the history of this clone is cut off.
pub(super) fn shallow(repo: &Repo) -> Result<HashSet<String>> {
    Ok(walk::shallow(repo)?.iter().map(ToString::to_string).collect())
}
