//! The events that say what a task is about: its fields, when it is added and when they are changed, and its ticked criteria.

use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::{id::TaskId, task::LOWEST_PRIORITY, text::Text};

/// A number of any size as a priority: whatever is above [`LOWEST_PRIORITY`] is as low as it gets.
fn priority<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u8>, D::Error> {
    let number = Option::<u64>::deserialize(value)?;
    Ok(number.map(|number| u8::try_from(number).unwrap_or(LOWEST_PRIORITY).min(LOWEST_PRIORITY)))
}

/// Keep the difference between a key that is absent (`None`) and one that is `null` (`Some(None)`).
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// `create`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Create {
    /// The title, on one line.
    pub title: String,
    /// Markdown or plain text.
    pub description: Option<Text>,
    /// Tasks that have to be completed first.
    pub after: Vec<TaskId>,
    /// The feature it belongs to.
    pub parent: Option<TaskId>,
    /// 0 (highest) to 4; absent means 2.
    #[serde(deserialize_with = "priority")]
    pub priority: Option<u8>,
    /// Paths that the task is expected to touch.
    pub files: Vec<String>,
    /// When is it done?
    pub accept: Option<Text>,
    /// Expected effort in seconds.
    pub estimate: Option<u64>,
    /// Labels.
    pub labels: Vec<String>,
    /// What it is about outside of the repository: addresses, keys of other trackers.
    pub refs: Vec<String>,
    /// The plan that it was imported from: its path from the top of the work tree.
    pub plan: Option<String>,
}

/// `edit`: what is absent stays unchanged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edit {
    /// New title.
    pub title: Option<String>,
    /// New description.
    pub description: Option<Text>,
    /// New priority.
    #[serde(deserialize_with = "priority")]
    pub priority: Option<u8>,
    /// New feature, or `null` for none.
    #[serde(deserialize_with = "present")]
    pub parent: Option<Option<TaskId>>,
    /// New list of paths.
    pub files: Option<Vec<String>>,
    /// New acceptance text.
    pub accept: Option<Text>,
    /// New estimate in seconds.
    pub estimate: Option<u64>,
    /// Labels that it has now, too: clones that add different ones at the same time keep all of them.
    pub labels: Vec<String>,
    /// Labels that it no longer has.
    pub no_labels: Vec<String>,
    /// References that it has now, too.
    pub refs: Vec<String>,
    /// References that it no longer has.
    pub no_refs: Vec<String>,
}

/// One `tick` has no more criteria than this: they fit into its line.
pub const TICKS: usize = 15;

/// `tick`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tick {
    /// The criteria, each by [`crate::domain::criteria::key`].
    pub criteria: Vec<String>,
    /// They are open again.
    pub off: bool,
}
