//! How the lines are shared among sections.

use super::{
    Body, Density, KeptPoints, Section,
    fold::{WIDTH, cut_short},
};

/// A section in lines, and how many of its pieces are shown.
pub(super) struct Laid<'a> {
    section: &'a Section,
    pieces: Vec<Vec<String>>,
    density: Density,
    most: usize,
    shown: usize,
}

impl<'a> Laid<'a> {
    pub(super) fn new(section: &'a Section, density: Density, most: usize) -> Self {
        Laid { section, pieces: section.pieces(density), density, most, shown: 0 }
    }

    /// The pieces that are shown when `shown` of them are.
    fn chosen(&self, shown: usize) -> &[Vec<String>] {
        match self.section.body {
            Body::Points(_, KeptPoints::Last) => &self.pieces[self.pieces.len() - shown..],
            _ => &self.pieces[..shown],
        }
    }

    /// How much is not shown when `shown` pieces are.
    fn hidden(&self, shown: usize) -> usize {
        self.pieces.len() - shown + self.section.beyond
    }

    /// Whether a line of its own counts what is not shown. Where there is little room, the heading does.
    fn counts_apart(&self, shown: usize) -> bool {
        self.density == Density::Airy && matches!(self.section.body, Body::Points(..)) && self.hidden(shown) > 0
    }

    fn length(&self, shown: usize) -> usize {
        self.chosen(shown).iter().map(Vec::len).sum()
    }

    /// How many lines it takes with `shown` pieces.
    fn cost(&self, shown: usize, gap: usize) -> usize {
        if shown == 0 {
            return 0;
        }
        gap + 1 + self.length(shown) + usize::from(self.counts_apart(shown))
    }

    /// Show one piece more if that needs no more than `room`; answers how many lines it needed.
    fn grow(&mut self, room: usize, gap: usize) -> Option<usize> {
        let next = self.shown + 1;
        if next > self.pieces.len() || (self.shown > 0 && self.length(next) > self.most) {
            return None;
        }
        let (before, after) = (self.cost(self.shown, gap), self.cost(next, gap));
        // With its last piece the line that counts the rest goes away.
        let needed = after.saturating_sub(before);
        (needed <= room).then(|| self.shown = next).map(|()| needed)
    }

    pub(super) fn write(&self, lines: &mut Vec<String>, gap: usize) {
        if self.shown == 0 {
            return;
        }
        lines.extend((gap > 0).then(String::new));
        let hidden = self.hidden(self.shown);
        let chosen = self.chosen(self.shown).iter().flatten().cloned();
        let more = &self.section.more;
        let heading = format!("## {}", self.section.heading);
        lines.push(match &self.section.body {
            Body::Points(_, KeptPoints::First) if self.density == Density::Dense && hidden > 0 => {
                format!("{heading} (and {hidden} more: `{more}`)")
            }
            Body::Points(_, KeptPoints::Last) if self.density == Density::Dense && hidden > 0 => {
                format!("{heading} ({hidden} earlier: `{more}`)")
            }
            _ => heading,
        });
        match &self.section.body {
            Body::Text(_) if hidden > 0 => {
                let mut chosen: Vec<String> = chosen.collect();
                if let Some(last) = chosen.last_mut() {
                    *last = cut_short(last, WIDTH, more);
                }
                lines.extend(chosen);
            }
            Body::Points(_, KeptPoints::Last) if self.counts_apart(self.shown) => {
                lines.push(format!("- … {hidden} earlier: `{more}`"));
                lines.extend(chosen);
            }
            Body::Points(_, KeptPoints::First) if self.counts_apart(self.shown) => {
                lines.extend(chosen);
                lines.push(format!("- … and {hidden} more: `{more}`"));
            }
            _ => lines.extend(chosen),
        }
    }

    /// Its mention in the last line if none of it is shown.
    pub(super) fn left_out(&self) -> Option<String> {
        (self.shown == 0).then(|| match self.section.body {
            Body::Text(_) => self.section.heading.to_lowercase(),
            Body::Points(..) => format!("{} ({})", self.section.heading.to_lowercase(), self.hidden(0)),
        })
    }
}

/// Share `room` lines among `sections`: first each one's first piece, those of low rank before the others, then piece by
/// piece in the same order, up to each one's share. Answers how many lines are used.
pub(super) fn share(sections: &mut [Laid<'_>], room: usize, gap: usize) -> usize {
    let mut order: Vec<usize> = (0..sections.len()).collect();
    order.sort_by_key(|at| sections[*at].section.rank);
    let mut left = room;
    for round in 0.. {
        let mut grown = false;
        for at in &order {
            // A section without lines in the first round gets none later: order decides, not size.
            if round > 0 && sections[*at].shown == 0 {
                continue;
            }
            if let Some(needed) = sections[*at].grow(left, gap) {
                left -= needed;
                grown = true;
            }
        }
        if !grown {
            break;
        }
    }
    room - left
}
