//! The hooks of a repository alone, for people who manage its settings themselves; [`super::init`] also sets those.

use super::Caller;
use crate::{
    error::Result,
    hook::install::{self, InstallOptions},
};

pub use crate::hook::install::{Check, Report};

/// Install all hooks, or bring them up to date.
///
/// # Errors
///
/// Those of [`install::install`].
pub fn install(caller: &Caller) -> Result<Report> {
    install::install(caller.repo(), &InstallOptions::for_this_program(), &[])
}

/// Remove everything that [`install()`] added.
///
/// # Errors
///
/// Those of [`install::uninstall`].
pub fn uninstall(caller: &Caller) -> Result<Report> {
    install::uninstall(caller.repo())
}

/// Examine every hook.
///
/// # Errors
///
/// Those of [`install::check`].
pub fn check(caller: &Caller) -> Result<Vec<Check>> {
    install::check(caller.repo())
}
