//! One line of a list: fixed columns on both sides, and in the middle a text that is truncated on a narrow terminal.

use unicode_width::UnicodeWidthStr;

use crate::{
    domain::text::shorten,
    view::{Style, sanitize},
};

/// The least that is left of the middle.
const LEAST: usize = 20;

/// A line in the making. Every text that goes in is cleaned.
pub struct ListRow<'a> {
    style: Style,
    left: Vec<Part<'a>>,
    middle: String,
    right: Vec<Part<'a>>,
}

/// How a cleaned text is painted.
type Painter<'a> = Box<dyn Fn(Style, &str) -> String + 'a>;

struct Part<'a> {
    text: String,
    paint: Painter<'a>,
}

impl<'a> Part<'a> {
    fn new(text: &str, paint: impl Fn(Style, &str) -> String + 'a) -> Self {
        Part { text: sanitize::line(text).into_owned(), paint: Box::new(paint) }
    }

    fn width(parts: &[Self]) -> usize {
        parts.iter().map(|part| part.text.width()).sum()
    }
}

impl<'a> ListRow<'a> {
    /// An empty line, painted by `style`.
    pub fn new(style: Style) -> Self {
        ListRow { style, left: Vec::new(), middle: String::new(), right: Vec::new() }
    }

    /// The line of a task: its mark, painted by `paint`, its id in a column of `ids` columns behind `indent`, and its title.
    pub fn of_task(
        style: Style,
        (mark, paint): (&str, impl Fn(Style, &str) -> String + 'a),
        indent: &str,
        (id, ids): (&str, usize),
        title: &str,
    ) -> Self {
        let row = ListRow::new(style).left(mark, paint).left(indent, Style::plain);
        row.left(&pad(id, ids), Style::id).left(" ", Style::plain).middle(title)
    }

    /// Put `text` behind what is on the left already.
    #[must_use]
    pub fn left(mut self, text: &str, paint: impl Fn(Style, &str) -> String + 'a) -> Self {
        self.left.push(Part::new(text, paint));
        self
    }

    /// Put `text` in front of what is on the left already.
    #[must_use]
    pub fn first(mut self, text: &str, paint: impl Fn(Style, &str) -> String + 'a) -> Self {
        self.left.insert(0, Part::new(text, paint));
        self
    }

    /// The text in the middle.
    #[must_use]
    pub fn middle(mut self, text: &str) -> Self {
        self.middle = sanitize::line(text).into_owned();
        self
    }

    /// Put `text` behind what is on the right already.
    #[must_use]
    pub fn right(mut self, text: &str, paint: impl Fn(Style, &str) -> String + 'a) -> Self {
        self.right.push(Part::new(text, paint));
        self
    }

    /// Put `remarks` in brackets behind all else, if there are any. On a terminal of `width` columns they take half of it at most,
    /// so that something of the middle stays.
    #[must_use]
    pub fn remarks(self, remarks: &str, width: Option<usize>) -> Self {
        match width {
            _ if remarks.is_empty() => self,
            Some(width) => self.right(&format!("  ({})", shorten(remarks, width / 2)), Style::faint),
            None => self.right(&format!("  ({remarks})"), Style::faint),
        }
    }

    /// The line with its end, on a terminal of `width` columns if it is one.
    pub fn render(self, width: Option<usize>) -> String {
        let style = self.style;
        let paint = |part: &Part<'_>| (part.paint)(style, &part.text);
        let mut line: String = self.left.iter().map(paint).collect();
        let mut room = width.map_or(usize::MAX, |width| width.saturating_sub(Part::width(&self.left)));
        let middle = shorten(&self.middle, room.saturating_sub(Part::width(&self.right)).max(LEAST));
        line.push_str(&middle);
        // The right column is truncated, too, if the middle would become too narrow.
        room = room.saturating_sub(middle.width());
        for part in &self.right {
            let text = shorten(&part.text, room);
            room = room.saturating_sub(text.width());
            line.push_str(&(part.paint)(style, &text));
        }
        format!("{}\n", line.trim_end_matches(' '))
    }
}

/// The first `most` of `lines`, indented, and how many more there are; `rest` names where they are.
pub fn first_lines(lines: impl ExactSizeIterator<Item = String>, most: usize, rest: &str) -> String {
    let more = lines.len().saturating_sub(most);
    let shown = lines.take(most).map(|line| format!("  {line}\n"));
    shown.chain((more > 0).then(|| format!("  … and {more} more{rest}\n"))).collect()
}

/// The column of ids is not wider than this: ids of imported plans are made of titles.
const WIDEST_ID: usize = 40;

/// How wide the column of `ids` is, on a terminal of `width` columns if it is one, where it takes a third. A longer id moves what
/// is behind it.
pub fn id_width<'i>(ids: impl IntoIterator<Item = &'i str>, width: Option<usize>) -> usize {
    let most = width.map_or(WIDEST_ID, |width| (width / 3).clamp(12, WIDEST_ID));
    ids.into_iter().map(UnicodeWidthStr::width).max().unwrap_or(0).min(most)
}

/// `text` with spaces behind it up to `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_gives_way_and_columns_are_counted_not_characters() {
        let row = || {
            ListRow::new(Style::new(false))
                .left("t-1 ", Style::plain)
                .middle("日本語のとても長い題名です、本当に")
                .right("  (now)", Style::plain)
        };
        assert_eq!(row().render(None), "t-1 日本語のとても長い題名です、本当に  (now)\n");
        let narrow = row().render(Some(35));
        assert_eq!(narrow, "t-1 日本語のとても長い題名…  (now)\n");
        assert!(narrow.trim_end().width() <= 35);
        assert_eq!(row().render(Some(27)), "t-1 日本語のとても長い…  (…\n", "there is always something left of it");
        assert_eq!(pad("日本", 6), "日本  ");
    }

    #[test]
    fn nothing_in_a_row_acts_on_the_terminal() {
        let row = ListRow::new(Style::new(true))
            .left("a\u{1b}[2J", |_: Style, text: &str| format!("<{text}>"))
            .middle("b\nc")
            .right("\u{9b}", Style::plain);
        assert_eq!(row.render(Some(80)), "<a\\u{1b}[2J>b\\nc\\u{9b}\n");
    }
}
