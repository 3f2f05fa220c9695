//! The steps of a restore, by name; a test can have a process fail or die at any of them.

use crate::{domain::named::named, error::Result};

named! {
    /// The steps of a restore, in their order.
    pub enum FaultPoint {
        /// The snapshot is stored.
        Stored = "Stored",
        /// The new index is prepared, out of the way.
        Prepared = "Prepared",
        /// The operation is recorded as begun.
        Begun = "Begun",
        /// `index.lock` was created.
        Locked = "Locked",
        /// A file was moved to the quarantine.
        MovedAside = "MovedAside",
        /// All files to be removed or replaced are in the quarantine.
        Cleared = "Cleared",
        /// Emptied directories were removed.
        Pruned = "Pruned",
        /// Git has written the files that need its filters.
        CheckedOut = "CheckedOut",
        /// A file was written byte for byte.
        Written = "Written",
        /// All files match the target.
        Filled = "Filled",
        /// The quarantined files are known to be stored.
        Verified = "Verified",
        /// The files of an unfinished merge match the target.
        StateWritten = "StateWritten",
        /// The index was replaced.
        Indexed = "Indexed",
        /// The branch has moved, and the ledger has it.
        Recorded = "Recorded",
        /// The operation is recorded as done.
        Moved = "Moved",
        /// `index.lock` was removed.
        Unlocked = "Unlocked",
        /// The quarantine was emptied.
        Dropped = "Dropped",
    }
}

/// A restore has come to `step`. In builds with debug assertions or the feature `fault-points`, it ends or fails there as [`ask`] said.
pub(crate) fn reached(step: FaultPoint) -> Result<()> {
    #[cfg(any(debug_assertions, feature = "fault-points"))]
    test_points::visit(step)?;
    #[cfg(not(any(debug_assertions, feature = "fault-points")))]
    let _: FaultPoint = step;
    Ok(())
}

#[cfg(any(debug_assertions, feature = "fault-points"))]
pub(crate) use test_points::ask;

#[cfg(any(debug_assertions, feature = "fault-points"))]
mod test_points {
    use std::sync::{Mutex, OnceLock};

    use super::FaultPoint;
    use crate::error::{Error, Result, codes};

    /// How often each step was reached.
    static VISITS: Mutex<Vec<(FaultPoint, usize)>> = Mutex::new(Vec::new());

    /// Where the process ends, and where a step fails.
    static ASKED: OnceLock<[Option<String>; 2]> = OnceLock::new();

    /// End the process at the step `die` as `kill -9` would, and let the step `fail` fail; `<step>:<n>` means the n-th time.
    pub(crate) fn ask([die, fail]: [Option<String>; 2]) {
        ASKED.get_or_init(|| [die, fail]);
    }

    pub(super) fn visit(step: FaultPoint) -> Result<()> {
        let count = VISITS.lock().map_or(0, |mut visits| match visits.iter_mut().find(|(known, _)| *known == step) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                visits.push((step, 1));
                1
            }
        });
        let asks = |wanted: &Option<String>| {
            let wanted = wanted.as_deref().unwrap_or_default();
            let (name, at) = wanted.split_once(':').unwrap_or((wanted, "1"));
            name == step.as_str() && at.parse() == Ok(count)
        };
        let Some([die, fail]) = ASKED.get() else { return Ok(()) };
        if asks(die) {
            std::process::abort();
        }
        if asks(fail) {
            return Err(Error::new(codes::ENVIRONMENT, format!("failing at {step}, as asked")));
        }
        Ok(())
    }
}
