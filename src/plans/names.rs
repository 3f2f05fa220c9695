//! Ids for items that have only a name.
//!
//! The id of an item is made of its title, behind its feature's id and a dot: `Login / Form (new)` becomes `login.form-new`. It
//! is the same whenever the plan is read again, wherever in its feature the item stands. Where letters are lost (`登录`), or the title is long,
//! a hash of feature and title is added; of several items with one name in one feature the second is `…-2`, the third `…-3`.

use std::collections::{HashMap, HashSet};

use crate::domain::{
    fnv,
    id::{MAX_LEN, TaskId},
};

/// The longest part of an id that is made of a title.
const MAX_SLUG: usize = 32;

/// The ids that there are.
#[derive(Debug, Default)]
pub(super) struct Taken {
    ids: HashSet<TaskId>,
    /// The number at which to look for a free one of a name.
    next: HashMap<String, usize>,
}

impl Taken {
    /// The names in `ids`.
    pub fn of(ids: impl Iterator<Item = TaskId>) -> Self {
        Taken { ids: ids.collect(), next: HashMap::new() }
    }

    /// An id that begins with `base`, and is no other's.
    pub fn free(&mut self, base: &str) -> TaskId {
        let next = self.next.entry(base.to_owned()).or_insert(1);
        loop {
            let id = if *next == 1 { base.to_owned() } else { format!("{base}-{next}") };
            *next += 1;
            let id = TaskId::parse(&id).expect("invariant: there is room for a number");
            if self.ids.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// The id of the item called `title` in `feature`; put into `taken`, in which no id is twice.
pub(super) fn derive(feature: Option<&TaskId>, title: &str, taken: &mut Taken) -> TaskId {
    let (slug, is_whole) = slug(title);
    let hash = hash(feature, title);
    let short = if is_whole { slug.clone() } else { format!("{slug}-{hash}") };
    let plain = feature.map_or_else(|| short.clone(), |feature| format!("{feature}.{short}"));
    let base = [plain, format!("{slug}-{hash}")].into_iter().find(|id| fits(id));
    taken.free(&base.unwrap_or_else(|| format!("task-{hash}")))
}

/// Whether `id` is one, with room for a number behind it.
fn fits(id: &str) -> bool {
    id.len() <= MAX_LEN - 8 && TaskId::parse(id).is_ok()
}

/// `title` in lower-case letters, digits and dashes, and whether that is all of it.
fn slug(title: &str) -> (String, bool) {
    let mut slug = String::new();
    let mut is_whole = true;
    for c in title.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            c if c.is_alphanumeric() => {
                is_whole = false;
                slug.push_str(latin(c));
            }
            // Neither a letter nor a digit, and yet a name.
            c if !c.is_ascii() && !c.is_whitespace() => is_whole = false,
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    let end = slug.trim_end_matches('-').len();
    slug.truncate(end);
    if slug.len() > MAX_SLUG {
        is_whole = false;
        let cut = slug[..=MAX_SLUG].rfind('-').filter(|cut| *cut > 0).unwrap_or(MAX_SLUG);
        slug.truncate(cut);
    }
    if slug.is_empty() { ("task".to_owned(), false) } else { (slug, is_whole) }
}

/// The usual way to write a Latin letter in ASCII.
fn latin(c: char) -> &'static str {
    match c {
        'ä' | 'Ä' | 'æ' | 'Æ' => "ae",
        'ö' | 'Ö' | 'ø' | 'Ø' | 'œ' | 'Œ' => "oe",
        'ü' | 'Ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'À' | 'Á' | 'Â' | 'Ã' | 'Å' => "a",
        'ç' | 'Ç' | 'č' | 'Č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'Ì' | 'Í' | 'Î' | 'Ï' => "i",
        'ñ' | 'Ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'Ò' | 'Ó' | 'Ô' | 'Õ' => "o",
        'ù' | 'ú' | 'û' | 'Ù' | 'Ú' | 'Û' => "u",
        _ => "",
    }
}

/// Six characters that stand for feature and title.
fn hash(feature: Option<&TaskId>, title: &str) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let path = feature.map_or("", TaskId::as_str).bytes().chain([0]).chain(title.bytes());
    let hash = fnv::sum(path);
    (0..6).map(|at| char::from(ALPHABET[(hash >> (17 + 5 * at)) as usize & 31])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(feature: Option<&str>, titles: &[&str]) -> Vec<String> {
        let feature = feature.map(|feature| TaskId::parse(feature).unwrap());
        let mut taken = Taken::default();
        titles.iter().map(|title| derive(feature.as_ref(), title, &mut taken).to_string()).collect()
    }

    #[test]
    fn names_become_ids_that_say_what_they_are() {
        assert_eq!(ids(None, &["Fix login", "  CSV-export (v2)!"]), ["fix-login", "csv-export-v2"]);
        assert_eq!(ids(Some("auth"), &["Form", "lock", "T-1"]), ["auth.form", "lock-9pym7m", "auth.t-1"]);
    }

    #[test]
    fn names_in_every_script_work_and_stay_apart() {
        let titles = ["Übersicht für Größe", "登录", "登出", "🚀", "🛰️", "naïve café", "…"];
        let made = ids(None, &titles);
        assert_eq!(made.iter().collect::<HashSet<_>>().len(), titles.len(), "{made:?}");
        assert!(made[0].starts_with("uebersicht-fuer-groesse-"), "{made:?}");
        assert_eq!(made, ids(None, &titles), "the same every time");
    }

    #[test]
    fn a_name_that_comes_twice_is_told_apart_in_order() {
        assert_eq!(ids(None, &["Test", "test!", "Test"]), ["test", "test-2", "test-3"]);
    }

    #[test]
    fn long_names_are_cut_at_a_word_and_hashed() {
        let long = "New chat button creates a fresh conversation";
        let made = ids(None, &[long, "New chat button creates a fresh start for everybody"]);
        assert!(made.iter().all(|id| id.starts_with("new-chat-button-creates-a-fresh-")), "{made:?}");
        assert_ne!(made[0], made[1]);
        let deep = ids(Some(&"x".repeat(60)), &["Form", &"y".repeat(500)]);
        assert!(deep.iter().all(|id| id.len() <= MAX_LEN), "{deep:?}");
    }
}
