//! Numbers that tools give to tasks: each list starts at 1.

use std::collections::HashSet;

use crate::plans::item::Word;

/// The tasks of one list, which call each other by their numbers.
pub(super) struct Scope<'o> {
    /// In front of the numbers: it tells them from those of other lists.
    prefix: String,
    numbers: HashSet<String>,
    /// The enclosing scope.
    outer: Option<&'o Scope<'o>>,
}

impl<'o> Scope<'o> {
    /// The list of a document with these `numbers`, or one of its lists, which `prefix` tells from the others.
    pub fn new(prefix: String, numbers: impl Iterator<Item = String>) -> Self {
        Scope { prefix, numbers: numbers.collect(), outer: None }
    }

    /// The list of what is below the task called `label`.
    pub fn below(&'o self, label: &str, numbers: impl Iterator<Item = String>) -> Self {
        Scope { prefix: format!("{label}."), numbers: numbers.collect(), outer: Some(self) }
    }

    /// What the task with `number` is called in the whole document: `2.1` is number 1 below number 2.
    pub fn label(&self, number: &str) -> String {
        format!("{}{number}", self.prefix)
    }

    /// `word` as it is called in the whole document. A number is the one of a task next to it, or else of one around it; with a dot it
    /// is counted from the outermost list. What is not a number here is left unchanged.
    pub fn meant(&self, word: Word) -> Word {
        let is_path = |text: &str| text.split_once('.').is_some_and(|(first, _)| self.numbers.contains(first));
        match self.outer {
            _ if self.numbers.contains(&word.text) => Word { text: self.label(&word.text), ..word },
            Some(outer) => outer.meant(word),
            None if is_path(&word.text) => Word { text: self.label(&word.text), ..word },
            None => word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_mean_what_stands_nearest() {
        let numbers =
            |numbers: &[&str]| numbers.iter().map(|number| (*number).to_owned()).collect::<Vec<_>>().into_iter();
        let list = Scope::new("tag/".to_owned(), numbers(&["1", "2", "4"]));
        let parts = list.below(&list.label("2"), numbers(&["1", "3"]));
        for (said, meant) in [
            ("1", "tag/2.1"),
            ("3", "tag/2.3"),
            ("4", "tag/4"),
            ("2.3", "tag/2.3"),
            ("1.1", "tag/1.1"),
            ("x", "x"),
            ("9", "9"),
        ] {
            assert_eq!(parts.meant(Word { at: 0, text: said.to_owned() }).text, meant, "{said}");
        }
    }
}
