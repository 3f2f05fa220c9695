//! Labels and references: short texts of which a task has a set.

use super::text::{InvalidText, one_line};

/// The longest label, in bytes.
const MAX_LABEL: usize = 64;

/// Check a label: one line without a comma, which separates labels.
pub fn label(text: &str) -> Result<String, InvalidText> {
    let label = one_line(text)?;
    match label.len() {
        _ if label.contains(',') => Err(InvalidText::Comma),
        len if len > MAX_LABEL => Err(InvalidText::LongWord { len, max: MAX_LABEL }),
        _ => Ok(label),
    }
}

/// Check a reference: an address, or the key of something in another tracker.
pub fn reference(text: &str) -> Result<String, InvalidText> {
    one_line(text)
}

/// Take those `gone` out of `words` and put in those to `add`, each once, if `check` lets them in.
pub fn change(
    words: &mut Vec<String>,
    add: &[String],
    gone: &[String],
    check: fn(&str) -> Result<String, InvalidText>,
) {
    words.retain(|word| !gone.contains(word));
    for word in add.iter().filter_map(|word| check(word).ok()) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
}

/// Those of `words` that `others` lacks.
pub fn missing(words: &[String], others: &[String]) -> Vec<String> {
    words.iter().filter(|word| !others.contains(word)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_short_line_without_a_comma() {
        assert_eq!(label(" good first issue "), Ok("good first issue".into()));
        for bad in ["", " ", "a,b", "a\nb", &"x".repeat(65)] {
            assert!(label(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_word_is_there_once() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut labels = words(&["a", "b"]);
        change(&mut labels, &words(&["c", "a", "x,y", "c"]), &words(&["b", "z"]), label);
        assert_eq!(labels, words(&["a", "c"]));
    }
}
