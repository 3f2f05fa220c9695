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

/// The fields of `create`: a task is added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Create {
    /// The title: one line.
    pub title: String,
    /// Markdown or plain text.
    pub description: Option<Text>,
    /// Ids of the tasks that it depends on.
    pub after: Vec<TaskId>,
    /// The feature that it is a subtask of.
    pub parent: Option<TaskId>,
    /// 0 (highest) to 4; `None` means 2.
    #[serde(deserialize_with = "priority")]
    pub priority: Option<u8>,
    /// Paths that the task is expected to change, relative to the top of the work tree.
    pub files: Vec<String>,
    /// The acceptance criteria.
    pub accept: Option<Text>,
    /// The estimated effort in seconds.
    pub estimate: Option<u64>,
    /// Labels to start with.
    pub labels: Vec<String>,
    /// References: URLs, or keys of other trackers.
    pub refs: Vec<String>,
    /// The plan it was imported from: its path relative to the top of the work tree.
    pub plan: Option<String>,
}

/// The fields of `edit`; absent ones are unchanged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edit {
    /// The new title: one line.
    pub title: Option<String>,
    /// The new description.
    pub description: Option<Text>,
    /// The new priority, 0 to 4.
    #[serde(deserialize_with = "priority")]
    pub priority: Option<u8>,
    /// The new feature; `null` for none.
    #[serde(deserialize_with = "present")]
    pub parent: Option<Option<TaskId>>,
    /// The new list of paths, which replaces the old one.
    pub files: Option<Vec<String>>,
    /// The new acceptance criteria.
    pub accept: Option<Text>,
    /// The new estimate in seconds.
    pub estimate: Option<u64>,
    /// Labels to add: labels added concurrently in several clones are all kept.
    pub labels: Vec<String>,
    /// Labels to remove.
    pub no_labels: Vec<String>,
    /// References to add.
    pub refs: Vec<String>,
    /// References to remove.
    pub no_refs: Vec<String>,
}

/// One `tick` has no more criteria than this: they fit into its line.
pub const TICKS: usize = 15;

/// The fields of `tick`: acceptance criteria are met, or open again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tick {
    /// The criteria, each by [`crate::domain::criteria::key`].
    pub criteria: Vec<String>,
    /// Whether they are open again.
    pub off: bool,
}
