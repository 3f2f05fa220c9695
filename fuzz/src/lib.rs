//! What fuzzers feed: one function a target, which takes any bytes and panics when a promise is broken.
//!
//! The targets of `cargo fuzz` in `fuzz_targets` call them, and so does `cargo test`, with the kept inputs in `corpus`.

mod guard;
mod messages;
mod notes;
mod plans;
mod stored;
mod trees;

use std::time::{Duration, Instant};

/// A target: its name and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 9] = [
    ("note_line", notes::line),
    ("note", notes::note),
    ("notes_tree", trees::notes_tree),
    ("snapshot", stored::snapshot),
    ("operation", stored::operation),
    ("trailers", messages::trailers),
    ("squash_message", messages::squash),
    ("plan", plans::plan),
    ("guard", guard::guard),
];

/// Run the target called `name`.
///
/// # Panics
///
/// When there is no such target, or when it finds that a promise is broken.
pub fn run(name: &str, data: &[u8]) {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.expect("a target of this name").1(data);
}

/// Run a target on `data` repeated up to `size` bytes: what takes time that grows faster than the input does not end within `limit`.
///
/// # Panics
///
/// When it takes longer in each of three tries.
pub fn run_grown((name, target): Target, data: &[u8], size: usize, limit: Duration) {
    if data.is_empty() || data.len() >= size {
        return;
    }
    let grown = data.repeat(size / data.len());
    let took = || {
        let began = Instant::now();
        target(&grown);
        began.elapsed()
    };
    let is_quick = (0..3).any(|_| took() < limit);
    assert!(is_quick, "{name} takes longer than {limit:?} for {} bytes", grown.len());
}

/// Reads choices from an input, zeros behind its end.
struct Choices<'d>(&'d [u8]);

impl<'d> Choices<'d> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    /// As many bytes as the next one says, or as there are.
    fn bytes(&mut self) -> &'d [u8] {
        let count = usize::from(self.byte()).min(self.0.len());
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}
