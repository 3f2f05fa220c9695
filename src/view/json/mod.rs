//! The JSON contract, version 1: what `--json` prints. These structs are the public schema; the core's types are not.
//!
//! Fields may be added; none is removed or changes its meaning without `"schema": 2`.

mod answers;
mod bisect;
mod blame;
mod brief;
mod changes;
mod checkpoint;
mod diff;
mod doctor;
mod end;
mod form;
mod gc;
mod graph;
mod guard;
mod host;
mod link;
mod log;
mod operation;
mod plan;
mod registry;
mod repair;
mod report;
mod rollback;
mod selection;
mod snapshot;
mod squash;
mod task;
mod work;

pub use answers::*;
pub use bisect::*;
pub use blame::*;
pub use brief::*;
pub use changes::*;
pub use checkpoint::*;
pub use diff::*;
pub use doctor::*;
pub use end::*;
pub use form::JsonForm;
pub use gc::*;
pub use graph::*;
pub use guard::*;
pub use host::*;
pub use link::*;
pub use log::*;
pub use operation::*;
pub use plan::*;
pub use registry::ANSWERS;
#[cfg(feature = "mcp")]
pub use registry::of;
pub use repair::*;
pub use report::*;
pub use rollback::*;
pub use selection::Selection;
pub use snapshot::*;
pub use squash::*;
pub use task::*;
pub use work::*;

use form::json;

use serde::Serialize;

use crate::{
    domain::text::escaped_json,
    error::{Error, Result},
    view::hint,
};

/// The version of the contract.
pub const SCHEMA: u32 = 1;

/// An answer with the version of the contract in front.
#[derive(Debug, Serialize)]
pub struct Versioned<T: Serialize> {
    schema: u32,
    #[serde(flatten)]
    answer: T,
}

impl<T: Serialize> Versioned<T> {
    /// `answer`, in the present version.
    pub fn new(answer: T) -> Self {
        Versioned { schema: SCHEMA, answer }
    }
}

/// `answer` as JSON on one line, its tasks with the fields of `selection`. What may act on a terminal or hide is escaped, which says the same.
///
/// # Errors
///
/// A bug: an answer that JSON cannot hold.
pub fn text(answer: &impl Serialize, selection: Option<&Selection>) -> Result<String> {
    let json = match selection {
        None => serde_json::to_string(answer),
        Some(selection) => serde_json::to_value(answer).map(|mut answer| {
            selection.apply(&mut answer);
            answer.to_string()
        }),
    };
    let json = json.map_err(|error| Error::bug("an answer has no JSON").because(error))?;
    Ok(escaped_json(&json).into_owned())
}

json! {
    /// The answer of a command that failed.
    pub struct ErrorAnswer from error: &Error {
        error: ErrorJson = error.to_json(),
    }

    /// A refusal or failure.
    pub(super) struct RefusalJson from error: &Error {
        /// The error code: a stable kebab-case word.
        code: &'static str = error.code().word,
        /// What went wrong, a sentence.
        message: String = error.to_string(),
        /// What to do next, one hint each.
        hints: Vec<String> = hint::lines(error),
    }

    struct ErrorJson from error: &Error {
        #[serde(flatten)]
        refusal: RefusalJson = error.to_json(),
        /// Whether the same call may succeed a moment later.
        retryable: bool = error.is_retryable(),
        /// What was changed nevertheless; omitted if nothing was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        changed: Option<String> = error.exception().map(ToOwned::to_owned),
        /// The last lines of the output of a failed command; omitted if there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<String> = error.excerpt_lines().map(ToOwned::to_owned),
        /// The invalid argument of the command line, if there is one: `--priority <N>`.
        #[serde(skip_serializing_if = "Option::is_none")]
        argument: Option<String> = error.argument_name().map(str::to_owned),
    }
}
