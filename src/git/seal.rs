//! The seal of this repository: how snapshots and operations that were made here are distinguished from those that came from elsewhere.
//!
//! A fetch can bring any ref and any object, `refs/agent/*` too. So what git-agent will act on carries a seal in the header of its
//! commit, `agent-seal <hex>`: HMAC-SHA256, with a secret that no fetch and no clone brings along, of the name of its ref and
//! of the commit without that line. The secret is `<common git dir>/agent-id/secret`, made when it is first
//! needed; it is not in `agent/`, of which everything is disposable. A user who may
//! write to the repository may read it; they could write hooks as well.

use std::{
    collections::HashSet,
    fs, io,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use bstr::ByteSlice as _;
use gix::ObjectId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{cmd, repo::Repo};
use crate::error::{Advice, Context as _, Error, Result, codes};

/// What the line in the header begins with.
const HEADER: &[u8] = b"\nagent-seal ";
/// What is sealed, so that the secret is of no use for anything else.
const PURPOSE: &[u8] = b"git-agent seal 1\0";
/// Bytes of the secret: as many as a block of the hash.
const LENGTH: usize = 64;

/// The secret of this repository.
#[derive(Clone, Debug)]
pub struct Secret([u8; LENGTH]);

impl Secret {
    /// The one that is there.
    pub(super) fn find(repo: &Repo) -> Option<Self> {
        let text = fs::read(path(repo)).ok()?;
        let digits = text.trim_end();
        let byte = |pair: &[u8]| u8::from_str_radix(pair.to_str().ok()?, 16).ok();
        let bytes: Vec<u8> = digits.chunks(2).map(byte).collect::<Option<_>>()?;
        bytes.try_into().ok().map(Secret)
    }

    /// The one that is there, or a new one.
    pub(super) fn find_or_make(repo: &Repo) -> Result<Self> {
        if let Some(secret) = Self::find(repo) {
            return Ok(secret);
        }
        let path = path(repo);
        let failed = || format!("cannot create '{}'", path.display());
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::new(codes::NO_RANDOMNESS, "the operating system provides no random numbers")
                .because(anyhow::anyhow!("{error}"))
        })?;
        make(repo, &path, &bytes).or_environment(failed)?;
        // Another process may have been faster.
        Self::find(repo).ok_or_else(|| {
            Error::new(codes::SECRET_DAMAGED, format!("'{}' is damaged", path.display())).hint(Advice::ReplaceSeal)
        })
    }

    fn mac(&self, place: &str, commit: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.0.into());
        [PURPOSE, place.as_bytes(), b"\0", commit].into_iter().for_each(|part| mac.update(part));
        mac
    }

    /// `commit`, the bytes of one that the ref `place` will lead to, with its seal.
    pub(super) fn seal(&self, place: &str, commit: &[u8]) -> Vec<u8> {
        let end = commit.find("\n\n").unwrap_or(commit.len());
        let seal = hex(&self.mac(place, commit).finalize().into_bytes());
        [&commit[..end], HEADER, seal.as_bytes(), &commit[end..]].concat()
    }

    /// Whether `commit` has the seal that this repository gives what the ref `place` leads to.
    pub(super) fn fits(&self, place: &str, commit: &[u8]) -> bool {
        let Some((seal, bare)) = take_out(commit) else { return false };
        let bytes = |seal: &[u8]| -> Option<Vec<u8>> {
            seal.chunks(2).map(|pair| u8::from_str_radix(pair.to_str().ok()?, 16).ok()).collect()
        };
        bytes(seal).is_some_and(|seal| self.mac(place, &bare).verify_slice(&seal).is_ok())
    }
}

/// The seal of `commit`, and its bytes without that line.
fn take_out(commit: &[u8]) -> Option<(&[u8], Vec<u8>)> {
    let header = &commit[..commit.find("\n\n")?];
    let begin = header.find(HEADER)?;
    let seal = header[begin + HEADER.len()..].lines().next()?;
    let end = begin + HEADER.len() + seal.len();
    Some((seal, [&commit[..begin], &commit[end..]].concat()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Commits without a seal that are taken for ours: made by an earlier version, or with a secret that was lost.
pub(super) fn adopted(repo: &Repo) -> HashSet<ObjectId> {
    let text = fs::read(adopted_path(repo)).unwrap_or_default();
    cmd::ids(&text).collect()
}

/// Treat the commits `ids` as made here from now on.
///
/// # Errors
///
/// Where nothing can be written.
pub fn adopt(repo: &Repo, ids: &[ObjectId]) -> Result<()> {
    let path = adopted_path(repo);
    let mut all: Vec<ObjectId> = adopted(repo).into_iter().chain(ids.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    let lines: String = all.iter().map(|id| format!("{id}\n")).collect();
    repo.put(&path, lines.as_bytes()).or_environment(|| format!("cannot write '{}'", path.display()))
}

fn adopted_path(repo: &Repo) -> PathBuf {
    repo.id_dir().join("adopted")
}

fn path(repo: &Repo) -> PathBuf {
    repo.id_dir().join("secret")
}

/// Make the file whole or not at all, for its owner alone (and for the group that shares the repository).
fn make(repo: &Repo, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = repo.id_dir();
    repo.make_dir(&dir)?;
    let mut file = tempfile::NamedTempFile::new_in(&dir)?;
    file.write_all(format!("{}\n", hex(bytes)).as_bytes())?;
    let mode = if repo.is_shared_by_group() { 0o640 } else { 0o600 };
    file.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => fs::File::open(&dir)?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &[u8] = b"tree 1\nauthor a\ncommitter b\n\nmessage\n\nagent-seal 00\n";

    #[test]
    fn a_seal_fits_what_it_was_given_for_and_nothing_else() {
        let (ours, other) = (Secret([7; LENGTH]), Secret([8; LENGTH]));
        let sealed = ours.seal("refs/agent/snap/x", COMMIT);
        assert!(sealed.starts_with(b"tree 1\nauthor a\ncommitter b\nagent-seal "));
        assert!(ours.fits("refs/agent/snap/x", &sealed));
        assert!(!ours.fits("refs/agent/snap/y", &sealed), "of another ref");
        assert!(!other.fits("refs/agent/snap/x", &sealed), "of another repository");
        assert!(!ours.fits("refs/agent/snap/x", COMMIT), "without a seal");
        assert!(!ours.fits("refs/agent/snap/x", &sealed.replace("message", "massage")), "changed");
        assert!(!ours.fits("refs/agent/snap/x", &sealed.replace("author a", "author b")), "changed");
        assert!(!ours.fits("refs/agent/snap/x", b"nonsense"));
        assert!(!ours.fits("refs/agent/snap/x", b"tree 1\nagent-seal \n\n"));
        assert!(!ours.fits("refs/agent/snap/x", b"tree 1\nagent-seal xyz\n\n"));
    }
}
