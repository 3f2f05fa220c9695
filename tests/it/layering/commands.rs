//! Commands of git-agent are named above the verbs: code below them answers with facts (`error::Advice`), and `view` has the words.

use std::path::Path;

use super::{files, imports::literals, map};
use crate::support::golden_at;

/// How many literals of which file name a command anyway: hooks and files that other programs run or read, and remedies of `doctor`.
const LEFT: &str = "tests/it/layering/commands.txt";

#[test]
fn commands_are_named_above_the_verbs() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(LEFT);
    let list = std::fs::read_to_string(&file).unwrap();
    let left = |name: &str| -> usize {
        let line = list.lines().find_map(|line| line.strip_suffix(name)?.strip_suffix(' '));
        line.map_or(0, |count| count.parse().expect("a number"))
    };
    let mut found: Vec<(String, Vec<String>)> = files()
        .into_iter()
        .filter(|(name, _)| map::is_below("verbs", name))
        .map(|(name, source)| {
            (name, literals(&source).into_iter().filter(|text| text.contains("git agent ")).collect())
        })
        .filter(|(_, named): &(_, Vec<_>)| !named.is_empty())
        .collect();
    found.sort();
    for (name, named) in &found {
        assert!(
            named.len() <= left(name),
            "src/{name} names commands of git-agent, {} are in {LEFT}:\n{named:#?}\nSay what to do as `error::Advice`.",
            left(name)
        );
    }
    let counted: String = found.iter().map(|(name, named)| format!("{} {name}\n", named.len())).collect();
    golden_at(&file, LEFT, &counted);
}
