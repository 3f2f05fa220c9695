//! A test that finds nothing to run on says so, and is counted: `tests/skipped.rs` lists them when all tests are through.
//!
//! `GIT_AGENT_TEST_REQUIRE` holds words for what has to be there, separated by spaces; a test that misses one of them fails.

use std::io::Write;
use std::panic::Location;
use std::path::{Path, PathBuf};

/// Whether `need` is missing: then the test that calls this is recorded as skipped, and has to return.
///
/// # Panics
///
/// When `GIT_AGENT_TEST_REQUIRE` has the word.
#[must_use = "a test that is skipped returns"]
#[track_caller]
pub fn is_missing(need: &str, is_there: bool) -> bool {
    let place = Location::caller();
    let thread = std::thread::current();
    let test = thread.name().filter(|name| *name != "main").map(str::to_owned);
    let test = test.unwrap_or_else(|| format!("{}:{}", place.file(), place.line()));
    let record = records().join(test.replace(['/', ':'], "."));
    if is_there {
        std::fs::remove_file(record).unwrap_or_default();
        return false;
    }
    let required = std::env::var("GIT_AGENT_TEST_REQUIRE").unwrap_or_default();
    assert!(!required.split_whitespace().any(|word| word == need), "{need} is required here, and missing");
    let line = format!("SKIPPED {test}: it needs {need}\n");
    std::fs::create_dir_all(records()).expect("a directory for records");
    std::fs::write(record, &line).expect("a record");
    // Past what keeps the output of tests that pass.
    std::io::stderr().write_all(line.as_bytes()).unwrap_or_default();
    true
}

/// `thing`, which `need` names; without it the test is recorded as skipped, and has to return.
#[track_caller]
pub fn found<T>(need: &str, thing: Option<T>) -> Option<T> {
    let missing = is_missing(need, thing.is_some());
    thing.filter(|_| !missing)
}

/// Whether an `strace` can be run that is allowed to look at processes.
pub fn has_strace() -> bool {
    let strace = std::process::Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).output();
    strace.is_ok_and(|output| output.status.success())
}

fn records() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped")
}
