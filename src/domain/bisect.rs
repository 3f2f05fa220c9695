//! Where something broke: which of several commits, not all in one line, is the first bad one.
//!
//! Whatever is bad stays bad in its descendants, whatever is good was good in its ancestors. So a bad commit leaves only its
//! ancestors under suspicion, and a good one clears its own. The commit that is tested next is the one that halves what is left,
//! whichever way it turns out, as `git bisect` does.

/// The result of testing a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestVerdict {
    /// The test passed.
    Good,
    /// The test failed.
    Bad,
    /// The commit cannot be tested.
    Skip,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextTest {
    /// Test the commit with this number.
    Test(usize),
    /// This is the first bad commit: all of its ancestors are good.
    Found(usize),
    /// The first bad commit is one of these; the last one is known to be bad, the others cannot be tested.
    Unsure(Vec<usize>),
    /// No commit is known to be bad.
    Nothing,
}

/// A bisection of a graph of commits, which are numbered so that parents come before children.
#[derive(Clone, Debug)]
pub struct Search {
    parents: Vec<Vec<usize>>,
    tested: Vec<bool>,
    suspects: Vec<bool>,
    bad: Option<usize>,
}

impl Search {
    /// A search among as many commits as there are in `parents`, which holds the nearest ancestors of each.
    pub fn new(parents: Vec<Vec<usize>>) -> Self {
        debug_assert!(parents.iter().enumerate().all(|(at, of)| of.iter().all(|parent| *parent < at)));
        let count = parents.len();
        Search { parents, tested: vec![false; count], suspects: vec![true; count], bad: None }
    }

    /// Record the result for `commit`, which [`Search::next`] returned.
    pub fn report(&mut self, commit: usize, verdict: TestVerdict) {
        self.tested[commit] = true;
        if verdict == TestVerdict::Skip {
            return;
        }
        let past = self.past(commit);
        for (suspect, is_past) in self.suspects.iter_mut().zip(past) {
            *suspect &= is_past == (verdict == TestVerdict::Bad);
        }
        if verdict == TestVerdict::Bad {
            self.bad = Some(commit);
        }
    }

    /// The number of commits that may be the first bad one.
    pub fn suspects(&self) -> usize {
        self.suspects.iter().filter(|suspect| **suspect).count()
    }

    /// Whether a commit is known to be bad.
    pub fn has_bad(&self) -> bool {
        self.bad.is_some()
    }

    /// An estimate of the number of tests after the next one.
    pub fn left(&self) -> u32 {
        let count = self.suspects();
        match self.bad {
            Some(_) => (count / 2).max(1).ilog2(),
            None => count.max(1).ilog2(),
        }
    }

    /// The next step. The newest commit is tested first.
    pub fn next(&self) -> NextTest {
        let open = |commit: &usize| self.suspects[*commit] && !self.tested[*commit];
        let Some(bad) = self.bad else {
            return (0..self.parents.len()).rev().find(open).map_or(NextTest::Nothing, NextTest::Test);
        };
        let count = self.suspects();
        if count == 1 {
            return NextTest::Found(bad);
        }
        let weights = self.weights();
        let balance = |commit: &usize| weights[*commit].min(count - weights[*commit]);
        // Of several that are equally good the newest: less lies between it and what is known.
        match (0..self.parents.len()).filter(open).max_by_key(balance) {
            Some(best) => NextTest::Test(best),
            None => NextTest::Unsure((0..self.parents.len()).filter(|commit| self.suspects[*commit]).collect()),
        }
    }

    /// For each suspect how many suspects are among itself and its ancestors.
    fn weights(&self) -> Vec<usize> {
        let mut weights = vec![0; self.parents.len()];
        // Marks of the last count that came by, so that counting needs no clearing.
        let mut seen = vec![usize::MAX; self.parents.len()];
        for commit in (0..self.parents.len()).filter(|commit| self.suspects[*commit]) {
            let suspected = |parent: &&usize| self.suspects[**parent];
            let mut parents = self.parents[commit].iter().filter(suspected);
            weights[commit] = match (parents.next(), parents.next()) {
                (None, _) => 1,
                // The others are cleared, and so is whatever they have.
                (Some(only), None) => weights[*only] + 1,
                _ => {
                    let (mut open, mut count) = (vec![commit], 0);
                    while let Some(at) = open.pop() {
                        if seen[at] != commit {
                            seen[at] = commit;
                            count += 1;
                            open.extend(self.parents[at].iter().filter(suspected));
                        }
                    }
                    count
                }
            };
        }
        weights
    }

    /// Whether each commit is `commit` or an ancestor of it.
    fn past(&self, commit: usize) -> Vec<bool> {
        let mut past = vec![false; self.parents.len()];
        past[commit] = true;
        for at in (0..=commit).rev().filter(|at| !self.parents[*at].is_empty()) {
            if past[at] {
                self.parents[at].iter().for_each(|parent| past[*parent] = true);
            }
        }
        past
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(count: usize) -> Vec<Vec<usize>> {
        (0..count).map(|at| if at == 0 { vec![] } else { vec![at - 1] }).collect()
    }

    /// Search with a test that says `verdict`; answers the end and how many tests it took.
    fn run(parents: Vec<Vec<usize>>, verdict: impl Fn(usize) -> TestVerdict) -> (NextTest, usize) {
        let mut search = Search::new(parents);
        let mut count = 0;
        loop {
            match search.next() {
                NextTest::Test(commit) => search.report(commit, verdict(commit)),
                end => return (end, count),
            }
            count += 1;
        }
    }

    fn is_past(parents: &[Vec<usize>], of: usize, commit: usize) -> bool {
        of == commit || parents[of].iter().any(|parent| is_past(parents, *parent, commit))
    }

    #[test]
    fn a_line_takes_as_many_tests_as_its_length_has_bits() {
        for count in [1usize, 2, 3, 7, 64, 100, 1000] {
            for first in (0..count).step_by(count.div_ceil(17)) {
                let (end, tests) =
                    run(line(count), |at| if at >= first { TestVerdict::Bad } else { TestVerdict::Good });
                assert_eq!(end, NextTest::Found(first));
                let most = 1 + count.next_power_of_two().ilog2() as usize;
                assert!(tests <= most, "{tests} tests for {first} of {count}, more than {most}");
            }
        }
        assert_eq!(run(line(9), |_| TestVerdict::Good), (NextTest::Nothing, 1));
        assert_eq!(run(vec![], |_| TestVerdict::Good), (NextTest::Nothing, 0));
    }

    #[test]
    fn in_any_graph_the_answer_is_bad_and_its_ancestors_are_good() {
        // A generator of its own: the core has no other randomness.
        let mut state = 42u64;
        let mut below = move |end: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % end
        };
        for _ in 0..500 {
            let count = 1 + below(30);
            let parents: Vec<Vec<usize>> = (0..count)
                .map(|at| {
                    let mut parents: Vec<usize> = (0..below(4)).filter(|_| at > 0).map(|_| below(at)).collect();
                    parents.sort_unstable();
                    parents.dedup();
                    parents
                })
                .collect();
            let culprit = below(count);
            let bad = |at: usize| is_past(&parents, at, culprit);
            let (end, _) = run(parents.clone(), |at| if bad(at) { TestVerdict::Bad } else { TestVerdict::Good });
            assert_eq!(end, NextTest::Found(culprit), "{parents:?}");
            // With some that cannot be determined, it is among those that are named, or nothing is.
            let dim: Vec<bool> = (0..count).map(|_| below(3) == 0).collect();
            let verdict = |at: usize| match (dim[at], bad(at)) {
                (true, _) => TestVerdict::Skip,
                (false, true) => TestVerdict::Bad,
                (false, false) => TestVerdict::Good,
            };
            match run(parents.clone(), verdict).0 {
                NextTest::Found(found) => assert_eq!(found, culprit),
                NextTest::Unsure(some) => {
                    assert!(some.contains(&culprit));
                    let (last, others) = some.split_last().unwrap();
                    assert!(!dim[*last] && bad(*last) && others.iter().all(|at| dim[*at]), "{some:?}");
                }
                NextTest::Nothing => assert!((0..count).all(|at| dim[at] || !bad(at))),
                NextTest::Test(_) => unreachable!(),
            }
        }
    }

    #[test]
    fn what_is_left_is_about_right() {
        let mut search = Search::new(line(16));
        assert_eq!((search.left(), search.next()), (4, NextTest::Test(15)));
        search.report(15, TestVerdict::Bad);
        assert_eq!((search.left(), search.next()), (3, NextTest::Test(7)));
        search.report(7, TestVerdict::Good);
        assert_eq!((search.left(), search.suspects()), (2, 8));
    }
}
