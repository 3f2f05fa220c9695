//! Where tests make their repositories.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// In memory, and with this much room at least.
const MEMORY: (&str, u64) = ("/dev/shm", 2 << 30);

/// `TMPDIR`, if it is set. Otherwise a file system in memory, where one is that has room and runs programs: most of the time of a
/// test is spent in waiting for a disk. Otherwise the usual directory for temporary files.
pub fn scratch() -> &'static Path {
    static SCRATCH: OnceLock<PathBuf> = OnceLock::new();
    SCRATCH.get_or_init(|| {
        let (memory, room) = MEMORY;
        match std::env::var_os("TMPDIR") {
            None if is_of_use(Path::new(memory), room) => memory.into(),
            _ => std::env::temp_dir(),
        }
    })
}

fn is_of_use(dir: &Path, room: u64) -> bool {
    let has_room = rustix::fs::statvfs(dir).is_ok_and(|stat| stat.f_bavail.saturating_mul(stat.f_frsize) >= room);
    let runs = || {
        let probe = tempfile::NamedTempFile::new_in(dir)?.into_temp_path();
        std::fs::write(&probe, "#!/bin/sh\n")?;
        std::fs::set_permissions(&probe, std::fs::Permissions::from_mode(0o700))?;
        Command::new(&*probe).status()
    };
    has_room && runs().is_ok_and(|status| status.success())
}
