//! The map in CONTRIBUTING.md, enforced: who may use whom, and what only one place may do.

use std::path::{Path, PathBuf};

mod commands;
mod imports;
mod map;

/// Every source file with its text up to its tests.
fn sources() -> Vec<(String, String)> {
    let cut = |text: String| text.split("#[cfg(test)]").next().unwrap().to_owned();
    files().into_iter().map(|(name, text)| (name, cut(text))).collect()
}

/// Every source file with its text.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                let text = std::fs::read_to_string(&path).unwrap();
                if name.ends_with("/tests.rs") {
                    continue;
                }
                found.push((name, text));
            }
        }
    }
    assert!(found.len() > 40, "the sources are somewhere else now");
    found
}

/// Lines of code that contain one of `words`, outside comments.
fn lines_with<'a>(code: &'a str, words: &'a [&str]) -> impl Iterator<Item = &'a str> {
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .filter(|line| words.iter().any(|word| line.contains(word)))
}

fn expect_none(allowed: impl Fn(&str) -> bool, words: &[&str], rule: &str) {
    for (name, code) in sources().into_iter().filter(|(name, _)| !allowed(name)) {
        let lines: Vec<&str> = lines_with(&code, words).collect();
        assert!(lines.is_empty(), "src/{name} breaks the rule '{rule}':\n{}", lines.join("\n"));
    }
}

#[test]
fn git_is_asked_in_src_git_alone() {
    let words = [".git()", "Git::new("];
    expect_none(|name| name.starts_with("git/"), &words, "git is asked, and its answers are read, in src/git");
}

#[test]
fn one_place_spawns_processes() {
    // git, the user's pager, the user's own command: one door each.
    let doors = ["git/cmd.rs", "view/pager.rs", "verify/shell.rs"];
    expect_none(|name| doors.contains(&name), &[" Command::new(", "process::Command"], "only git/cmd.rs spawns git");
}

#[test]
fn nothing_panics_on_purpose() {
    expect_none(
        |_| false,
        &[".unwrap()", "panic!(", "todo!(", "unimplemented!(", "dbg!(", "let _ ="],
        "no unwrap, no panic",
    );
}

#[test]
fn verbs_that_destroy_are_not_used() {
    let words = ["\"stash\"", "\"--hard\"", "\"clean\"", "\"--force\"", "\"-f\""];
    // The guard knows them to stop them, and the command line to answer them; to a snapshot, a submodule without changes is a
    // clean one.
    let own = ["guard", "cli/words.rs", "shell/", "cmd/guard", "recovery/snapshot/codec.rs"];
    let exempt = |name: &str| own.iter().any(|own| name.starts_with(own));
    expect_none(exempt, &words, "no git verb that destroys what was not captured");
}

#[test]
fn one_place_changes_the_work_tree() {
    // `checkout-index` without `-f` never writes over anything.
    let place = |name: &str| name.starts_with("recovery/restore/") || name.starts_with("shell/");
    let words = ["\"checkout-index\"", ".check_out(", "disk::write(", "remove_if_empty("];
    expect_none(|name| place(name) || name == "git/index/temp.rs", &words, "only recovery/restore writes files");
}

#[test]
fn files_are_small() {
    for (name, code) in sources() {
        let lines = code.lines().count();
        assert!(lines <= 500, "src/{name} has {lines} lines; one idea a file");
    }
}
