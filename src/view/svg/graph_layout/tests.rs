use proptest::prelude::*;

use super::*;

fn layers(layers: &Layers) -> Vec<usize> {
    layers.nodes.iter().map(|place| place.layer).collect()
}

fn crossings(of: &Layers) -> usize {
    let lines: Vec<(f64, f64)> =
        of.edges.iter().map(|edge| (of.nodes[edge.from].across, of.nodes[edge.to].across)).collect();
    let pairs = lines.iter().enumerate().flat_map(|(at, one)| lines[at + 1..].iter().map(move |other| (one, other)));
    pairs.filter(|(one, other)| (one.0 - other.0) * (one.1 - other.1) < 0.0).count()
}

#[test]
fn everything_is_behind_what_it_comes_after() {
    let diamond = Layers::of(5, &[(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)]);
    assert_eq!(layers(&diamond), [0, 1, 1, 2, 0]);
    assert_eq!(diamond.edges[4].turns.len(), 1, "a long edge goes through the layer between");
    assert_eq!(diamond.rows, [vec![0, 4], vec![1, 2], vec![3]]);
    assert_eq!(Layers::of(0, &[]), Layers::default());
}

#[test]
fn a_cycle_is_cut_and_shown() {
    let cycle = Layers::of(3, &[(0, 1), (1, 2), (2, 1), (2, 2)]);
    assert_eq!(layers(&cycle), [0, 1, 2]);
    let back: Vec<bool> = cycle.edges.iter().map(|edge| edge.is_back).collect();
    assert_eq!(back, [false, false, true]);
    assert_eq!(layers(&Layers::of(2, &[(0, 1), (1, 0)])), [0, 1]);
}

#[test]
fn lines_that_need_not_cross_do_not() {
    let ladder = Layers::of(6, &[(0, 5), (1, 4), (2, 3)]);
    assert_eq!(crossings(&ladder), 0, "{ladder:?}");
    for edge in &ladder.edges {
        assert_eq!(ladder.nodes[edge.from].across, ladder.nodes[edge.to].across, "and they are straight");
    }
}

#[test]
fn a_long_chain_is_one_line() {
    let edges: Vec<(usize, usize)> = (1..5_000).map(|node| (node - 1, node)).collect();
    let chain = Layers::of(5_000, &edges);
    assert_eq!((chain.rows.len(), chain.breadth), (5_000, 1.0));
}

proptest! {
    #[test]
    fn no_two_nodes_share_a_place(edges in prop::collection::vec((0usize..30, 0usize..30), 0..90)) {
        let drawn = Layers::of(30, &edges);
        for row in &drawn.rows {
            for pair in row.windows(2) {
                let (one, other) = (drawn.nodes[pair[0]].across, drawn.nodes[pair[1]].across);
                prop_assert!(other - one > 0.999, "{one} and {other}");
            }
        }
        for edge in drawn.edges.iter().filter(|edge| !edge.is_back) {
            prop_assert!(drawn.nodes[edge.from].layer < drawn.nodes[edge.to].layer);
        }
        prop_assert!(drawn.nodes.iter().all(|place| place.across >= 0.0 && place.across <= drawn.breadth - 0.999));
        prop_assert_eq!(Layers::of(30, &edges), drawn);
    }
}
