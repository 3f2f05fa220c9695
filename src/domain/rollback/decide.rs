//! Which mode: a table.

use super::{LaterCommit, Mode};

/// The position of the checkpoint relative to HEAD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reachability {
    /// It is an ancestor of HEAD.
    Ancestor,
    /// It is on another history, because commits were rewritten.
    Rewritten,
    /// It is the state before the first commit, to which no branch can be moved.
    BeforeRoot,
}

/// The facts about the commits after the checkpoint that determine the mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeFacts {
    /// The position of the checkpoint.
    pub reachability: Reachability,
    /// The number of commits that belong to the task.
    pub own: usize,
    /// The number of other commits.
    pub foreign: usize,
    /// The number of commits that a remote branch or tag contains.
    pub published: usize,
}

impl RangeFacts {
    /// Summarize `range`.
    pub fn of<I>(reachability: Reachability, range: &[LaterCommit<I>]) -> Self {
        let count = |is: fn(&LaterCommit<I>) -> bool| range.iter().filter(|commit| is(commit)).count();
        let own = count(LaterCommit::is_own);
        RangeFacts { reachability, own, foreign: range.len() - own, published: count(|commit| commit.published) }
    }
}

/// The options of a rollback that determine the mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--mode`: the requested mode.
    pub mode: Option<Mode>,
    /// `--allow-foreign`: also undo commits of other tasks.
    pub allow_foreign: bool,
    /// `--allow-published`: rewind past commits that a remote branch or tag contains.
    pub allow_published: bool,
}

/// Why a mode is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It would undo commits of other tasks.
    Foreign(Mode),
    /// It would rewind past published commits.
    Published,
    /// The branch cannot be rewound to a commit that is not its ancestor.
    Rewritten,
    /// The branch cannot be rewound to the state before the first commit.
    BeforeRoot,
    /// No commit of the range belongs to the task.
    NothingToRevert,
}

/// The mode that `facts` call for, or the one that is wished for if it does no harm.
///
/// | after the checkpoint there are             | unless a mode is wished for |
/// |--------------------------------------------|-----------------------------|
/// | no commits                                 | files                       |
/// | own ones, none published                   | rewind                      |
/// | own ones, some published                   | restore                     |
/// | others                                     | revert                      |
/// | own ones, and before the checkpoint nothing| restore                     |
/// | any, and it is on another history          | restore                     |
///
/// Where there are no commits, rewind and restore have nothing to do beyond the files, so they are that mode.
pub fn decide(facts: RangeFacts, options: Options) -> Result<Mode, Refusal> {
    let is_empty = facts.own + facts.foreign == 0 && facts.reachability == Reachability::Ancestor;
    let mode = options.mode.unwrap_or(match facts.reachability {
        Reachability::Rewritten => Mode::Restore,
        _ if is_empty => Mode::Files,
        _ if facts.foreign > 0 => Mode::Revert,
        Reachability::Ancestor if facts.published == 0 => Mode::Rewind,
        _ => Mode::Restore,
    });
    match mode {
        Mode::Files => Ok(Mode::Files),
        Mode::Revert if facts.own == 0 => Err(Refusal::NothingToRevert),
        Mode::Revert => Ok(Mode::Revert),
        Mode::Rewind | Mode::Restore if is_empty => Ok(Mode::Files),
        Mode::Rewind if facts.reachability == Reachability::Rewritten => Err(Refusal::Rewritten),
        Mode::Rewind if facts.reachability == Reachability::BeforeRoot => Err(Refusal::BeforeRoot),
        Mode::Rewind | Mode::Restore if facts.foreign > 0 && !options.allow_foreign => Err(Refusal::Foreign(mode)),
        Mode::Rewind if facts.published > 0 && !options.allow_published => Err(Refusal::Published),
        Mode::Rewind | Mode::Restore => Ok(mode),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Mode::{Files, Restore, Revert, Rewind};
    use Refusal::{Foreign, NothingToRevert, Published};

    type Cell = Result<Mode, Refusal>;

    /// The answers for every forced mode: none, files, rewind, restore, revert.
    fn row(
        reachability: Reachability,
        (own, foreign, published): (usize, usize, usize),
        allow: (bool, bool),
    ) -> [Cell; 5] {
        let (allow_foreign, allow_published) = allow;
        let facts = RangeFacts { reachability, own, foreign, published };
        [None, Some(Files), Some(Rewind), Some(Restore), Some(Revert)]
            .map(|mode| decide(facts, Options { mode, allow_foreign, allow_published }))
    }

    #[test]
    fn every_cell_without_permissions() {
        let behind = |range| row(Reachability::Ancestor, range, (false, false));
        assert_eq!(behind((0, 0, 0)), [Ok(Files), Ok(Files), Ok(Files), Ok(Files), Err(NothingToRevert)]);
        assert_eq!(behind((2, 0, 0)), [Ok(Rewind), Ok(Files), Ok(Rewind), Ok(Restore), Ok(Revert)]);
        assert_eq!(behind((2, 0, 1)), [Ok(Restore), Ok(Files), Err(Published), Ok(Restore), Ok(Revert)]);
        let foreign = [Ok(Revert), Ok(Files), Err(Foreign(Rewind)), Err(Foreign(Restore)), Ok(Revert)];
        assert_eq!(behind((2, 1, 0)), foreign);
        assert_eq!(behind((2, 1, 3)), foreign);
        let nothing = Err(NothingToRevert);
        assert_eq!(behind((0, 1, 0)), [nothing, Ok(Files), Err(Foreign(Rewind)), Err(Foreign(Restore)), nothing]);
    }

    #[test]
    fn permissions_open_what_they_name_and_nothing_else() {
        let behind = |range, allow| row(Reachability::Ancestor, range, allow);
        let (foreign, published, both) = ((true, false), (false, true), (true, true));
        assert_eq!(behind((2, 0, 1), foreign), behind((2, 0, 1), (false, false)));
        assert_eq!(behind((2, 0, 1), published), [Ok(Restore), Ok(Files), Ok(Rewind), Ok(Restore), Ok(Revert)]);
        assert_eq!(behind((2, 1, 0), published), behind((2, 1, 0), (false, false)));
        assert_eq!(behind((2, 1, 0), foreign), [Ok(Revert), Ok(Files), Ok(Rewind), Ok(Restore), Ok(Revert)]);
        assert_eq!(behind((2, 1, 1), foreign), [Ok(Revert), Ok(Files), Err(Published), Ok(Restore), Ok(Revert)]);
        assert_eq!(behind((2, 1, 1), both), [Ok(Revert), Ok(Files), Ok(Rewind), Ok(Restore), Ok(Revert)]);
    }

    #[test]
    fn a_checkpoint_on_another_history_is_restored() {
        let elsewhere = |range, allow| row(Reachability::Rewritten, range, allow);
        let rewind = Err(Refusal::Rewritten);
        for range in [(2, 0, 0), (2, 0, 2)] {
            assert_eq!(
                elsewhere(range, (true, true)),
                [Ok(Restore), Ok(Files), rewind, Ok(Restore), Ok(Revert)],
                "{range:?}"
            );
        }
        let refused = Err(Foreign(Restore));
        assert_eq!(elsewhere((2, 1, 0), (false, true)), [refused, Ok(Files), rewind, refused, Ok(Revert)]);
        assert_eq!(elsewhere((2, 1, 0), (true, false)), [Ok(Restore), Ok(Files), rewind, Ok(Restore), Ok(Revert)]);
        // HEAD is an ancestor of the checkpoint.
        let nothing = Err(NothingToRevert);
        assert_eq!(elsewhere((0, 0, 0), (false, false)), [Ok(Restore), Ok(Files), rewind, Ok(Restore), nothing]);
    }

    #[test]
    fn before_all_commits_there_is_nothing_to_rewind_to() {
        let nowhere = |range| row(Reachability::BeforeRoot, range, (false, false));
        let rewind = Err(Refusal::BeforeRoot);
        assert_eq!(nowhere((2, 0, 0)), [Ok(Restore), Ok(Files), rewind, Ok(Restore), Ok(Revert)]);
        assert_eq!(nowhere((2, 1, 0)), [Ok(Revert), Ok(Files), rewind, Err(Foreign(Restore)), Ok(Revert)]);
    }
}
