//! Drawings as SVG: the same in a report and in a file of their own. Colours are variables of the style sheet, so that they
//! follow the reader's light or dark; every drawing has a title and a description for those who do not see it.

pub mod burn;
pub mod graph;
pub mod graph_layout;
mod scale;
pub mod timeline;

use crate::{domain::report::State, view::sanitize};

/// The colours, light and dark, and how the parts of drawings look.
pub const STYLE: &str = include_str!("style.css");

/// `text` as it can stand in an element or an attribute: no markup, nothing that acts on the reader.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in sanitize::line(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// The class of a state in the style sheet.
pub fn class(state: State) -> &'static str {
    match state {
        State::Completed => "done",
        State::InProgress => "busy",
        State::Ready => "ready",
        State::Waiting | State::Cancelled => "wait",
        State::Blocked => "block",
        State::Failed => "bad",
    }
}

/// The mark of a state where a reader has to tell all of them apart.
pub fn mark(state: State) -> &'static str {
    match state {
        State::Completed => "✓",
        State::InProgress => "→",
        State::Ready => "○",
        State::Waiting => "◌",
        State::Blocked => "■",
        State::Failed => "✗",
        State::Cancelled => "–",
    }
}

/// The beginning of a drawing called `name`, which is unique in its document.
fn open(name: &str, width: f64, height: f64, title: &str, description: &str) -> String {
    format!(
        "<svg class=\"drawing\" role=\"img\" aria-labelledby=\"{name}-t {name}-d\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\">\n<title id=\"{name}-t\">{}</title>\n<desc id=\"{name}-d\">{}</desc>\n",
        escape(title),
        escape(description)
    )
}

/// `svg`, which was made for a page, as a file of its own.
pub fn standalone(svg: &str) -> String {
    let svg = svg.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
    let svg =
        svg.replacen("</desc>\n", &format!("</desc>\n<style>\n{STYLE}svg{{background:var(--page)}}\n</style>\n"), 1);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{svg}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        assert_eq!(
            escape("<script>alert('x')</script> & \"q\" \u{1b}[2J \u{202e}gpj"),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;q&quot; \\u{1b}[2J \\u{202e}gpj"
        );
    }
}
