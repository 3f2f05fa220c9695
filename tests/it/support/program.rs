//! The program under test.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// The executable of git-agent, alone in its directory: a copy of what cargo built.
///
/// Linkers write an executable page by page, and the page cache keeps it in those pieces. A copy is mapped in larger ones and
/// starts in 60% of the time, which the tests do tens of thousands of times.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let built = Path::new(env!("CARGO_BIN_EXE_git-agent"));
        copied(built).unwrap_or_else(|error| panic!("cannot copy {}: {error}", built.display()))
    })
}

/// The copy of `built`, which is as new as that.
fn copied(built: &Path) -> io::Result<PathBuf> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("program");
    let copy = dir.join("git-agent");
    let made = fs::metadata(built)?.modified()?;
    if fs::metadata(&copy).and_then(|copy| copy.modified()).is_ok_and(|copied| copied == made) {
        return Ok(copy);
    }
    fs::create_dir_all(&dir)?;
    // Renamed over the old one, which another run of the tests may be starting.
    let mut new = tempfile::NamedTempFile::new_in(&dir)?;
    io::copy(&mut fs::File::open(built)?, &mut new)?;
    new.as_file().set_permissions(fs::metadata(built)?.permissions())?;
    new.as_file().set_modified(made)?;
    let new = new.into_temp_path();
    new.persist(&copy)?;
    Ok(copy)
}
