//! The gits that tests run on.
//!
//! Every distinct git in the usual places, plus those that `GIT_AGENT_TEST_GITS` lists (executables, separated by `:`).

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// One git executable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Git {
    /// The executable.
    pub path: PathBuf,
    /// `(2, 47)` of `git version 2.47.3`.
    pub version: (u32, u32),
    /// The version as it names itself.
    pub name: String,
}

impl Git {
    fn probe(path: &Path) -> Option<Git> {
        let output = Command::new(path).arg("--version").env_clear().output().ok().filter(|o| o.status.success())?;
        let name = String::from_utf8(output.stdout).ok()?.trim().strip_prefix("git version ")?.to_owned();
        let mut numbers = name.split('.').map_while(|part| part.parse().ok());
        let version = (numbers.next()?, numbers.next()?);
        Some(Git { path: path.to_owned(), version, name })
    }

    /// Hooks can be set in the configuration (`hook.<name>.command`).
    pub fn has_config_hooks(&self) -> bool {
        self.version >= (2, 54)
    }

    /// `git init --ref-format=reftable` works.
    pub fn has_reftable(&self) -> bool {
        self.version >= (2, 45)
    }
}

impl fmt::Display for Git {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "git {} ({})", self.name, self.path.display())
    }
}

/// Every git there is, oldest first, one per version.
pub fn gits() -> &'static [Git] {
    static GITS: OnceLock<Vec<Git>> = OnceLock::new();
    GITS.get_or_init(|| {
        let listed = std::env::var_os("GIT_AGENT_TEST_GITS").unwrap_or_default();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let on_path = std::env::split_paths(&path).map(|dir| dir.join("git"));
        let usual = ["/usr/bin/git", "/usr/local/bin/git"].map(PathBuf::from);
        let found: BTreeMap<_, _> = on_path
            .chain(usual)
            .chain(std::env::split_paths(&listed))
            .filter_map(|path| Git::probe(&path))
            .map(|git| (git.version, git))
            .collect();
        assert!(!found.is_empty(), "the tests need a git");
        found.into_values().collect()
    })
}

/// The git of tests that are not about git versions: the first on `PATH`.
pub fn default_git() -> &'static Git {
    static DEFAULT: OnceLock<Git> = OnceLock::new();
    DEFAULT.get_or_init(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let first = std::env::split_paths(&path).find_map(|dir| Git::probe(&dir.join("git")));
        first.unwrap_or_else(|| gits()[0].clone())
    })
}
