//! Which paths a source file names: the leaves of its use trees, and paths in the middle of code.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path from its root on: `crate`, or a crate.
pub type Path = Vec<String>;

/// The paths that `source` names, which is the module `module` of this crate; all but what is compiled for tests alone.
pub fn imports(module: &[&str], source: &str) -> BTreeSet<Path> {
    let tokens: TokenStream = source.parse().expect("a source file");
    let mut found = BTreeSet::new();
    let module: Path = module.iter().map(|&part| part.to_owned()).collect();
    walk(&module, &Vec::from_iter(tokens), &mut found);
    found
}

/// The string literals of `source`, without its documentation and what is compiled for tests alone.
pub fn literals(source: &str) -> Vec<String> {
    fn walk(tokens: &[TokenTree], found: &mut Vec<String>) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let bang = usize::from(is_punct(tokens.get(at), '!'));
                    let Some(inside) = group(tokens.get(at + bang), Delimiter::Bracket) else { continue };
                    at += bang + 1;
                    if TokenStream::from_iter(inside).to_string().replace(' ', "") == "cfg(test)" {
                        at = end_of_item(tokens, at);
                    }
                }
                TokenTree::Group(group) => walk(&Vec::from_iter(group.stream()), found),
                TokenTree::Literal(literal) => {
                    found.extend(Some(literal.to_string()).filter(|text| text.ends_with('"')));
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
    let tokens: TokenStream = source.parse().expect("a source file");
    let mut found = Vec::new();
    walk(&Vec::from_iter(tokens), &mut found);
    found
}

fn is_punct(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<Vec<TokenTree>> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group.stream().into_iter().collect()),
        _ => None,
    }
}

/// Whether `::` is at `at`.
fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

fn walk(module: &Path, tokens: &[TokenTree], found: &mut BTreeSet<Path>) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                let text =
                    group(tokens.get(at), Delimiter::Bracket).map(|tokens| TokenStream::from_iter(tokens).to_string());
                if text.is_some_and(|text| text.replace(' ', "") == "cfg(test)") {
                    at = end_of_item(tokens, at + 1);
                }
            }
            TokenTree::Group(group) => walk(module, &Vec::from_iter(group.stream()), found),
            TokenTree::Ident(word) if word == "use" && !is_punct(tokens.get(at), '<') => {
                let end = (at..tokens.len()).find(|&end| is_punct(tokens.get(end), ';')).unwrap_or(tokens.len());
                let mut leaves = Vec::new();
                tree(&[], &tokens[at..end], &mut leaves);
                found.extend(leaves.into_iter().filter_map(|leaf| absolute(module, leaf)));
                at = end;
            }
            TokenTree::Ident(word) if word == "mod" && matches!(tokens.get(at), Some(TokenTree::Ident(_))) => {
                let inner = [module.as_slice(), &[tokens[at].to_string()]].concat();
                at += 1;
                if let Some(tokens) = group(tokens.get(at), Delimiter::Brace) {
                    walk(&inner, &tokens, found);
                    at += 1;
                }
            }
            TokenTree::Ident(first) => {
                let mut path = vec![first.to_string()];
                while is_separator(tokens, at)
                    && let Some(TokenTree::Ident(next)) = tokens.get(at + 2)
                {
                    path.push(next.to_string());
                    at += 3;
                }
                if path.len() > 1 {
                    found.extend(absolute(module, path));
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Behind the item that begins at `at`.
fn end_of_item(tokens: &[TokenTree], at: usize) -> usize {
    let is_end = |&end: &usize| is_punct(tokens.get(end), ';') || group(tokens.get(end), Delimiter::Brace).is_some();
    (at..tokens.len()).find(is_end).map_or(tokens.len(), |end| end + 1)
}

/// The leaves of a use tree below `prefix`.
fn tree(prefix: &[String], tokens: &[TokenTree], leaves: &mut Vec<Path>) {
    for branch in tokens.split(|token| is_punct(Some(token), ',')) {
        let mut path = prefix.to_vec();
        let mut at = 0;
        loop {
            match branch.get(at) {
                Some(TokenTree::Ident(word)) if word == "as" => break leaves.push(path),
                Some(TokenTree::Ident(word)) if word == "self" && !path.is_empty() => {}
                Some(TokenTree::Ident(word)) => path.push(word.to_string()),
                Some(TokenTree::Punct(mark)) if mark.as_char() == '*' => path.push("*".to_owned()),
                Some(TokenTree::Group(inner)) => break tree(&path, &Vec::from_iter(inner.stream()), leaves),
                Some(_) => {}
                None if path.len() > prefix.len() || !branch.is_empty() => break leaves.push(path),
                None => break,
            }
            at += 1;
        }
    }
}

/// `path` as seen from the root; `None` for one that begins with a name of the file's own.
fn absolute(module: &Path, path: Path) -> Option<Path> {
    let up = path.iter().take_while(|part| *part == "super").count();
    let (base, rest) = match path[0].as_str() {
        "crate" => (&module[..0], &path[1..]),
        "self" => (&module[..], &path[1..]),
        "super" => (&module[..module.len().saturating_sub(up)], &path[up..]),
        // Crates; and clocks by the names that they are imported by.
        _ => return Some(path),
    };
    let root = "crate".to_owned();
    Some(std::iter::once(&root).chain(base).chain(rest).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::imports;

    fn has(module: &[&str], source: &str) -> Vec<String> {
        imports(module, source).into_iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn use_trees_in_every_form() {
        let source = "use crate::{a, b::{self, c as d}, e::*};\npub(super) use super::{super::f, g};\nuse ::std::{env, fs::File};";
        let expected = [
            "crate::a",
            "crate::b",
            "crate::b::c",
            "crate::e::*",
            "crate::f",
            "crate::x::g",
            "std::env",
            "std::fs::File",
        ];
        assert_eq!(has(&["x", "y"], source), expected);
    }

    #[test]
    fn paths_in_code() {
        let source = "fn f() -> impl Sized + use<> { crate::a::b(&std::fs::read(x)?, format!(\"{}\", super::c::d())) }\n\
                      #[arg(value_parser = crate::e::f)] mod m { fn g() { super::super::h::i() } } // crate::no\n";
        assert_eq!(
            has(&["x", "y"], source),
            ["crate::a::b", "crate::e::f", "crate::x::c::d", "crate::x::h::i", "std::fs::read"]
        );
    }

    #[test]
    fn literals_are_those_of_code() {
        let source = "//! \"no\"\n#[doc = \"no\"] /// no\nfn f() { g(\"a\", h!(\"b {}\", 'c', 1), b\"d\"); }\n#[cfg(test)]\nmod tests { const NO: &str = \"no\"; }";
        assert_eq!(super::literals(source), ["\"a\"", "\"b {}\"", "b\"d\""]);
    }

    #[test]
    fn tests_do_not_count() {
        let source = "#[cfg(test)]\nmod tests { use crate::a; }\n#[cfg(test)]\nuse crate::b;\nuse crate::c;";
        assert_eq!(has(&["x"], source), ["crate::c"]);
    }
}
