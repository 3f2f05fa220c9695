//! Drawings as SVG: the same in a report and in a file of their own. Colours are variables of the style sheet, so that they
//! follow the reader's light or dark; every drawing has a title and a description for those who do not see it.

pub(crate) mod burn;
pub(crate) mod graph;
pub(crate) mod graph_layout;
mod scale;
pub(crate) mod timeline;

use maud::{Markup, PreEscaped, Render, html};

use crate::{
    domain::report::TaskState,
    view::{mark_of, sanitize},
};

/// The colours, light and dark, and how the parts of drawings look.
pub const STYLE: &str = include_str!("style.css");

/// The class of a state in the style sheet.
pub fn class(state: TaskState) -> &'static str {
    match state {
        TaskState::Completed => "done",
        TaskState::InProgress => "busy",
        TaskState::Ready => "ready",
        TaskState::Waiting | TaskState::Cancelled => "wait",
        TaskState::Blocked => "block",
        TaskState::Failed => "bad",
    }
}

/// The mark for `state`.
pub fn mark(state: TaskState) -> &'static str {
    mark_of(state.status(), state == TaskState::Blocked, state == TaskState::Waiting)
}

/// A drawing, for a page or as a file of its own.
pub struct Drawing {
    /// Unique in its document; the ids of its parts begin with it.
    name: &'static str,
    width: f64,
    height: f64,
    title: &'static str,
    description: String,
    body: Markup,
}

impl Drawing {
    /// As an XML document, with its style sheet.
    pub fn file(&self) -> String {
        let style = html! { style { (PreEscaped(STYLE)) "svg{background:var(--page)}" } };
        let svg = self.element(Some("http://www.w3.org/2000/svg"), &style).into_string();
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", sanitize::lines(&svg))
    }

    fn element(&self, xmlns: Option<&str>, style: &Markup) -> Markup {
        let (name, width, height) = (self.name, self.width.round(), self.height.round());
        html! {
            svg xmlns=[xmlns] class="drawing" role="img" aria-labelledby={ (name) "-t " (name) "-d" } width=(width) height=(height)
                viewBox={ "0 0 " (width) " " (height) }
            {
                title id={ (name) "-t" } { (self.title) }
                desc id={ (name) "-d" } { (self.description) }
                (style) "\n" (self.body)
            }
        }
    }
}

impl Render for Drawing {
    fn render(&self) -> Markup {
        self.element(None, &html! {})
    }
}

/// A coordinate, to a tenth of a pixel.
fn px(at: f64) -> String {
    format!("{at:.1}")
}
