//! The list of an agent of Copilot CLI, which is a table: `INSERT INTO todos`, `UPDATE todos` and `DELETE FROM todos`. Other statements, and
//! conditions on something else than ids, say nothing.

use std::iter::Peekable;

use super::tools::{Todo, TodoState, TodoStep};

/// The columns of the table.
const COLUMNS: [&str; 4] = ["id", "title", "description", "status"];

/// What a statement consists of.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A key word or a name, in small letters.
    Word(String),
    /// A string or a number.
    Text(String),
    /// Any other character.
    Sign(char),
}

use Token::{Sign, Text, Word};

/// What the statements of `query` change of the list.
pub(super) fn steps(query: &str) -> Vec<TodoStep> {
    tokens(query).split(|token| *token == Sign(';')).flat_map(|statement| read(statement).unwrap_or_default()).collect()
}

fn tokens(query: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = query.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek().copied()) {
            ('-', Some('-')) => rest.by_ref().take_while(|c| *c != '\n').for_each(drop),
            ('\'', _) => found.push(Text(quoted(&mut rest, '\''))),
            ('"' | '`', _) => found.push(Word(quoted(&mut rest, c).to_lowercase())),
            (c, _) if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    word.push(c);
                }
                found.push(if c.is_ascii_digit() { Text(word) } else { Word(word.to_lowercase()) });
            }
            (c, _) if c.is_whitespace() => {}
            (c, _) => found.push(Sign(c)),
        }
    }
    found
}

/// Up to `mark`, which stands for itself where it is written twice.
fn quoted(rest: &mut Peekable<impl Iterator<Item = char>>, mark: char) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        if c == mark && rest.next_if_eq(&mark).is_none() {
            break;
        }
        text.push(c);
    }
    text
}

fn is_word(token: Option<&Token>, word: &str) -> bool {
    matches!(token, Some(Word(known)) if known == word)
}

/// What one statement changes; `None`: it is about something else.
fn read(statement: &[Token]) -> Option<Vec<TodoStep>> {
    let table = statement.iter().position(|token| is_word(Some(token), "todos"))?;
    let (head, rest) = (&statement[..table], &statement[table + 1..]);
    let Some(Word(verb)) = head.first() else { return None };
    let before_table = head.last();
    match verb.as_str() {
        "insert" | "replace" if is_word(before_table, "into") => Some(added(rest)),
        "update" => {
            let end = rest.iter().position(|token| is_word(Some(token), "where")).unwrap_or(rest.len());
            let state = rest[..end].windows(3).find_map(|window| match window {
                [Word(name), Sign('='), Text(state)] if name == "status" => Some(TodoState::from_word(state)),
                _ => None,
            });
            moved(&rest[end..], state?)
        }
        "delete" if is_word(before_table, "from") => moved(rest, TodoState::Dropped),
        _ => None,
    }
}

/// The values in brackets at the beginning of `tokens`, and what follows.
fn group(tokens: &[Token]) -> Option<(Vec<&Token>, &[Token])> {
    let inner = tokens.strip_prefix(&[Sign('(')])?;
    let (mut depth, mut values) = (1, Vec::new());
    let mut is_first = true;
    for (at, token) in inner.iter().enumerate() {
        match token {
            Sign('(') => depth += 1,
            Sign(')') => depth -= 1,
            Sign(',') if depth == 1 => {
                is_first = true;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            return Some((values, &inner[at + 1..]));
        }
        if std::mem::take(&mut is_first) {
            values.push(token);
        }
    }
    None
}

/// The lines that `(columns) VALUES (…), (…)` adds.
fn added(rest: &[Token]) -> Vec<TodoStep> {
    let (columns, rest) = match group(rest) {
        Some((names, rest)) => {
            (names.into_iter().map(|name| if let Word(name) = name { name.as_str() } else { "" }).collect(), rest)
        }
        None => (COLUMNS.to_vec(), rest),
    };
    let mut rest = match rest.split_first() {
        Some((first, rest)) if is_word(Some(first), "values") => rest,
        _ => return Vec::new(),
    };
    let mut steps = Vec::new();
    while let Some((values, after)) = group(rest) {
        let value = |column: &str| match values.get(columns.iter().position(|name| *name == column)?)? {
            Text(text) => Some(text.trim().to_owned()),
            _ => None,
        };
        let state = value("status").map_or(TodoState::Open, |word| TodoState::from_word(&word));
        if let Some(title) = value("title").filter(|title| !title.is_empty()) {
            steps.push(TodoStep::Add(value("id"), Todo { title, state }));
        }
        rest = after.strip_prefix(&[Sign(',')]).unwrap_or_default();
    }
    steps
}

/// The lines that the condition `rest` names have `state` now.
fn moved(rest: &[Token], state: TodoState) -> Option<Vec<TodoStep>> {
    let names: Vec<Option<String>> = match rest {
        [] => vec![None],
        [Word(clause), Word(column), Sign('='), Text(id)] if clause == "where" && column == "id" => {
            vec![Some(id.clone())]
        }
        [Word(clause), Word(column), Word(among), ids @ ..] if clause == "where" && column == "id" && among == "in" => {
            let texts = |id: &Token| if let Text(id) = id { Some(Some(id.clone())) } else { None };
            group(ids).filter(|(_, rest)| rest.is_empty())?.0.into_iter().filter_map(texts).collect()
        }
        _ => return None,
    };
    Some(names.into_iter().map(|name| TodoStep::Move(name, state)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(id: &str, title: &str, state: TodoState) -> TodoStep {
        TodoStep::Add(Some(id.to_owned()), Todo { title: title.to_owned(), state })
    }

    #[test]
    fn a_table_is_read_as_a_list() {
        let query = "-- Todos; of today
            INSERT INTO todos (id, title, description) VALUES
              ('user-model', 'Creating the user''s model', 'UPDATE todos SET status = 1; (a, b)'),
              ('routes', 'Creating routes', upper('x, y'));
            INSERT INTO todo_deps (todo_id, depends_on) VALUES ('routes', 'user-model');
            SELECT t.* FROM todos t WHERE t.status = 'pending';";
        let open = TodoState::Open;
        let both = [add("user-model", "Creating the user's model", open), add("routes", "Creating routes", open)];
        assert_eq!(steps(query), both);
        let with_state = "insert or replace into `todos` (status, title, id) values ('in_progress', 'A', 'a') on conflict do nothing";
        assert_eq!(steps(with_state), [add("a", "A", TodoState::Doing)]);
        assert_eq!(steps("INSERT INTO todos VALUES ('a', 'A', 'text', 'done')"), [add("a", "A", TodoState::Done)]);
    }

    #[test]
    fn states_change_by_id() {
        let moved = |id: Option<&str>, state| TodoStep::Move(id.map(str::to_owned), state);
        let set = "UPDATE todos SET status = 'done', updated_at = datetime('now') WHERE id = 'a';
            UPDATE todos SET status='blocked' WHERE id IN ('b', 'c'); DELETE FROM todos WHERE id = 'd'";
        let expected = [
            moved(Some("a"), TodoState::Done),
            moved(Some("b"), TodoState::Open),
            moved(Some("c"), TodoState::Open),
            moved(Some("d"), TodoState::Dropped),
        ];
        assert_eq!(steps(set), expected);
        assert_eq!(steps("UPDATE todos SET status = 'done'"), [moved(None, TodoState::Done)]);
        for other in [
            "UPDATE todos SET status = 'done' WHERE id = 'a' AND title LIKE '%x'",
            "UPDATE todos SET title = 'x' WHERE id = 'a'",
            "SELECT * FROM todos",
            "INSERT INTO notes SELECT title FROM todos",
            "INSERT INTO todos SELECT * FROM others",
            "INSERT INTO todos (id, title) VALUES ('a', 'A'",
            "'",
            "",
        ] {
            assert_eq!(steps(other), [], "{other}");
        }
    }
}
