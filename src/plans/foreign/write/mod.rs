//! Plans in the formats of other tools.

pub(in super::super) mod beads;
pub(in super::super) mod feature_list;
pub(in super::super) mod features;
