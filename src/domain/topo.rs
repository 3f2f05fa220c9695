//! The order in which git lists commits with `--topo-order`, computed the way git does.
//!
//! No parent before all of its children, and one line of history is finished before the next one begins: a stack, on which
//! a commit lands when the last of its children was listed (`sort_in_topological_order` in git's `commit.c`). For one tip
//! the order depends on nothing but the graph and the order of parents.

/// A graph whose nodes are numbers; parents may have any number.
pub trait Graph {
    /// Give each parent of `node` that counts to `visit`, in order, as often as the commit names it.
    fn parents(&self, node: u32, visit: impl FnMut(u32));
}

/// List `tip` and its ancestors, of which there are `count` numbers at most, children before parents, as git does.
pub fn list(graph: &impl Graph, tip: u32, count: usize, mut show: impl FnMut(u32)) {
    let children = children(graph, tip, count);
    unwind(graph, tip, children, &mut show);
}

/// The same where every parent has a lower number than its children: one run over the numbers finds what is reachable.
pub fn list_descending(graph: &impl Graph, tip: u32, show: impl FnMut(u32)) {
    let mut children = vec![0; tip as usize + 1];
    count_descending(graph, tip, &mut children);
    unwind(graph, tip, children, show);
}

/// Which numbers up to `tip` are reachable from it, where every parent has a lower number than its children.
pub fn reachable(graph: &impl Graph, tip: u32) -> Vec<bool> {
    let mut reached = vec![false; tip as usize + 1];
    reached[tip as usize] = true;
    for node in (0..=tip).rev() {
        if reached[node as usize] {
            graph.parents(node, |parent| reached[parent as usize] = true);
        }
    }
    reached
}

/// How many children each commit has among the ancestors of `tip`.
fn children(graph: &impl Graph, tip: u32, count: usize) -> Vec<u32> {
    let mut children = vec![0_u32; count];
    let mut open = vec![tip];
    while let Some(node) = open.pop() {
        graph.parents(node, |parent| {
            let of_parent = &mut children[parent as usize];
            if *of_parent == 0 {
                open.push(parent);
            }
            *of_parent += 1;
        });
    }
    children
}

fn count_descending(graph: &impl Graph, tip: u32, children: &mut [u32]) {
    for node in (0..=tip).rev() {
        if node == tip || children[node as usize] > 0 {
            graph.parents(node, |parent| children[parent as usize] += 1);
        }
    }
}

fn unwind(graph: &impl Graph, tip: u32, mut children: Vec<u32>, mut show: impl FnMut(u32)) {
    let mut stack = vec![tip];
    while let Some(node) = stack.pop() {
        graph.parents(node, |parent| {
            let left = &mut children[parent as usize];
            *left -= 1;
            if *left == 0 {
                stack.push(parent);
            }
        });
        show(node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Parents(Vec<Vec<u32>>);

    impl Graph for Parents {
        fn parents(&self, node: u32, visit: impl FnMut(u32)) {
            self.0[node as usize].iter().copied().for_each(visit);
        }
    }

    fn both(parents: &[&[u32]]) -> Vec<u32> {
        let graph = Parents(parents.iter().map(|parents| parents.to_vec()).collect());
        let tip = u32::try_from(parents.len() - 1).unwrap();
        let (mut one, mut other) = (Vec::new(), Vec::new());
        list(&graph, tip, parents.len(), |node| one.push(node));
        list_descending(&graph, tip, |node| other.push(node));
        assert_eq!(one, other);
        let reached = reachable(&graph, tip);
        let listed: Vec<bool> = (0..=tip).map(|node| one.contains(&node)).collect();
        assert_eq!(reached, listed);
        one
    }

    #[test]
    fn the_last_parent_of_a_merge_comes_first_and_lines_are_not_mixed() {
        assert_eq!(both(&[&[], &[0], &[1]]), [2, 1, 0]);
        // 0 - 1 - 2 --- 5, with 3 - 4 from 0 merged as the second parent.
        assert_eq!(both(&[&[], &[0], &[1], &[0], &[3], &[2, 4]]), [5, 4, 3, 2, 1, 0]);
        assert_eq!(both(&[&[], &[0], &[1], &[0], &[3], &[4, 2]]), [5, 2, 1, 4, 3, 0]);
    }

    #[test]
    fn what_is_not_reachable_is_not_listed_and_a_parent_named_twice_counts_twice() {
        assert_eq!(both(&[&[], &[], &[0, 0]]), [2, 0]);
        assert_eq!(both(&[&[]]), [0]);
    }
}
