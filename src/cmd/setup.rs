//! How `init` and `uninstall` answer: what was changed, and warnings.

use super::Ctx;
use crate::{error::Result, verbs::init::SetupChanges, view::json::InitAnswer};

/// Answer with `changes`; with --json that is all there is to say, and `end` is left out.
pub(super) fn answer(ctx: &Ctx, changes: SetupChanges, end: impl FnOnce() -> Result<()>) -> Result<()> {
    let SetupChanges { done, warnings } = changes;
    if ctx.out.is_json() {
        return ctx.out.json(&InitAnswer { done, warnings });
    }
    for line in &done {
        ctx.out.status(line);
    }
    for line in &warnings {
        ctx.out.warn(line);
    }
    end()
}
