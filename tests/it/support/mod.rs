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
mod ids;
mod inside;
pub mod ledger;
mod output;
mod repo;
mod run;
mod state;
mod whole;

pub use gits::{Git, default_git, gits};
pub use golden::{golden, golden_at, golden_file};
pub use ids::without_ids;
pub use inside::inside_every_git;
pub use output::Output;
pub use repo::{Layout, TestRepo};
pub use run::Run;
pub use state::State;
pub use whole::{Node, Whole, round_trip, same};

/// Run `test` once per git, saying which git it was when it fails.
pub fn on_every_git(test: impl Fn(&Git)) {
    for git in gits() {
        eprintln!("--- with {git}");
        test(git);
    }
}
