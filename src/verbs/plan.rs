//! Tasks from a plan, and into one.

mod export;
mod import;
mod source;

pub use export::{ExportRequest, Exported, export};
pub use import::{ImportRequest, Imported, import};
pub use source::{LeftKind, MAX_PLAN, PlanSource};

pub use crate::plans::{Field, Format};

use crate::error::{Error, Result, codes};

/// The format called `word`.
///
/// # Errors
///
/// `unknown-plan-format`.
pub fn format(word: &str) -> Result<Format> {
    format_for(word, |_| true)
}

/// [`format()`], to write a plan in it: the hint names the formats that can be written.
///
/// # Errors
///
/// `unknown-plan-format`.
pub fn export_format(word: &str) -> Result<Format> {
    format_for(word, is_written)
}

fn format_for(word: &str, is_meant: impl Fn(&Format) -> bool) -> Result<Format> {
    Format::parse(word).ok_or_else(|| {
        Error::new(codes::UNKNOWN_PLAN_FORMAT, format!("unknown plan format '{}'", word.escape_debug()))
            .hint(known(is_meant))
    })
}

/// Whether plans can be written in `format`, too.
fn is_written(format: &Format) -> bool {
    format.writer().is_some()
}

/// The formats that are meant, in a sentence.
fn known(is_meant: impl Fn(&Format) -> bool) -> String {
    let words: Vec<&str> = Format::all().filter(is_meant).map(Format::as_str).collect();
    format!("the formats are {}", words.join(", "))
}
