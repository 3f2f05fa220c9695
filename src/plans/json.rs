//! JSON with places. `serde_json` reads it, one level at a time; a value's place is where its slice of the text lies.

use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
    fmt,
};

use jsonc_parser::{Scanner, ScannerOptions, tokens::Token};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::node::{Node, What};
use crate::plans::position::Wrong;

/// A plan is no deeper than this.
const DEEPEST: usize = 64;

/// `text` with spaces for its comments, and for the commas behind which a list or an object ends, if it is JSON: every byte else is where it
/// was.
pub fn without_comments(text: String) -> String {
    let options = ScannerOptions {
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let mut scanner = Scanner::new(&text, &options);
    // What is blanked, the first two tokens, and the last two: a comma is one too many only behind a value.
    let (mut blank, mut head, mut last) = (Vec::new(), Vec::new(), [None, None]);
    // Whatever else is wrong is told by the reader.
    while let Ok(Some(token)) = scanner.scan() {
        let place = scanner.token_start()..scanner.token_end();
        if matches!(token, Token::CommentLine(_) | Token::CommentBlock(_)) {
            blank.push(place);
            continue;
        }
        if let (Token::CloseBrace | Token::CloseBracket, [Some((before, _)), Some((Token::Comma, comma))]) =
            (&token, &last)
            && !matches!(before, Token::OpenBrace | Token::OpenBracket | Token::Comma | Token::Colon)
        {
            blank.push(std::ops::Range::clone(comma));
        }
        if head.len() < 2 {
            head.push(token.clone());
        }
        last = [last[1].take(), Some((token, place))];
    }
    // Checklists and TOML begin with brackets, too.
    let is_json = matches!(
        head[..],
        [Token::OpenBrace, Token::String(_) | Token::CloseBrace] | [Token::OpenBracket, Token::OpenBrace]
    );
    if blank.is_empty() || !is_json {
        return text;
    }
    let mut bytes = text.into_bytes();
    for byte in blank.into_iter().flatten() {
        if !matches!(bytes[byte], b'\n' | b'\r') {
            bytes[byte] = b' ';
        }
    }
    // Whole tokens were blanked, so it is UTF-8 still.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Read the one JSON value that `text` is; a key that is there twice is refused.
pub(super) fn parse(text: &str) -> Result<Node<'_>, Wrong> {
    whole(text, 0, true)
}

/// Read the one JSON value that `text` is; of a key that is there twice, the last value counts, as for most readers.
pub(super) fn parse_loose(text: &str) -> Result<Node<'_>, Wrong> {
    whole(text, 0, false)
}

/// Read `text` so, which begins at byte `start` of the whole.
pub(super) fn parse_at(text: &str, start: usize) -> Result<Node<'_>, Wrong> {
    whole(text, start, false)
}

fn whole(text: &str, start: usize, is_strict: bool) -> Result<Node<'_>, Wrong> {
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| syntax(text, start, &error))?;
    // The raw value is without the white space around it.
    let before = text.len() - text.trim_start_matches([' ', '\t', '\r', '\n']).len();
    read(whole.get(), start + before, 0, is_strict)
}

/// Read the value `raw`, whose syntax was seen to be right, at byte `at`.
fn read(raw: &str, at: usize, depth: usize, is_strict: bool) -> Result<Node<'_>, Wrong> {
    if depth > DEEPEST {
        return Err(Wrong::syntax(at, format!("it is nested deeper than {DEEPEST} levels")));
    }
    let inside = |child: &str| at + (child.as_ptr() as usize - raw.as_ptr() as usize);
    let failed = |error: serde_json::Error| syntax(raw, at, &error);
    let what = match raw.as_bytes().first() {
        Some(b'{') => {
            let entries: Entries<'_> = serde_json::from_str(raw).map_err(failed)?;
            let mut places: HashMap<Cow<'_, str>, usize> = HashMap::new();
            let mut table: Vec<(Cow<'_, str>, Node<'_>)> = Vec::with_capacity(entries.0.len());
            for (key, value) in entries.0 {
                let place = inside(value.get());
                let value = read(value.get(), place, depth + 1, is_strict)?;
                match places.entry(key.clone()) {
                    Entry::Occupied(_) if is_strict => {
                        return Err(Wrong::syntax(place, format!("duplicate key '{}'", key.escape_debug())));
                    }
                    Entry::Occupied(known) => table[*known.get()].1 = value,
                    Entry::Vacant(free) => {
                        free.insert(table.len());
                        table.push((key, value));
                    }
                }
            }
            What::Table(table)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw).map_err(failed)?;
            let items = items.into_iter().map(|item| read(item.get(), inside(item.get()), depth + 1, is_strict));
            What::List(items.collect::<Result<_, _>>()?)
        }
        Some(b'"') => What::Text(serde_json::from_str::<Borrowed<'_>>(raw).map_err(failed)?.0),
        Some(b't') => What::Flag(true),
        Some(b'f') => What::Flag(false),
        Some(b'n') => What::Nothing,
        _ => What::Number(Cow::Borrowed(raw)),
    };
    Ok(Node { at, what })
}

/// Where in the whole text `error` is, and what it says.
fn syntax(text: &str, start: usize, error: &serde_json::Error) -> Wrong {
    // Both count from 1; the column is of bytes, and 0 where a line has just begun.
    let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let at =
        if error.is_eof() { text.trim_end().len() } else { (line + error.column().saturating_sub(1)).min(text.len()) };
    let said = error.to_string();
    // A control character is told with the byte before it where a string is skipped, and with its own where one is read.
    let at = if said.starts_with("control character") {
        text.bytes().skip(at).position(|byte| byte < b' ').map_or(at, |further| at + further)
    } else {
        at
    };
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
    Wrong::syntax(start + at, said)
}

/// A text that lies in its JSON as it is, if it has no escapes.
#[derive(serde::Deserialize)]
struct Borrowed<'t>(#[serde(borrow)] Cow<'t, str>);

/// The entries of an object, in their order.
struct Entries<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(key) = map.next_key::<Borrowed<'de>>()? {
                    let value = map.next_value::<&'de RawValue>().map_err(A::Error::custom)?;
                    entries.push((key.0, value));
                }
                Ok(Entries(entries))
            }
        }
        from.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::position::TextPlace;

    #[test]
    fn values_know_where_they_are() {
        let text = "\n {\"a\": [1, \"ü\\n\", null],\n  \"b\" : {\"c\": true}}";
        let node = parse(text).unwrap();
        let a = node.get("a").unwrap().list("a").unwrap();
        assert_eq!(a[0].at, text.find('1').unwrap());
        assert_eq!(a[1].text("a").unwrap(), "ü\n");
        assert_eq!(a[1].at, text.find("\"ü").unwrap());
        let c = node.get("b").unwrap().get("c").unwrap();
        assert_eq!((c.at, &c.what), (text.find("true").unwrap(), &What::Flag(true)));
        assert_eq!(node.to_value(), serde_json::from_str::<serde_json::Value>(text).unwrap());
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        let wrong = |text: &str| {
            let wrong = parse(text).unwrap_err();
            format!("{}: {}", TextPlace::of(text.as_bytes(), wrong.at), wrong.what)
        };
        assert_eq!(wrong("{\"a\": 1,\n \"b\" 2}"), "2:6: expected `:`");
        assert_eq!(wrong("[1, 2"), "1:6: EOF while parsing a list");
        assert_eq!(wrong("{\"a\":1,\n\"a\":2}"), "2:5: duplicate key 'a'");
        assert_eq!(wrong("[\n \"\\ud800\"]"), "2:9: unexpected end of hex escape");
        assert_eq!(wrong("[\"a\u{1}\"]"), "1:4: control character (\\u0000-\\u001F) found while parsing a string");
        assert_eq!(wrong("[\"ü\u{1}\"]"), "1:4: control character (\\u0000-\\u001F) found while parsing a string");
        assert_eq!(wrong(&"[".repeat(100_000)), "1:100001: EOF while parsing a list");
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        assert_eq!(wrong(&deep), "1:66: it is nested deeper than 64 levels");
    }

    #[test]
    fn comments_and_last_commas_are_spaces() {
        let read = |text: &str| without_comments(text.to_owned());
        let text = "// the plan\n{\"a\": [1, /* ü\n */ 2,], // \"x\"\n \"b\": \"// , ]\",\n}\n";
        let plain = read(text);
        let expected = serde_json::json!({"a": [1, 2], "b": "// , ]"});
        assert_eq!(parse(&plain).unwrap().to_value(), expected);
        let lines = |text: &str| text.lines().map(str::len).collect::<Vec<_>>();
        assert_eq!(lines(&plain), lines(text));
        for kept in
            ["[[task]]\ntitle = \"a // b\"", "[ ] // a", "[{\"a\": 1,, }]", "{\"a\":,}", "{,}", "- [ ] // b", ""]
        {
            assert_eq!(read(kept), kept);
        }
        // What is wrong is told where it is.
        let wrong = parse(&read("{ // c\n \"a\" 1}")).unwrap_err();
        assert_eq!((wrong.at, wrong.what.as_str()), (12, "expected `:`"));
    }
}
