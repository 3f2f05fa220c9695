//! `API_KEY=9f8e…`: a name that promises a secret, and a value that no person would think up.

use std::sync::LazyLock;

use bstr::ByteSlice as _;
use regex::bytes::{Regex, RegexBuilder};

/// Shannon entropy, in bits a byte, from which a value counts as random. English is below 3.5 at these lengths only
/// when words repeat, so runs of letters are judged as well.
const RANDOM: f64 = 3.5;
/// As many small letters in a row are a word, not chance (once in a thousand values of base64).
const WORD: usize = 8;

/// A line of an environment file; or a quoted value behind a name or key anywhere.
static FORMS: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    let names = "(?i:secret|token|passw(?:or)?d|passphrase|api_?key|access_?key|private_?key|signing_?key|encryption_?key|credentials?|auth_?key)";
    let file =
        format!(r#"^\s*(?:export\s+)?[A-Z0-9_]*{names}[A-Z0-9_]*=["']?([^\s"'$<>(){{}}]{{16,200}})["']?\s*(?:#.*)?$"#);
    let quoted =
        format!(r#"{names}[A-Za-z0-9_]{{0,20}}["']?\s*(?:=>|:=|=|:)\s*["']([A-Za-z0-9+/=_.~-]{{20,200}})["']"#);
    [file, quoted].map(|form| {
        let regex = RegexBuilder::new(&form).unicode(false).build();
        regex.expect("invariant: both forms are constant, and a test compiles them")
    })
});

/// Whether the line assigns something random to a name that promises a secret.
pub(super) fn find(line: &[u8]) -> Option<&'static str> {
    let values = FORMS.iter().filter_map(|form| form.captures(line)?.get(1));
    values.into_iter().any(|value| is_random(value.as_bytes())).then_some("a password or token")
}

fn is_random(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let longest = value.split(|byte| !byte.is_ascii_lowercase()).map(<[u8]>::len).max().unwrap_or(0);
    let says_no = ["example", "placeholder", "changeme", "xxxx", "your", "dummy"];
    let lower = value.to_ascii_lowercase();
    digits >= 2
        && letters >= 2
        && longest < WORD
        && entropy(value) >= RANDOM
        && !says_no.iter().any(|word| lower.contains_str(word))
}

fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    let len = value.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / len).map(|p| -p * p.log2()).sum()
}
