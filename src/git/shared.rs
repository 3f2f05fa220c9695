//! Repositories that several accounts use: `core.sharedRepository`, as git heeds it (`setup.c`, `path.c`).
//!
//! Everything that is written into the git directory goes through here, so that all its users can use it.

use std::{
    fs::{self, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use super::{objects::Readers, repo::Repo};

/// What `core.sharedRepository` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sharing {
    /// What the umask leaves.
    Umask,
    /// These bits, too.
    AtLeast(u32),
    /// Just these bits.
    Exactly(u32),
}

impl Sharing {
    fn parse(value: &str) -> Self {
        let text = value.to_ascii_lowercase();
        match (text.as_str(), u32::from_str_radix(&text, 8)) {
            ("group" | "true" | "yes" | "on" | "1", _) => Sharing::AtLeast(0o660),
            ("all" | "world" | "everybody" | "2", _) => Sharing::AtLeast(0o664),
            // As git: such a file could not be written by its owner.
            (_, Ok(bits)) if bits & 0o600 == 0o600 => Sharing::Exactly(bits & 0o666),
            _ => Sharing::Umask,
        }
    }

    /// The mode that a file or directory with `mode` shall have.
    fn apply(self, mode: u32, is_dir: bool) -> u32 {
        let (bits, is_exact) = match self {
            Sharing::Umask => return mode,
            Sharing::AtLeast(bits) => (bits, false),
            Sharing::Exactly(bits) => (bits, true),
        };
        let mut bits = if mode & 0o200 == 0 { bits & !0o222 } else { bits };
        if mode & 0o100 != 0 {
            bits |= (bits & 0o444) >> 2;
        }
        let new = if is_exact { mode & !0o777 | bits } else { mode | bits };
        // What is made in the directory belongs to the same group.
        if is_dir { new | (new & 0o444) >> 2 | 0o2000 } else { new }
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).map_or(0, |meta| meta.permissions().mode())
}

impl Repo {
    fn sharing(&self) -> Sharing {
        self.config().text("core.sharedRepository").map_or(Sharing::Umask, |value| Sharing::parse(&value))
    }

    /// Whether other accounts use this repository (`core.sharedRepository`).
    pub fn is_shared(&self) -> bool {
        self.sharing() != Sharing::Umask
    }

    /// Whether those who share this repository are a group, and not only readers.
    pub fn is_shared_by_group(&self) -> bool {
        self.sharing().apply(0o600, false) & 0o020 != 0
    }

    /// Who may read what comes from the file `place` with these permissions, as far as the git directory lets anyone in.
    pub fn readers(&self, place: &Path, permissions: u32) -> Readers {
        let permissions = permissions & self.let_in(place);
        let open = mode(self.common_dir()) & mode(self.objects_dir());
        let is_kept_from = |enter: u32, read: u32| open & enter != 0 && permissions & read == 0;
        match (is_kept_from(0o001, 0o004), is_kept_from(0o010, 0o040)) {
            (_, true) => Readers::Owner,
            (true, false) => Readers::Group,
            (false, false) => Readers::All,
        }
    }

    /// What of the permissions of the file `place` the directories above it leave in force: those that do not lead to the git directory,
    /// too. In a shared repository, only those of the work tree: everybody has their own work trees where others may not look.
    fn let_in(&self, place: &Path) -> u32 {
        let Some(parent) = place.parent() else { return 0o777 };
        if let Some(known) = self.let_in_by().borrow().get(parent) {
            return *known;
        }
        let real = |dir: &Path| dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
        let (common, end) = (real(self.common_dir()), self.work_dir().filter(|_| self.is_shared()).map(real));
        let first = real(if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
        let above = first.ancestors().take_while(|dir| !common.starts_with(dir) && end.as_deref() != Some(*dir));
        let bits = above.map(mode).fold(0o777, |bits, mode| {
            let kept_out = if mode & 0o001 == 0 { 0o004 } else { 0 } | if mode & 0o010 == 0 { 0o040 } else { 0 };
            bits & !kept_out
        });
        self.let_in_by().borrow_mut().insert(parent.to_owned(), bits);
        bits
    }

    /// Let those who share the repository use `path`, which was made just now.
    ///
    /// # Errors
    ///
    /// When the mode cannot be changed.
    pub fn share(&self, path: &Path) -> io::Result<()> {
        let sharing = self.sharing();
        if sharing == Sharing::Umask {
            return Ok(());
        }
        let meta = fs::symlink_metadata(path)?;
        let mode = meta.permissions().mode() & 0o7777;
        let new = sharing.apply(mode, meta.is_dir());
        match fs::set_permissions(path, Permissions::from_mode(new)) {
            _ if mode == new => Ok(()),
            // Of another user, who has set it.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            done => done,
        }
    }

    /// Make the directory `dir` with those above it.
    ///
    /// # Errors
    ///
    /// When the directory cannot be made.
    pub fn make_dir(&self, dir: &Path) -> io::Result<()> {
        if dir.is_dir() {
            return Ok(());
        }
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            self.make_dir(parent)?;
        }
        match fs::create_dir(dir) {
            Ok(()) => self.share(dir),
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
            failed => failed,
        }
    }

    /// Write the file `path` of ours whole, or not at all, with the directories above it.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; the old one stays then.
    pub fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let dir = path.parent().unwrap_or(Path::new("."));
        self.make_dir(dir)?;
        let mut file = tempfile::NamedTempFile::new_in(dir)?;
        file.write_all(bytes)?;
        self.share(file.path())?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_those_that_git_gives() {
        let mode = |value: &str, mode, is_dir| format!("{:o}", Sharing::parse(value).apply(mode, is_dir));
        assert_eq!(
            [mode("false", 0o600, false), mode("umask", 0o755, true), mode("0", 0o644, false)],
            ["600", "755", "644"]
        );
        for word in ["group", "true", "1", "GROUP"] {
            assert_eq!([mode(word, 0o600, false), mode(word, 0o444, false)], ["660", "444"], "{word}");
            assert_eq!([mode(word, 0o700, true), mode(word, 0o755, true)], ["2770", "2775"], "{word}");
        }
        assert_eq!(
            [mode("all", 0o600, false), mode("2", 0o400, false), mode("world", 0o700, true)],
            ["664", "444", "2775"]
        );
        assert_eq!(
            [mode("0640", 0o666, false), mode("0640", 0o444, false), mode("0640", 0o755, true)],
            ["640", "440", "2750"]
        );
        assert_eq!(mode("0444", 0o644, false), "644", "refused by git");
    }
}
