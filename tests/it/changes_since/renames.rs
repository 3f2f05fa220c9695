//! Renames and copies of files of every sort: the same as git finds, to the percent.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::support::{TestRepo, gits, ledger::Random, program};

/// Content: long and short lines, often those of other files; sometimes what git sees in another way than we do.
fn content(dice: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (lines, words) = ([0, 1, 4, 9, 30][dice.below(5)], [2, 5, 40][dice.below(3)]);
    for _ in 0..lines {
        let word = dice.below(words);
        bytes.extend(format!("word {word} ").repeat([1, 3, 20][dice.below(3)]).into_bytes());
        bytes.extend(if dice.one_in(200) { "\r\n" } else { "\n" }.bytes());
    }
    match dice.below(24) {
        0 => bytes.extend(b"no end"),
        1 => bytes.extend([0, 255, 13, b'\n']),
        2 => bytes.extend([b'x'; 64]),
        _ => {}
    }
    bytes
}

/// Change a part of `bytes`, in the middle or at an end.
fn edited(dice: &mut Random, mut bytes: Vec<u8>) -> Vec<u8> {
    let more = content(dice);
    match dice.below(4) {
        0 => bytes.extend(more),
        1 => bytes = [more, bytes].concat(),
        2 => bytes.truncate(dice.below(bytes.len() + 1)),
        _ => {
            let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            bytes = lines.into_iter().filter(|_| !dice.one_in(5)).flatten().copied().collect();
        }
    }
    bytes
}

fn path(dice: &mut Random) -> String {
    format!("{}{}", ["", "a/", "b/", "b/c/"][dice.below(4)], ["one", "two", "three", "four", "five"][dice.below(5)])
}

fn put(repo: &TestRepo, path: &str, bytes: &[u8], dice: &mut Random) {
    let file = repo.path().join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    drop(fs::remove_file(&file));
    match std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty() && !text.contains('\0') && dice.one_in(20)) {
        Some(text) => std::os::unix::fs::symlink(text.lines().next().unwrap_or("link"), &file).unwrap(),
        None => fs::write(&file, bytes).unwrap(),
    }
    if dice.one_in(12) && !file.is_symlink() {
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Some files moved, copied, edited, deleted, new.
fn change(repo: &TestRepo, dice: &mut Random) {
    let files = repo.git(&["ls-files"]).lines();
    for _ in 0..1 + dice.below(8) {
        let (from, to) = (&files[dice.below(files.len())], path(dice));
        let here = repo.path().join(from);
        let Some(bytes) = fs::read(&here).ok().filter(|_| !here.is_symlink()) else { continue };
        let after = if dice.one_in(3) { bytes.clone() } else { edited(dice, bytes.clone()) };
        match dice.below(5) {
            0 | 1 => {
                fs::remove_file(&here).unwrap();
                put(repo, &to, &after, dice);
            }
            2 => put(repo, &to, &after, dice),
            3 => put(repo, from, &edited(dice, bytes), dice),
            _ => put(repo, &to, &content(dice), dice),
        }
    }
}

#[test]
fn renames_and_copies_are_found_as_git_finds_them() {
    let [mut similar, mut asked] = [0, 0];
    for git in gits() {
        let repo = TestRepo::with_git(git);
        let mut dice = Random::new(77);
        for _ in 0..20 {
            let (path, bytes) = (path(&mut dice), content(&mut dice));
            put(&repo, &path, &bytes, &mut dice);
        }
        repo.git(&["add", "-A"]).success();
        repo.git(&["commit", "-q", "-m", "start"]).success();
        super::start(&repo);
        let base = repo.head();
        let log = repo.tmp().join("calls");
        for round in 0..60 {
            change(&repo, &mut dice);
            if dice.one_in(2) {
                repo.git(&["add", "-A"]).success();
                repo.git(&["commit", "-q", "--allow-empty", "-m", "change\n\nTask-Id: T-1"]).success();
            }
            let words = ["changes-since", "T-1", "--name-status"];
            let ours = repo.run(program()).args(words).env("GIT_TRACE2_EVENT", &log).run();
            let tree = super::oracle::tree_now(&repo);
            let theirs = repo.git(&["diff-tree", "-r", "-M", "-C", "--name-status", &base, &tree]).success().stdout;
            assert_eq!(ours.success().stdout, theirs, "round {round} with git {:?}", git.version);
            similar += theirs.lines().filter(|line| line.starts_with(['R', 'C']) && !line.contains("100")).count();
            asked += usize::from(fs::read_to_string(&log).unwrap_or_default().contains("\"diff-tree\""));
            drop(fs::remove_file(&log));
            if dice.one_in(4) {
                repo.git(&["reset", "-q", "--hard", &base]).success();
                repo.git(&["clean", "-qfd"]).success();
            }
        }
    }
    let rounds = 60 * gits().len();
    assert!(similar > rounds / 2 && asked < rounds / 2, "{similar} found, git asked in {asked} of {rounds} rounds");
}

#[test]
fn the_limit_of_the_user_is_that_of_git() {
    let repo = TestRepo::new();
    for name in ["a", "b", "c"] {
        repo.write(name, format!("{name}\n").repeat(20));
    }
    repo.git(&["add", "-A"]).success();
    repo.git(&["commit", "-q", "-m", "start"]).success();
    super::start(&repo);
    for name in ["a", "b", "c"] {
        fs::remove_file(repo.path().join(name)).unwrap();
        repo.write(&format!("new/{name}"), format!("{name}\n").repeat(19));
    }
    let shown = |setting: &str| {
        let output = repo.git(&["-c", setting, "agent", "changes-since", "T-1", "--name-status"]).success();
        (output.stdout.matches('R').count(), output.stderr.contains("git says"))
    };
    assert_eq!(shown("diff.renameLimit=100"), (3, false));
    assert_eq!(shown("diff.renameLimit=1"), (0, true));
}
