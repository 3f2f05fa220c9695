//! How `init` and `uninstall` answer: what was changed, and warnings.

use crate::{
    cmd::context::Ctx,
    error::Result,
    view::json::{InitAnswer, SCHEMA},
};

/// Answer with `done` and `warnings`; with --json that is all there is to say, and `end` is left out.
pub(super) fn answer(
    ctx: &Ctx,
    done: Vec<String>,
    warnings: Vec<String>,
    end: impl FnOnce() -> Result<()>,
) -> Result<()> {
    if ctx.out.is_json() {
        return ctx.out.json(&InitAnswer { schema: SCHEMA, done, warnings });
    }
    for line in &done {
        ctx.out.status(line);
    }
    for line in &warnings {
        ctx.out.warn(line);
    }
    end()
}
