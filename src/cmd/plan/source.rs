//! The text of a plan, and what is wrong with it.

use std::io::Read;

use crate::{
    core::plan::{Format, Place, Rough, Wrong},
    error::{Context as _, Error, Result},
    output::clean,
};

/// A plan is not larger than this.
const LARGEST: u64 = 32 * 1024 * 1024;

/// A text and where it comes from.
pub(super) struct Source {
    /// As it stands in front of line and column.
    name: String,
    extension: Option<String>,
    text: String,
}

impl Source {
    /// Read `file`; `-` is standard input.
    ///
    /// # Errors
    ///
    /// `plan-too-large`, `plan-syntax` for what is not UTF-8, and what the system says.
    pub fn read(file: &str) -> Result<Self> {
        let mut bytes = Vec::new();
        let name = if file == "-" { "standard input".to_owned() } else { clean::line(file).into_owned() };
        let failed = || format!("cannot read the plan '{name}'");
        match file {
            "-" => std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes).or_environment(failed)?,
            _ => std::fs::File::open(file)
                .or_environment(failed)?
                .take(LARGEST + 1)
                .read_to_end(&mut bytes)
                .or_environment(failed)?,
        };
        if bytes.len() as u64 > LARGEST {
            let message = format!("the plan '{name}' is larger than {}; nothing was imported", clean::size(LARGEST));
            return Err(Error::usage("plan-too-large", message).hint("import it in parts"));
        }
        // Editors of another system begin a text with a mark that is not a part of it.
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        let extension =
            std::path::Path::new(file).extension().and_then(|extension| extension.to_str()).map(str::to_owned);
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source { name, extension, text }),
            Err(error) => {
                let (at, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
                let message = format!(
                    "{name}:{}: byte {:#04x} at offset {at} is not UTF-8; nothing was imported",
                    Place::of(bytes, at),
                    bytes[at]
                );
                Err(Error::usage("plan-syntax", message))
            }
        }
    }

    /// The format: the one that is `wanted`, or the one it looks like.
    pub fn format(&self, wanted: Option<Format>) -> Result<Format> {
        wanted.or_else(|| Format::recognise(self.extension.as_deref(), &self.text)).ok_or_else(|| {
            let message = format!("'{}' is like no plan that git-agent knows; nothing was imported", self.name);
            Error::usage("unknown-plan-format", message)
                .hint(super::known(|_| true))
                .hint("--format says which one it is")
        })
    }

    /// What it says.
    pub fn rough(&self, format: Format) -> Result<Vec<Rough>> {
        format.read(&self.text).map_err(|wrong| self.refuse(wrong))
    }

    /// `plan.toml:12:5: what is wrong`
    pub fn refuse(&self, wrong: Wrong) -> Error {
        let place = |at| Place::of(self.text.as_bytes(), at);
        let also = wrong.also.map(|at| format!(" (the other one is at {})", place(at))).unwrap_or_default();
        let message = format!("{}:{}: {}{also}", self.name, place(wrong.at), wrong.what);
        let error = match wrong.code {
            // A refusal says by itself that nothing was changed.
            code @ ("dependency-cycle" | "parent-cycle") => Error::refused(code, message),
            code => Error::usage(code, format!("{message}; nothing was imported")),
        };
        error.hints(wrong.hint)
    }
}
