//! The environment of the ledger: git itself, the user's identity, settings, refspecs of remotes.

use bstr::ByteSlice as _;

use super::{Check, Finding, Level};
use crate::{
    domain::{id::TaskId, time::parse_duration},
    error::Result,
    git::{Config, Repo, cmd, remote, who},
    shell::GuardMode,
    store::ledger,
    sync,
};

/// The oldest git that we work with.
const OLDEST: (u32, u32) = (2, 39);

pub(super) fn checks(repo: &Repo) -> Vec<Check> {
    vec![
        Check::of("git", git_version(repo)),
        Check::of("identity", identity(repo)),
        Check::of("settings", Ok(settings(&repo.config()))),
        Check::of("fetch", refspecs(repo)),
    ]
}

fn git_version(repo: &Repo) -> Result<Finding> {
    let name = cmd::version(repo)?;
    let mut numbers = name.split('.').map_while(|part| part.parse::<u32>().ok());
    let version = numbers.next().zip(numbers.next());
    Ok(if version.is_some_and(|version| version >= OLDEST) {
        Finding::ok(format!("git {name}"))
    } else {
        let (major, minor) = OLDEST;
        Finding::error(
            format!("git {name} is older than {major}.{minor}, which git-agent needs"),
            "install a newer git, or put one first on PATH",
        )
    })
}

fn identity(repo: &Repo) -> Result<Finding> {
    Ok(match who::committer(repo)? {
        Some(committer) => Finding::ok(committer.to_string()),
        None => Finding::warning(
            "git has no committer identity: tasks can be recorded, but checkpoints cannot be committed",
            "git config --global user.name <name>; git config --global user.email <address>",
        ),
    })
}

/// Settings whose value cannot be used, and therefore counts as not set.
fn settings(config: &Config<'_>) -> Finding {
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
    expect("agent.guard", &|text| GuardMode::parse(text).is_some(), "snapshot, refuse or off");
    for key in ["agent.requireVerify", "agent.trailerSplit", "agent.displayNotes", "agent.hookHint"] {
        expect(key, &|_| config.is_flag(key), "true or false");
    }
    Finding::ok("every agent.* setting is valid").and(
        Level::Warning,
        wrong,
        |_| "invalid settings, which are ignored".to_owned(),
        "git config --show-origin --get-regexp '^agent\\.' shows where they are set",
    )
}

/// Refspecs that let a fetch overwrite what is not pushed yet.
fn refspecs(repo: &Repo) -> Result<Finding> {
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
            return Ok(Finding::warning(
                format!(
                    "remote.{remote}.fetch is '{refspec}': every fetch overwrites the ledger and loses what was not pushed"
                ),
                format!("replace it in the configuration with '{}'", sync::refspec(&remote)),
            ));
        }
    }
    Ok(Finding::ok("no fetch overwrites the ledger"))
}
