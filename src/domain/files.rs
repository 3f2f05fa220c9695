//! Paths that a task declares, and paths that its commits touch.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};

/// The declared files of a task compared with those it changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// Paths changed by its commits, sorted.
    pub touched: Vec<BString>,
    /// Declared paths that were not changed, in the order of the declaration.
    pub untouched: Vec<String>,
    /// Changed paths that are not declared, sorted.
    pub undeclared: Vec<BString>,
}

impl Files {
    /// Compare. A declared path matches itself and everything below it; `*` and `?` match within a name, `**` any directories.
    /// If nothing is declared, nothing is undeclared.
    pub fn compare(declared: &[String], touched: &BTreeSet<BString>) -> Self {
        let is_declared = |path: &BString| declared.iter().any(|pattern| covers(pattern, path));
        let is_touched = |pattern: &String| touched.iter().any(|path| covers(pattern, path));
        Files {
            untouched: declared.iter().filter(|pattern| !is_touched(pattern)).cloned().collect(),
            undeclared: match declared {
                [] => Vec::new(),
                _ => touched.iter().filter(|path| !is_declared(path)).cloned().collect(),
            },
            touched: touched.iter().cloned().collect(),
        }
    }
}

/// Whether the declared `pattern` means `path`, or a directory that it is in.
fn covers(pattern: &str, path: &BString) -> bool {
    let pattern = pattern.trim_end_matches('/');
    let path: Vec<&[u8]> = path.split_str("/").collect();
    // How many components of the path can be used up so far.
    let mut reached: BTreeSet<usize> = [0].into();
    for part in pattern.as_bytes().split_str("/").filter(|_| pattern != ".") {
        reached = match part {
            b"**" => (reached.first().copied().unwrap_or(path.len())..=path.len()).collect(),
            part => reached
                .into_iter()
                .filter(|at| path.get(*at).is_some_and(|name| matches(part, name)))
                .map(|at| at + 1)
                .collect(),
        };
        if reached.is_empty() {
            return false;
        }
    }
    true
}

/// Whether `pattern` matches the whole of `name`.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where to continue when a name does not match: behind the last star, one character later.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, n));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == name[n] => (p, n) = (p + 1, n + 1),
            _ => match &mut star {
                Some((after, from)) => {
                    *from += 1;
                    (p, n) = (*after, *from);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(declared: &[&str], touched: &[&str]) -> (Vec<String>, Vec<String>) {
        let declared: Vec<String> = declared.iter().map(|path| (*path).to_owned()).collect();
        let files = Files::compare(&declared, &touched.iter().map(|path| BString::from(*path)).collect());
        (files.untouched, files.undeclared.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_declared_path_stands_for_what_is_below_it() {
        let (untouched, undeclared) =
            compare(&["src/a.rs", "docs/", "gone"], &["src/a.rs", "docs/x/y.md", "docsy", "src/b.rs"]);
        assert_eq!((untouched, undeclared), (vec!["gone".to_owned()], vec!["docsy".to_owned(), "src/b.rs".to_owned()]));
        assert_eq!(compare(&["."], &["a/b"]), (vec![], vec![]));
        assert_eq!(compare(&[], &["a/b"]), (vec![], vec![]));
    }

    #[test]
    fn stars_stand_for_names() {
        assert_eq!(compare(&["src/*.rs"], &["src/a.rs", "src/b.txt", "src/x/c.rs"]).1, ["src/b.txt", "src/x/c.rs"]);
        assert_eq!(compare(&["src/**/*.rs", "t?st"], &["src/c.rs", "src/x/y/c.rs", "test/a", "x.rs"]).1, ["x.rs"]);
        assert_eq!(compare(&["a*b*c"], &["aXbXbYc"]).1, Vec::<String>::new());
        assert_eq!(compare(&["***"], &["a"]).1, Vec::<String>::new());
    }
}
