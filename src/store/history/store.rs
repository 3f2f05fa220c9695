//! The files of the derived index: `<common git dir>/agent/history/`.
//!
//! `chain` names the layers from the bottom up, and what they were made under. It is replaced in one step; layers never
//! change. So whoever has read a chain and opened its layers can go on reading whatever others do. Writers take a lock and
//! give up if somebody else has it, or has written since: the index is a convenience, the answer is there already.

use std::{
    fs::{self, File, OpenOptions},
    path::PathBuf,
};

use super::layer::{Damaged, Facts, Layer, Pages, Read};
use crate::{
    error::{Error, Result, codes},
    git::{ObjectId, Repo},
    store::history::{grafts::Overlay, update::Grown},
};

/// The first line of a chain; changes with every change of the format.
const TITLE: &str = "git-agent history 1";
/// A reader whose layers were just replaced by others looks again so often.
const TRIES: usize = 3;

/// What the index knows.
#[derive(Debug, Default)]
pub struct Known {
    /// From the bottom up.
    pub layers: Vec<Layer>,
    /// So many positions from the first on are one history, that of the last of them, in the reverse of git's order.
    pub trunk: u32,
    /// The text of the chain that this was read from.
    chain: String,
}

impl Known {
    /// The first position that is free.
    pub fn end(&self) -> u32 {
        self.layers.last().map_or(0, Layer::end)
    }

    /// The position of `commit`.
    pub fn position(&self, commit: ObjectId) -> Read<Option<u32>> {
        for layer in self.layers.iter().rev() {
            if let Some(position) = layer.position(&commit)? {
                return Ok(Some(position));
            }
        }
        Ok(None)
    }
}

/// In what state the index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is none. The first question to a long history makes one.
    Absent,
    /// It cannot be used; the next question that needs one makes a new one.
    Damaged,
    /// It was made under other settings, replacements, or shallow boundaries; the next question makes a new one.
    Outdated,
    /// It has so many commits, in so many layers.
    Sound(usize, usize),
}

fn dir(repo: &Repo) -> PathBuf {
    repo.agent_dir().join("history")
}

/// The index, if there is one that can be used under `overlay`.
pub fn open(repo: &Repo, overlay: &Overlay) -> Option<Known> {
    (0..TRIES).find_map(|_| read(repo, overlay).ok())?
}

/// The index; nothing if there is none for `overlay`.
fn read(repo: &Repo, overlay: &Overlay) -> Read<Option<Known>> {
    let Ok(chain) = fs::read_to_string(dir(repo).join("chain")) else { return Ok(None) };
    let Some((text, sum)) = chain.trim_end().rsplit_once("\nsum ") else { return Err(Damaged) };
    if sum != checksum(text) {
        return Err(Damaged);
    }
    let mut lines = text.lines();
    if lines.next() != Some(TITLE) || lines.next() != Some(&format!("under {}", overlay.fingerprint)) {
        return Ok(None);
    }
    let trunk = lines.next().and_then(|line| line.strip_prefix("trunk ")?.parse().ok()).ok_or(Damaged)?;
    let mut known = Known { layers: Vec::new(), trunk, chain: chain.clone() };
    for line in lines {
        let name = line.strip_prefix("layer ").ok_or(Damaged)?;
        let layer = Layer::new(Pages::open(&dir(repo).join(name))?)?;
        if layer.start() != known.end() {
            return Err(Damaged);
        }
        known.layers.push(layer);
    }
    if known.trunk > known.end() {
        return Err(Damaged);
    }
    Ok(Some(known))
}

/// Add what `grown` found to the index that `known` was read from. A failure costs the next reader time, nothing else.
pub fn add(repo: &Repo, overlay: &Overlay, known: &Known, grown: &Grown) {
    let write = || -> Option<()> {
        let dir = dir(repo);
        repo.make_dir(&dir).ok()?;
        let _lock = lock(repo, &dir)?;
        let now = fs::read_to_string(dir.join("chain")).unwrap_or_default();
        if now != known.chain && read(repo, overlay).is_ok_and(|other| other.is_some()) {
            return None;
        }
        let mut kept: Vec<&Layer> = known.layers.iter().collect();
        let mut facts = grown.facts.clone();
        // A layer is at least twice as long as the next one, so there are few of them.
        while let Some(last) = kept.last().filter(|last| ((last.end() - last.start()) as usize) < 2 * facts.len()) {
            let mut merged = last.facts().ok()?;
            merged.append(std::mem::replace(&mut facts, Facts::new(0, 0)));
            facts = merged;
            kept.pop();
        }
        let mut names: Vec<String> = layers_of(&known.chain).take(kept.len()).map(str::to_owned).collect();
        names.push(store(repo, &dir, &facts.encode())?);
        let mut text = format!("{TITLE}\nunder {}\ntrunk {}", overlay.fingerprint, grown.trunk);
        names.iter().for_each(|name| text.push_str(&format!("\nlayer {name}")));
        let sum = checksum(&text);
        repo.put(&dir.join("chain"), format!("{text}\nsum {sum}\n").as_bytes()).ok()?;
        tidy(&dir, &names);
        Some(())
    };
    // Deliberately without complaint: the index is a convenience.
    write().unwrap_or_default();
}

fn store(repo: &Repo, dir: &std::path::Path, bytes: &[u8]) -> Option<String> {
    let name = format!("{}.layer", ulid::Ulid::generate().to_string().to_lowercase());
    let mut file = std::io::BufWriter::new(tempfile::NamedTempFile::new_in(dir).ok()?);
    Pages::write(bytes, &mut file).ok()?;
    let file = file.into_inner().ok()?;
    repo.share(file.path()).ok()?;
    file.persist(dir.join(&name)).ok()?;
    Some(name)
}

/// Remove what `names` do not name: replaced layers, and what a writer that was killed left.
fn tidy(dir: &std::path::Path, names: &[String]) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = ["chain", "lock"].iter().any(|own| name == *own) || names.iter().any(|own| name == own.as_str());
        if !is_ours {
            fs::remove_file(entry.path()).unwrap_or_default();
        }
    }
}

fn layers_of(chain: &str) -> impl Iterator<Item = &str> {
    chain.lines().filter_map(|line| line.strip_prefix("layer "))
}

fn checksum(text: &str) -> String {
    format!("{:08x}", crc32fast::hash(text.as_bytes()))
}

/// The lock, unless another process has it.
fn lock(repo: &Repo, dir: &std::path::Path) -> Option<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("lock")).ok()?;
    // Another one's is shared already.
    repo.share(&dir.join("lock")).unwrap_or_default();
    file.try_lock().ok().map(|()| file)
}

/// Remove the index; it is rebuilt when it is needed.
///
/// # Errors
///
/// `read-only` when it cannot be removed.
pub fn forget(repo: &Repo) -> Result<()> {
    let dir = dir(repo);
    match fs::remove_file(dir.join("chain")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::new(codes::READ_ONLY, "cannot remove the history index").because(error))
        }
        _ => {
            tidy(&dir, &[]);
            Ok(())
        }
    }
}

/// The state of the index, every byte of which is read.
///
/// # Errors
///
/// When the repository's configuration or refs cannot be read.
pub fn state(repo: &Repo) -> Result<State> {
    let overlay = Overlay::of(repo)?;
    if !dir(repo).join("chain").exists() {
        return Ok(State::Absent);
    }
    Ok(match read(repo, &overlay) {
        Ok(None) => State::Outdated,
        Ok(Some(known)) if known.layers.iter().all(|layer| layer.facts().is_ok()) => {
            State::Sound(known.end() as usize, known.layers.len())
        }
        Ok(Some(_)) | Err(_) => State::Damaged,
    })
}
