//! Tasks from a plan.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use super::{Effect, Tool};
use crate::{
    error::{Context as _, Error, Result, codes},
    mcp::reply::Reply,
    verbs::{
        Caller,
        plan::{self, ImportRequest, MAX_PLAN, PlanSource},
    },
    view::json::ImportAnswer,
};

pub(super) fn tools() -> [Tool; 1] {
    [Tool::new(
        "plan_import",
        Effect::AddsOnce,
        "Create and update tasks from a plan, for instance a Markdown list of '- [ ] title' with nested parts",
        import,
    )]
}

arguments! {
    struct Import {
        /// The plan itself
        text: Option<String>,
        /// Or a file of the work tree
        file: Option<PathBuf>,
        /// Default: detected
        format: Option<String>,
        /// Make them subtasks of this task
        parent: Option<String>,
        #[serde(default)]
        dry_run: bool,
    }
}

fn import(caller: &Caller, arguments: Import) -> Result<Reply<ImportAnswer>> {
    let Import { text, file, format, parent, dry_run } = arguments;
    let source = match (text, file) {
        (Some(text), None) => PlanSource::new(None, text.into_bytes())?,
        (None, Some(file)) => read(caller, &file)?,
        _ => {
            return Err(Error::new(codes::USAGE, "'plan_import' takes either 'text' or 'file'")
                .hint("'text' is the plan itself, 'file' a path relative to 'directory'"));
        }
    };
    let format = format.as_deref().map(plan::format).transpose()?;
    let request = ImportRequest { source, format, parent, force: false, dry_run };
    Ok(ImportAnswer::new(&plan::import(caller, &request)?, dry_run).into())
}

/// A file of the work tree: an agent may be allowed to read less than this process.
fn read(caller: &Caller, file: &Path) -> Result<PlanSource> {
    let name = file.to_string_lossy();
    let failed = || format!("cannot read the plan '{}'", name.escape_debug());
    let top = caller.repo().require_work_dir("import a plan")?.canonicalize().or_environment(failed)?;
    let whole = file.canonicalize().or_environment(failed)?;
    if !whole.starts_with(&top) {
        return Err(Error::new(codes::USAGE, format!("'{}' is not in the work tree", name.escape_debug()))
            .hint("give the plan itself, as 'text'"));
    }
    let mut bytes = Vec::new();
    // A byte more than it may have is enough to refuse it.
    File::open(&whole).and_then(|file| file.take(MAX_PLAN + 1).read_to_end(&mut bytes)).or_environment(failed)?;
    PlanSource::new(Some(&name), bytes)
}
