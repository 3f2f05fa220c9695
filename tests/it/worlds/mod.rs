//! Random worlds: whatever is in a repository, an operation loses no byte of it, and taking the operation back is as if it
//! had never been.
//!
//! ```text
//! make ─▶ mess ─▶ look ─▶ operate ─▶ look ─▶ (gc elsewhere) ─▶ undo ─▶ look
//!                   └───────────────── must be the same ────────────────┘
//! ```
//!
//! [`faults`] has the program fail or die at every step that it knows by name, [`kills`] kills it at any moment, and at every
//! system call. All of it comes from a number: a failure says which, and `GIT_AGENT_TEST_WORLD=<number>` repeats it. The everyday
//! slice is small; `tests/long/worlds.sh` and `tests/long/kill.sh` run the whole.

mod faults;
mod games;
mod hardships;
mod kills;
mod look;
mod make;
mod mess;
mod operate;
mod regressions;

pub use look::View;
pub use make::World;

/// What the environment asks for, or the everyday measure.
pub fn measure(variable: &str, everyday: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(everyday)
}

/// The numbers of the worlds to try: as many as `variable` says, or the one that is to be repeated.
pub fn numbers(variable: &str, everyday: usize) -> Vec<u64> {
    match std::env::var("GIT_AGENT_TEST_WORLD").ok().and_then(|text| text.parse().ok()) {
        Some(number) => vec![number],
        None => {
            let from = measure("GIT_AGENT_TEST_FROM", 0) as u64;
            (from..from + measure(variable, everyday) as u64).collect()
        }
    }
}

/// Run `test` for each of `numbers`, on as many threads as there are processors.
pub fn each(name: &str, numbers: Vec<u64>, test: impl Fn(u64) + Sync) {
    let queue = std::sync::Mutex::new(numbers.into_iter());
    let failed = std::sync::Mutex::new(Vec::new());
    let work = || {
        loop {
            let next = queue.lock().expect("nobody panics here").next();
            let Some(number) = next else { return };
            let run = std::panic::AssertUnwindSafe(|| test(number));
            if std::panic::catch_unwind(run).is_err() {
                eprintln!("to repeat it: GIT_AGENT_TEST_WORLD={number} cargo test --test it -- {name} --nocapture");
                failed.lock().expect("nobody panics here").push(number);
            }
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    let failed = failed.into_inner().expect("nobody panics here");
    assert!(failed.is_empty(), "{name} fails in the worlds {failed:?}");
}
