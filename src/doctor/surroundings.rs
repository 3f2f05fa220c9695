//! The environment of the ledger: git itself, the user's identity, settings, refspecs of remotes.

use bstr::ByteSlice as _;

use super::{Check, Level, failed};
use crate::{
    domain::{id::TaskId, time::parse_duration},
    error::Result,
    git::{Config, Repo, cmd, remote, who},
    shell::Mode,
    store::ledger,
    sync,
};

/// The oldest git that we work with.
const OLDEST: (u32, u32) = (2, 39);

pub(super) fn checks(repo: &Repo) -> Vec<Check> {
    let version = git_version(repo).unwrap_or_else(|error| failed("git", &error));
    let refspecs = refspecs(repo).unwrap_or_else(|error| failed("fetch", &error));
    vec![version, identity(repo), settings(&repo.config()), refspecs]
}

fn git_version(repo: &Repo) -> Result<Check> {
    let name = cmd::version(repo)?;
    let mut numbers = name.split('.').map_while(|part| part.parse::<u32>().ok());
    let version = numbers.next().zip(numbers.next());
    Ok(if version.is_some_and(|version| version >= OLDEST) {
        Check::ok("git", format!("git {name}"))
    } else {
        let (major, minor) = OLDEST;
        Check::error(
            "git",
            format!("git {name} is older than {major}.{minor}, which git-agent needs"),
            "install a newer git, or put one first on PATH",
        )
    })
}

fn identity(repo: &Repo) -> Check {
    match who::committer(repo) {
        Err(error) => failed("identity", &error),
        Ok(Some(committer)) => Check::ok("identity", committer.to_string()),
        Ok(None) => Check::warning(
            "identity",
            "git has no committer identity: tasks can be recorded, but checkpoints cannot be committed",
            "git config --global user.name <name>; git config --global user.email <address>",
        ),
    }
}

/// Settings whose value cannot be used, and therefore counts as not set.
fn settings(config: &Config<'_>) -> Check {
    let is_duration = |text: &str| parse_duration(text).is_some();
    let is_prefix = |text: &str| TaskId::parse(&format!("{text}0")).is_ok();
    let is_key = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let mut wrong = Vec::new();
    let mut expect = |key: &str, is_good: &dyn Fn(&str) -> bool, what: &str| {
        for value in config.texts(key) {
            let value = value.to_str_lossy();
            if !is_good(&value) {
                wrong.push(format!("{key} is '{}', not {what}", value.escape_debug()));
            }
        }
    };
    expect("agent.lease", &is_duration, "a duration like 2h");
    expect("agent.idleGap", &is_duration, "a duration like 30m");
    expect("agent.idPrefix", &is_prefix, "a valid prefix of an id");
    expect("agent.trailerKey", &is_key, "a trailer key like Task-Id");
    expect("agent.hookTimeout", &|text| text.parse::<u64>().is_ok() || is_duration(text), "a number of seconds");
    expect("agent.maxFileSize", &|_| config.number("agent.maxFileSize").is_some(), "a size like 10m");
    expect("agent.guard", &|text| Mode::parse(text).is_some(), "snapshot, refuse or off");
    for key in ["agent.requireVerify", "agent.trailerSplit", "agent.displayNotes", "agent.hookHint"] {
        expect(key, &|_| config.is_flag(key), "true or false");
    }
    Check::ok("settings", "every agent.* setting is valid").and(
        Level::Warning,
        wrong,
        |_| "invalid settings, which are ignored".to_owned(),
        "git config --show-origin --get-regexp '^agent\\.' shows where they are set",
    )
}

/// Refspecs that let a fetch overwrite what is not pushed yet.
fn refspecs(repo: &Repo) -> Result<Check> {
    let overwrites = |value: &str| {
        let (from, to) = value.strip_prefix('+')?.split_once(':')?;
        let covers = match to.split_once('*') {
            Some((head, tail)) => ledger::REF.starts_with(head) && ledger::REF.ends_with(tail),
            None => to == ledger::REF,
        };
        covers.then(|| from.to_owned())
    };
    for (remote, refspec) in remote::fetch_refspecs(repo)? {
        if overwrites(&refspec).is_some() {
            return Ok(Check::warning(
                "fetch",
                format!(
                    "remote.{remote}.fetch is '{refspec}': every fetch overwrites the ledger and loses what was not pushed"
                ),
                format!("replace it in the configuration with '{}'", sync::refspec(&remote)),
            ));
        }
    }
    Ok(Check::ok("fetch", "no fetch overwrites the ledger"))
}
