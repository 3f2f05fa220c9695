//! A report in every form that it is asked for: a function from [`Report`](crate::domain::report::Report) to text each.

mod execplan;
mod html;
mod markdown;
mod text;
pub(crate) mod words;

pub use execplan::execplan;
pub use html::html;
pub use markdown::markdown;
pub use text::text;
