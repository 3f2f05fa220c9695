//! Where a document has headings and list items, as CommonMark sees it: what stands in code, comments and quotations is neither.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A heading or an item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The byte of the text at which it begins: at its `#`, its first word, or its bullet.
    pub at: usize,
    /// The level, if it is a heading.
    pub heading: Option<usize>,
    /// Where the line below an underlined heading ends.
    pub end: usize,
}

/// The headings and items of `text`, in its order.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut quotes, mut items) = (0usize, 0usize);
    for (event, range) in Parser::new_ext(text, Options::ENABLE_YAML_STYLE_METADATA_BLOCKS).into_offset_iter() {
        match event {
            Event::Start(Tag::BlockQuote(_)) => quotes += 1,
            Event::End(TagEnd::BlockQuote(_)) => quotes -= 1,
            Event::Start(Tag::Item) => {
                items += 1;
                if quotes == 0 {
                    let at = range.start + spaces(&text[range.start..]);
                    blocks.push(Block { at, heading: None, end: at });
                }
            }
            Event::End(TagEnd::Item) => items -= 1,
            Event::Start(Tag::Heading { level, .. }) if quotes == 0 && items == 0 => {
                let at = range.start + spaces(&text[range.start..]);
                let lines = text[at..range.end].trim_end().lines().count();
                // A paragraph with a line below it that was meant to part what follows is not a heading.
                if text[at..].starts_with('#') || lines == 2 {
                    blocks.push(Block { at, heading: Some(depth(level)), end: range.end });
                }
            }
            _ => {}
        }
    }
    blocks
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

fn depth(level: HeadingLevel) -> usize {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
