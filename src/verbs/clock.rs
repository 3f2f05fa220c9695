//! The clock of a caller.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::domain::time::Timestamp;

/// Sets the clock, for tests and imports: an RFC 3339 time at which this process begins.
pub const CLOCK_VARIABLE: &str = "GIT_AGENT_CLOCK";

/// The clock. Nothing below the verbs asks the system for the time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: Instant,
    at: Timestamp,
}

impl Clock {
    /// The system's clock, or what [`CLOCK_VARIABLE`] sets it to.
    pub fn from_environment() -> Self {
        let set = std::env::var(CLOCK_VARIABLE).ok().and_then(|text| Timestamp::parse_rfc3339(&text));
        let system = || {
            let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
            Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
        };
        Clock { began: Instant::now(), at: set.unwrap_or_else(system) }
    }

    /// The current time: the start time of the clock plus the time that has passed since.
    pub fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(0);
        Timestamp::from_millis(self.at.millis().saturating_add(passed))
    }
}
