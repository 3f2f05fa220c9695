//! What every integration test stands on: hermetic repositories, several gits, a clock that ticks.
//!
//! ```ignore
//! let repo = TestRepo::new();
//! repo.write("a.txt", "one\n");
//! repo.git(&["add", "."]).success();
//! repo.agent(&["status"]).success();
//! insta::assert_snapshot!(repo.agent(&["list"]), @"…");
//! ```

// Not every test file uses every helper.
#![allow(dead_code, unused_imports)]

mod gits;
mod golden;
pub mod hostile;
mod ids;
mod inside;
pub mod ledger;
mod output;
mod program;
mod repo;
mod run;
mod scratch;
pub mod skip;
mod state;
mod template;
mod whole;

pub use gits::{Git, default_git, gits};
pub use golden::{golden, golden_at, golden_file};
pub use ids::without_ids;
pub use inside::inside_every_git;
pub use output::Output;
pub use program::program;
pub use repo::{Layout, TestRepo};
pub use run::Run;
pub use scratch::scratch;
pub use skip::{found, has_strace, is_missing};
pub use state::State;
pub use whole::{Node, Whole, head_and_status, round_trip, same};

/// A file of hooks with `body` as an earlier version generated it: with the sum (FNV-1a) of the rest.
pub fn generated_hook(body: &str) -> String {
    let sum = format!("-{body}")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("#!/bin/sh\n# git-agent hook {sum:016x} - (x)\n{body}")
}

/// Run `test` once per git, saying which git it was when it fails: for what depends on the version of git.
pub fn on_every_git(test: impl Fn(&Git)) {
    on(gits(), test);
}

/// Run `test` on one of the gits, by the name of the test, so that each git has its share; on every one of them with
/// `GIT_AGENT_TEST_ALL_GITS`.
#[track_caller]
pub fn on_one_git(test: impl Fn(&Git)) {
    let gits = gits();
    if std::env::var_os("GIT_AGENT_TEST_ALL_GITS").is_some() {
        return on(gits, test);
    }
    let place = std::panic::Location::caller();
    let thread = std::thread::current();
    let name = thread.name().filter(|name| *name != "main").unwrap_or(place.file());
    let number = name.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    on(&gits[number % gits.len()..][..1], test);
}

/// Run `test` once for each git of the versions that `need` says, `git-2.45` (or newer) or `git-before-2.54`; skipped where there is
/// none.
#[track_caller]
pub fn on_gits_with(need: &str, test: impl Fn(&Git)) {
    let words = need.strip_prefix("git-").expect("a version of git");
    let (before, version) = words.strip_prefix("before-").map_or((false, words), |version| (true, version));
    let (major, minor) = version.split_once('.').expect("a version");
    let version = (major.parse().expect("a number"), minor.parse().expect("a number"));
    let gits: Vec<Git> = gits().iter().filter(|git| (git.version < version) == before).cloned().collect();
    if !is_missing(need, !gits.is_empty()) {
        on(&gits, test);
    }
}

/// Run `test` on each of `rows`, all at the same time: for what mostly waits.
pub fn at_once<T: Sync>(rows: &[T], test: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| rows.iter().for_each(|row| drop(scope.spawn(|| test(row)))));
}

fn on(gits: &[Git], test: impl Fn(&Git)) {
    for git in gits {
        eprintln!("--- with {git}");
        test(git);
    }
}
