//! Files that say what an answer looks like.

use std::path::{Path, PathBuf};

/// The file `name` among those that are kept beside the tests.
pub fn golden_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(name)
}

/// Compare `text` with the file `name` that is kept beside the tests; `GIT_AGENT_UPDATE_GOLDEN=1` writes it.
#[track_caller]
pub fn golden(name: &str, text: &str) {
    golden_at(&golden_file(name), name, text);
}

/// Compare `text` with the file `path`, which is called `name` in messages; `GIT_AGENT_UPDATE_GOLDEN=1` writes it.
#[track_caller]
pub fn golden_at(path: &Path, name: &str, text: &str) {
    if std::env::var_os("GIT_AGENT_UPDATE_GOLDEN").is_some() {
        std::fs::write(path, text).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    if kept != text {
        let line = kept.lines().zip(text.lines()).position(|(kept, now)| kept != now);
        let line = line.unwrap_or_else(|| kept.lines().count().min(text.lines().count()));
        panic!(
            "{name} is not what it was, from line {} on:\n- {}\n+ {}",
            line + 1,
            kept.lines().nth(line).unwrap_or_default(),
            text.lines().nth(line).unwrap_or_default()
        );
    }
}
