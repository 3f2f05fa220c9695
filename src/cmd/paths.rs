//! Paths on the command line, made relative to the top of the work tree.

use std::path::{Component, Path, PathBuf};

use crate::{
    error::{Context as _, Error, Result, codes},
    git::Repo,
};

/// `argument`, given in the current directory, as a path from the top of the work tree, with `/`.
pub(super) fn in_repo(repo: &Repo, argument: &str) -> Result<String> {
    let refuse =
        |why: &str| Error::new(codes::BAD_PATH, format!("cannot use the path '{}': {why}", argument.escape_debug()));
    if argument.is_empty() || argument.chars().any(crate::domain::text::is_hostile) {
        return Err(refuse("it is empty or has control characters"));
    }
    let here = std::env::current_dir().or_environment(|| "the current directory was deleted".to_owned())?;
    let base = match repo.work_dir() {
        Some(top) => std::fs::canonicalize(top).or_environment(|| format!("cannot find '{}'", top.display()))?,
        None => here.clone(),
    };
    let whole = normal(&here.join(argument)).ok_or_else(|| refuse("it leads above the root directory"))?;
    let inside = whole.strip_prefix(&base).map_err(|_| refuse("it is outside the repository"))?;
    match inside.to_str() {
        Some("") => Ok(".".to_owned()),
        Some(path) => Ok(path.replace('\\', "/")),
        None => Err(refuse("it is not UTF-8")),
    }
}

/// `path` without `.` and `..`, by words alone: the file need not exist.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !normal.pop() {
                    return None;
                }
            }
            other => normal.push(other),
        }
    }
    Some(normal)
}
