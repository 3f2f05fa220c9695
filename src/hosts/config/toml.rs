//! TOML files of other programs, changed in place.

use toml_edit::{DocumentMut, Item, Table, value};

fn parse(text: &str) -> Result<DocumentMut, String> {
    text.parse::<DocumentMut>().map_err(|error| error.message().to_owned())
}

/// The plugin in `text`, the configuration of Codex, whose id begins with `start`, and whether it is enabled.
pub(in crate::hosts) fn plugin(text: &str, start: &str) -> Option<(String, bool)> {
    let document = parse(text).ok()?;
    let mut plugins = document.get("plugins")?.as_table_like()?.iter();
    let (id, entry) = plugins.find(|(id, _)| id.starts_with(start))?;
    Some((id.to_owned(), entry.get("enabled").and_then(Item::as_bool).unwrap_or(true)))
}

/// Whether `text`, the configuration of Codex, records that one of the hooks of `owner`, a file or a plugin, is trusted:
/// `[hooks.state."<owner>:…"]` with a `trusted_hash`. Whether that is the hash of the hook as it is now, only Codex knows.
pub(in crate::hosts) fn trusts(text: &str, owner: &str) -> bool {
    let Ok(document) = parse(text) else { return false };
    let state = document.get("hooks").and_then(|hooks| hooks.get("state")).and_then(Item::as_table_like);
    let prefix = format!("{owner}:");
    let is_trusted = |item: &Item| {
        let is_on = item.get("enabled").and_then(Item::as_bool).unwrap_or(true);
        is_on && item.get("trusted_hash").and_then(Item::as_str).is_some_and(|hash| !hash.is_empty())
    };
    state.is_some_and(|state| state.iter().any(|(key, item)| key.starts_with(&prefix) && is_trusted(item)))
}

/// `text` with the table `[<outer>.<inner>]` of `entries`, texts or lists of texts.
pub(super) fn set(text: Option<&str>, outer: &str, inner: &str, entries: &[(&str, &[&str])]) -> Result<String, String> {
    let text = text.unwrap_or_default();
    let mut document = parse(text)?;
    let mut wanted = Table::new();
    for (key, words) in entries {
        let item = match words {
            [word] if *key == "command" => value(*word),
            words => value(words.iter().copied().collect::<toml_edit::Array>()),
        };
        wanted.insert(key, item);
    }
    let place = document.entry(outer).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let place = place.as_table_like_mut().ok_or_else(|| format!("'{outer}' is not a table"))?;
    if let Some(known) = place.get(inner).and_then(Item::as_table)
        && plain(known) == plain(&wanted)
    {
        return Ok(text.to_owned());
    }
    place.insert(inner, Item::Table(wanted));
    Ok(document.to_string())
}

/// The entries of a table as text, whatever their spacing.
fn plain(table: &Table) -> Vec<String> {
    let mut entries: Vec<String> = table
        .iter()
        .map(|(key, item)| format!("{key}={}", item.to_string().split_whitespace().collect::<String>()))
        .collect();
    entries.sort();
    entries
}

/// `text` without the table `[<outer>.<inner>]`.
pub(super) fn unset(text: &str, outer: &str, inner: &str) -> Result<String, String> {
    let mut document = parse(text)?;
    let Some(place) = document.get_mut(outer).and_then(Item::as_table_like_mut) else { return Ok(text.to_owned()) };
    if place.remove(inner).is_none() {
        return Ok(text.to_owned());
    }
    if place.is_empty() {
        document.remove(outer);
    }
    Ok(document.to_string())
}

/// Whether there is such a table.
pub(super) fn is_set(text: &str, outer: &str, inner: &str) -> bool {
    parse(text).is_ok_and(|document| document.get(outer).and_then(|outer| outer.get(inner)).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEIRS: &str = "# my settings\nmodel = \"gpt\" # the best\n\n[mcp_servers.other]\ncommand = \"other\"\n";

    #[test]
    fn a_table_comes_and_goes() {
        let entries: &[(&str, &[&str])] = &[("command", &["git-agent"]), ("args", &["mcp"])];
        for text in ["", THEIRS, "model = 1\n"] {
            let set = set(Some(text), "mcp_servers", "git-agent", entries).unwrap();
            assert!(set.contains("[mcp_servers.git-agent]\ncommand = \"git-agent\"\nargs = [\"mcp\"]\n"), "{set}");
            assert!(is_set(&set, "mcp_servers", "git-agent"));
            assert_eq!(super::set(Some(&set), "mcp_servers", "git-agent", entries).unwrap(), set);
            assert_eq!(unset(&set, "mcp_servers", "git-agent").unwrap().trim_end(), text.trim_end());
        }
        assert!(super::set(Some("x = ["), "a", "b", entries).is_err());
        assert!(super::set(Some("a = 1"), "a", "b", entries).is_err());
    }
}
