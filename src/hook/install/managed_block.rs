//! A block of lines of ours at the end of a text file of the user, removed without a trace.
//!
//! The first line of the block remembers what had to be done to put it there: end an unfinished last line (`n`), make the
//! file (`f`), make its directory (`d`).

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use bstr::{BString, ByteSlice};

use crate::{
    error::{Context as _, Result},
    git::locked_file::LockedFile,
};

const BEGIN: &str = "# git-agent begin ";
const END: &str = "# git-agent end\n";
const NOTICE: &str = "(written by 'git agent init', removed by 'git agent uninstall')";

/// What a change of the file did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The block was already correct.
    None,
    /// The block was added, or replaced.
    Made,
}

/// The lines of our block in `file`, if it is there.
pub(super) fn read(file: &Path) -> Option<BString> {
    let text = fs::read(file).ok()?;
    find(&text).map(|block| text[block.body].into())
}

/// Put the lines `body` into `file`, in the place of an older block if there is one.
pub(super) fn put(file: &Path, body: &[u8]) -> Result<Change> {
    if read(file).is_some_and(|old| old == body) {
        return Ok(Change::None);
    }
    let mut flags = String::new();
    let dir = file.parent().unwrap_or(file);
    if !dir.exists() {
        fs::create_dir_all(dir).or_environment(|| format!("cannot create '{}'", dir.display()))?;
        flags.push('d');
    }
    let lock = LockedFile::take(file)?;
    let mut text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            flags.push('f');
            Vec::new()
        }
        Err(error) => return Err(error).or_environment(|| format!("cannot read '{}'", file.display())),
    };
    match find(&text) {
        Some(block) => drop(text.splice(block.body, body.iter().copied())),
        None => {
            if !text.is_empty() && !text.ends_with(b"\n") {
                text.push(b'\n');
                flags.push('n');
            }
            let flags = if flags.is_empty() { "-" } else { &flags };
            text.extend_from_slice(format!("{BEGIN}{flags} {NOTICE}\n").as_bytes());
            text.extend_from_slice(body);
            text.extend_from_slice(END.as_bytes());
        }
    }
    lock.commit(&text)?;
    Ok(Change::Made)
}

/// Take our block out of `file`, and the file away if that was ours, too.
pub(super) fn remove(file: &Path) -> Result<Change> {
    if read(file).is_none() {
        return Ok(Change::None);
    }
    let lock = LockedFile::take(file)?;
    let mut text = fs::read(file).or_environment(|| format!("cannot read '{}'", file.display()))?;
    let Some(block) = find(&text) else { return Ok(Change::None) };
    let has = |flag: u8| block.flags.contains(&flag);
    let newline = usize::from(has(b'n') && block.whole.end == text.len());
    let (made_file, made_dir) = (has(b'f'), has(b'd'));
    drop(text.drain(block.whole.start - newline..block.whole.end));
    if !(made_file && text.is_empty()) {
        return lock.commit(&text).map(|()| Change::Made);
    }
    fs::remove_file(file).or_environment(|| format!("cannot remove '{}'", file.display()))?;
    drop(lock);
    if made_dir && let Some(dir) = file.parent() {
        // Not empty: it is in use.
        drop(fs::remove_dir(dir));
    }
    Ok(Change::Made)
}

struct Block {
    whole: std::ops::Range<usize>,
    body: std::ops::Range<usize>,
    flags: BString,
}

fn find(text: &[u8]) -> Option<Block> {
    let start = text.find_iter(BEGIN).find(|&at| at == 0 || text[at - 1] == b'\n')?;
    let body_start = start + text[start..].find_byte(b'\n')? + 1;
    let flags = text[start + BEGIN.len()..body_start].fields().next()?.into();
    let at_line_start = |&at: &usize| text[at - 1] == b'\n';
    let body_end = text[body_start..].find_iter(END).map(|at| body_start + at).find(at_line_start)?;
    Some(Block { whole: start..body_end + END.len(), body: body_start..body_end, flags })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_comes_and_goes_without_a_trace() {
        for before in [None, Some(""), Some("[a]\n\tb = c\n"), Some("[a]\n\tb = c")] {
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join("info/config");
            if let Some(text) = before {
                fs::create_dir(dir.path().join("info")).unwrap();
                fs::write(&file, text).unwrap();
            }
            assert_eq!(put(&file, b"one\n").unwrap(), Change::Made);
            assert_eq!(put(&file, b"one\n").unwrap(), Change::None);
            assert_eq!(put(&file, b"two\n").unwrap(), Change::Made);
            assert_eq!(read(&file).unwrap(), "two\n");
            assert_eq!(remove(&file).unwrap(), Change::Made);
            assert_eq!(remove(&file).unwrap(), Change::None);
            assert_eq!(fs::read_to_string(&file).ok().as_deref(), before);
            assert_eq!(dir.path().join("info").exists(), before.is_some());
        }
    }

    #[test]
    fn what_others_add_stays() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config");
        fs::write(&file, "one").unwrap();
        put(&file, b"ours\n").unwrap();
        fs::write(&file, format!("{}two\n", fs::read_to_string(&file).unwrap())).unwrap();
        remove(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "one\ntwo\n");
    }
}
