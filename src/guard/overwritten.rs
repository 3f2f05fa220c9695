//! Ignored files in the places of files that git is about to write: it overwrites them without a word.

use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashMap},
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    error::Result,
    git::{
        EntryKind, ObjectId, Refs, Repo, changed_paths::Comparer, ignore, index::entries::Entries, objects::trees,
        rev_parse, revwalk,
    },
    shell::{Onto, Risk},
};
use bstr::{BStr, BString, ByteSlice as _};

/// Where no telling is what git will write: how many files of an ignored directory are saved, or none of them.
const IN_A_DIRECTORY: usize = 200;
/// How many ignored files altogether.
const ALTOGETHER: usize = 2_000;

/// The files that `risk` may overwrite, beyond those that a snapshot holds anyway: paths from the top of the work tree.
pub(super) fn files(repo: &Repo, risk: &Risk) -> Result<BTreeSet<BString>> {
    let Some(top) = repo.work_dir() else { return Ok(BTreeSet::new()) };
    match &risk.onto {
        Onto::Nothing => Ok(BTreeSet::new()),
        Onto::Unknown => within_reach(repo, top),
        Onto::Trees(words) => {
            let mut ground = Ground { repo, top, index: OnceCell::new(), dirs: HashMap::new(), found: BTreeSet::new() };
            let head = head_tree(repo)?;
            let trees: BTreeSet<ObjectId> = words.iter().flat_map(|word| named(repo, word)).collect();
            for tree in trees {
                for path in Comparer::new(repo).differences(head, Some(tree))? {
                    if path.old.is_none()
                        && let Some(new) = path.new
                    {
                        ground.look(path.path.as_bstr(), new.kind)?;
                    }
                }
            }
            Ok(ground.found)
        }
    }
}

fn head_tree(repo: &Repo) -> Result<Option<ObjectId>> {
    let Some(commit) = repo.head()?.commit else { return Ok(None) };
    Ok(revwalk::tree(repo, commit).ok())
}

/// The trees that `word` may stand for: what git makes of it, or branches of remotes that are called so.
fn named(repo: &Repo, word: &BString) -> Vec<ObjectId> {
    let peeled = |id: ObjectId| trees::peel(repo, id);
    let is_special = word.contains_str("@{") || word.contains(&b':');
    let parsed = match repo.refs() {
        Refs::Files => rev_parse::object(repo, word.as_bstr()),
        Refs::Binary => None,
    };
    let parsed = parsed.or_else(|| match repo.refs() {
        Refs::Files if !is_special => None,
        _ => repo.resolve_commit(word.to_str().ok()?).ok()?,
    });
    if let Some(tree) = parsed.and_then(peeled) {
        return vec![tree];
    }
    let ending = [b"/", word.as_slice()].concat();
    let remotes = repo.refs().list(repo, "refs/remotes/").unwrap_or_default();
    remotes
        .into_iter()
        .filter(|(name, _)| name.as_bytes().ends_with(&ending))
        .filter_map(|(_, id)| peeled(id))
        .collect()
}

/// The work tree, as far as it was examined.
struct Ground<'r> {
    repo: &'r Repo,
    top: &'r Path,
    index: OnceCell<Entries>,
    /// Directories, and what stands where one should be: nothing, or another thing.
    dirs: HashMap<BString, Standing>,
    found: BTreeSet<BString>,
}

#[derive(Clone, PartialEq, Eq)]
enum Standing {
    Directory,
    Nothing,
    InTheWay(BString),
}

impl Ground<'_> {
    /// Something of `kind` will be written at `path`.
    fn look(&mut self, path: &BStr, kind: EntryKind) -> Result<()> {
        let parent = path.rfind_byte(b'/').map(|at| path[..at].as_bstr());
        match parent.map_or(Ok(Standing::Directory), |parent| self.directory(parent))? {
            Standing::Nothing => {}
            Standing::InTheWay(path) => self.add(path)?,
            Standing::Directory => match self.place(path).symlink_metadata() {
                // A submodule moves into a directory that is there.
                Ok(meta) if meta.is_dir() && kind == EntryKind::Commit => {}
                Ok(meta) if meta.is_dir() => self.add_below(path)?,
                Ok(_) => self.add(path.to_owned())?,
                Err(_) => {}
            },
        }
        Ok(())
    }

    fn directory(&mut self, path: &BStr) -> Result<Standing> {
        if let Some(known) = self.dirs.get(path.as_bytes().as_bstr()) {
            return Ok(known.clone());
        }
        let parent = path.rfind_byte(b'/').map(|at| path[..at].to_owned());
        let above = parent.map_or(Ok(Standing::Directory), |parent| self.directory(parent.as_bstr()))?;
        let standing = match above {
            Standing::Directory => match self.place(path).symlink_metadata() {
                Ok(meta) if meta.is_dir() => Standing::Directory,
                Ok(_) => Standing::InTheWay(path.to_owned()),
                Err(_) => Standing::Nothing,
            },
            other => other,
        };
        self.dirs.insert(path.to_owned(), standing.clone());
        Ok(standing)
    }

    fn add_below(&mut self, dir: &BStr) -> Result<()> {
        for entry in fs::read_dir(self.place(dir)).into_iter().flatten().flatten() {
            let path = BString::from([dir.as_bytes(), b"/", entry.file_name().as_encoded_bytes()].concat());
            match entry.file_type() {
                // A repository cannot be saved: that is for the capture to say.
                Ok(_) if entry.file_name() == ".git" => drop(self.found.insert(dir.to_owned())),
                Ok(kind) if kind.is_dir() => self.add_below(path.as_bstr())?,
                _ => self.add(path)?,
            }
        }
        Ok(())
    }

    /// What git knows is in the snapshot already, or as it was committed.
    fn add(&mut self, path: BString) -> Result<()> {
        if self.index.get().is_none() {
            let read = Entries::read(self.repo)?;
            self.index.get_or_init(|| read);
        }
        if !self.index.get().is_some_and(|index| index.knows(path.as_bstr())) {
            self.found.insert(path);
        }
        Ok(())
    }

    fn place(&self, path: &BStr) -> PathBuf {
        place(self.top, path)
    }
}

fn place(top: &Path, path: &BStr) -> PathBuf {
    top.join(path.to_path_lossy())
}

/// The ignored files that an unknown tree may contain as well: single ones, and those of small directories.
fn within_reach(repo: &Repo, top: &Path) -> Result<BTreeSet<BString>> {
    let limit = repo.settings().max_file_size();
    let mut found = BTreeSet::new();
    let mut room = limit;
    for path in ignore::list(repo)? {
        let files = match path.strip_suffix(b"/") {
            Some(dir) => small(top, dir.as_bstr()).unwrap_or_default(),
            None => vec![path],
        };
        let size = |file: &BString| {
            let meta = place(top, file.as_bstr()).symlink_metadata().ok()?;
            let is_readable = || meta.is_symlink() || fs::File::open(place(top, file.as_bstr())).is_ok();
            ((meta.is_file() || meta.is_symlink()) && is_readable()).then_some(meta.len())
        };
        for file in files {
            let Some(size) = size(&file).filter(|size| *size <= room) else { continue };
            if found.len() < ALTOGETHER {
                room -= size;
                found.insert(file);
            }
        }
    }
    Ok(found)
}

/// The files below `dir`, unless they are many; without those of repositories in it.
fn small(top: &Path, dir: &BStr) -> io::Result<Vec<BString>> {
    let mut files = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        let listed = fs::read_dir(place(top, dir.as_bstr()))?.collect::<io::Result<Vec<_>>>()?;
        if listed.iter().any(|entry| entry.file_name() == ".git") {
            continue;
        }
        for entry in listed {
            let path = BString::from([dir.as_bytes(), b"/", entry.file_name().as_encoded_bytes()].concat());
            if entry.file_type()?.is_dir() { open.push(path) } else { files.push(path) }
        }
        if files.len() + open.len() > IN_A_DIRECTORY {
            return Ok(Vec::new());
        }
    }
    Ok(files)
}
