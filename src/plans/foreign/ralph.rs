//! The `prd.json` of Ralph: stories that pass or do not. Only read.
//!
//! ```json
//! {"userStories": [{"id": "US-001", "title": "Log in", "acceptanceCriteria": ["It works"], "priority": 1, "passes": false}]}
//! ```

use super::{Fit, Foreign, lists};

/// User stories.
pub(super) const FORMAT: Foreign = Foreign {
    name: "ralph",
    extensions: &[],
    fits: |node, _| {
        let has_stories = ["userStories", "user_stories", "stories"].iter().any(|key| node.get(key).is_some());
        if has_stories { Fit::Certain } else { Fit::No }
    },
    read: |text| lists::read(text, lists::CHECKED),
    write: None,
};
