//! The files of the derived index: `<common git dir>/agent/history/`.
//!
//! `chain`, a [`Cache`] about the settings that they were made under, names the layers from the bottom up. It is replaced in one
//! step; layers never change. So a process that has read a chain and opened its layers can continue reading whatever others do.
//! Writers take a lock and give up if another process has it, or has written since: the answer is known without the index.

use std::{
    borrow::Cow,
    fs::{self, File, OpenOptions},
    path::PathBuf,
};

use super::layer::{self, Damaged, Layer, Pages, Read};
use crate::{
    error::{Error, Result, codes},
    git::{ObjectId, Repo},
    store::{
        cache::Cache,
        history::{grafts::Overlay, update::Grown},
    },
};

/// Changes with every change of the format, of layers too.
const MAGIC: &[u8; 8] = b"gahist\0\x02";
/// A reader whose layers were just replaced by others looks again so often.
const TRIES: usize = 3;

/// The index as read from the disk.
#[derive(Debug, Default)]
pub struct Known {
    /// The layers, the oldest first.
    pub layers: Vec<Layer>,
    /// This many positions from the first on are one history, that of the last of them, in the reverse of git's order.
    pub trunk: u32,
    /// The file names of the layers.
    names: Vec<String>,
    /// The bytes of the chain file that it was read from.
    chain: Vec<u8>,
}

impl Known {
    /// The first position after all layers.
    pub fn end(&self) -> u32 {
        self.layers.last().map_or(0, Layer::end)
    }

    pub fn position(&self, commit: ObjectId) -> Read<Option<u32>> {
        layer::position(&self.layers, commit)
    }
}

/// The condition of the history index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryState {
    /// It does not exist; the first query of a long history creates it.
    Absent,
    /// It is damaged; the next query rebuilds it.
    Damaged,
    /// It was built with other settings, replacements or shallow boundaries; the next query rebuilds it.
    Outdated,
    /// It is valid and has this many commits, in this many layers.
    Sound(usize, usize),
}

fn dir(repo: &Repo) -> PathBuf {
    repo.agent_dir().join("history")
}

fn cache(repo: &Repo) -> Cache {
    Cache::new(dir(repo).join("chain"), MAGIC)
}

/// The index, if there is a valid one for `overlay`.
pub fn open(repo: &Repo, overlay: &Overlay) -> Option<Known> {
    (0..TRIES).find_map(|_| read(repo, overlay).ok())?
}

/// The index; nothing if there is none for `overlay`.
fn read(repo: &Repo, overlay: &Overlay) -> Read<Option<Known>> {
    let cache = cache(repo);
    if !cache.exists() {
        return Ok(None);
    }
    let cached = cache.read().ok_or(Damaged)?;
    if cached.key() != overlay.fingerprint.to_string().as_bytes() {
        return Ok(None);
    }
    let text = std::str::from_utf8(cached.content()).map_err(|_| Damaged)?;
    let mut lines = text.lines();
    let trunk = lines.next().and_then(|line| line.strip_prefix("trunk ")?.parse().ok()).ok_or(Damaged)?;
    let mut known = Known { trunk, ..Known::default() };
    for line in lines {
        let name = line.strip_prefix("layer ").ok_or(Damaged)?;
        let layer = Layer::new(Pages::open(&dir(repo).join(name))?)?;
        if layer.start() != known.end() {
            return Err(Damaged);
        }
        known.layers.push(layer);
        known.names.push(name.to_owned());
    }
    if known.trunk > known.end() {
        return Err(Damaged);
    }
    known.chain = cached.into_parts().0;
    Ok(Some(known))
}

/// Add the new commits `grown` to the index `known`; `layer` is what they are in a layer of their own. On failure the next reader only
/// takes longer.
pub fn add(repo: &Repo, overlay: &Overlay, known: &Known, grown: &Grown, layer: &[u8]) {
    let write = || -> Option<()> {
        let dir = dir(repo);
        repo.make_dir(&dir).ok()?;
        let _lock = lock(repo, &dir)?;
        let now = cache(repo).read().map(|cached| cached.into_parts().0).unwrap_or_default();
        if now != known.chain && read(repo, overlay).is_ok_and(|other| other.is_some()) {
            return None;
        }
        let mut kept: Vec<&Layer> = known.layers.iter().collect();
        let mut facts = Cow::Borrowed(&grown.facts);
        // A layer is at least twice as long as the next one, so there are few of them.
        while let Some(last) = kept.last().filter(|last| ((last.end() - last.start()) as usize) < 2 * facts.len()) {
            let mut merged = last.facts().ok()?;
            merged.append(facts.into_owned());
            facts = Cow::Owned(merged);
            kept.pop();
        }
        let mut names = known.names[..kept.len()].to_vec();
        names.push(match facts {
            Cow::Borrowed(_) => store(repo, &dir, layer)?,
            Cow::Owned(merged) => store(repo, &dir, &merged.encode())?,
        });
        let layers: String = names.iter().map(|name| format!("layer {name}\n")).collect();
        let text = format!("trunk {}\n{layers}", grown.trunk);
        if cache(repo).write(repo, overlay.fingerprint.to_string().as_bytes(), &[text.as_bytes()]) {
            tidy(&dir, &names);
        }
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
    let failed = |error| Error::new(codes::READ_ONLY, "cannot remove the history index").because(error);
    cache(repo).remove().map_err(failed)?;
    tidy(&dir(repo), &[]);
    Ok(())
}

/// The state of the index, every byte of which is read.
///
/// # Errors
///
/// When the repository's configuration or refs cannot be read.
pub fn state(repo: &Repo) -> Result<HistoryState> {
    let overlay = Overlay::of(repo)?;
    if !cache(repo).exists() {
        return Ok(HistoryState::Absent);
    }
    Ok(match read(repo, &overlay) {
        Ok(None) => HistoryState::Outdated,
        Ok(Some(known)) if known.layers.iter().all(|layer| layer.facts().is_ok()) => {
            HistoryState::Sound(known.end() as usize, known.layers.len())
        }
        Ok(Some(_)) | Err(_) => HistoryState::Damaged,
    })
}
