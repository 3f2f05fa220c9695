//! A log: as text in the manner of `git log`, and as JSON.

mod date;
pub mod event_text;
mod json;
mod layout;
mod text;

pub use json::entry as json;
pub use layout::Page;
