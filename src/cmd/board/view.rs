//! Draws the board: shows what fits, and counts the rest.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Color, Modifier, Style},
    text::{Line, Span},
    widgets::{Block, Borders, Clear, Paragraph},
};

use super::{
    deck::{Agent, Card, Entry},
    model::{Model, Screen, Tab},
};
use crate::{
    domain::status::Status,
    view::{mark_of, pad, shorten},
};

/// With fewer rows, only the cards are shown.
const TALL: u16 = 18;
/// The smallest usable size.
const LEAST: (u16, u16) = (30, 8);

/// Colours by meaning, or none.
#[derive(Clone, Copy)]
struct Paint {
    on: bool,
}

impl Paint {
    fn color(self, color: Color) -> Style {
        if self.on { Style::new().fg(color) } else { Style::new() }
    }

    fn status(self, status: Status) -> Style {
        match status {
            Status::Pending => Style::new(),
            Status::InProgress => self.color(Color::Cyan),
            Status::Completed => self.color(Color::Green),
            Status::Failed => self.color(Color::Red),
            Status::Cancelled => self.faint(),
        }
    }

    fn faint(self) -> Style {
        if self.on { Style::new().add_modifier(Modifier::DIM) } else { Style::new() }
    }

    fn id(self) -> Style {
        self.color(Color::Yellow)
    }

    fn alarm(self) -> Style {
        self.color(Color::Red)
    }

    fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }
}

/// Draw `model`, with colours or without.
pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, color: bool) {
    let paint = Paint { on: color };
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        frame.render_widget(Paragraph::new("The terminal is too small for the board."), area);
        return;
    }
    let [top, middle, bottom] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)]).areas(area);
    frame.render_widget(head(model, paint, top.width), top);
    match model.screen {
        Screen::Board => board(frame, model, paint, middle),
        Screen::Task(tab) => task(frame, model, tab, paint, middle),
        Screen::Help => help(frame, paint, middle),
    }
    frame.render_widget(foot(model, paint, bottom.width), bottom);
}

fn head(model: &Model, paint: Paint, width: u16) -> Line<'static> {
    let deck = &model.deck;
    let (done, all) = (deck.progress.completed, deck.progress.total);
    let active = match &deck.active[..] {
        [] => String::new(),
        ids => format!(" · active {}", ids.join(", ")),
    };
    let right = match all {
        0 => " no tasks".to_owned(),
        _ => format!(" {done}/{all} done {}%", deck.progress.percent_by_count()),
    };
    let bar = usize::from(width / 8).clamp(4, 20);
    let filled = (bar * done).checked_div(all).unwrap_or(0);
    let room = usize::from(width).saturating_sub(right.chars().count() + bar + 1);
    let left = shorten(&format!("git-agent · {}{active}", deck.place), room).into_owned();
    Line::from(vec![
        Span::styled(pad(&left, room), paint.strong()),
        Span::raw(" "),
        Span::styled("█".repeat(filled), paint.color(Color::Green)),
        Span::styled("░".repeat(bar - filled), paint.faint()),
        Span::raw(right),
    ])
}

fn foot(model: &Model, paint: Paint, width: u16) -> Line<'static> {
    let width = usize::from(width);
    if let Some(trouble) = &model.trouble {
        let text = crate::view::sanitize::line(trouble).into_owned();
        return Line::styled(shorten(&format!("cannot read: {text}"), width).into_owned(), paint.alarm());
    }
    if model.typing {
        return Line::from(format!("/{}▏", shorten(&visible(&model.filter), width - 2)));
    }
    let keys = match model.screen {
        Screen::Board => "arrows move  Enter open  L log  / filter  r refresh  ? help  q quit",
        Screen::Task(Tab::Story) => "j k scroll  l log  r refresh  q back",
        Screen::Task(Tab::Log) => "j k scroll  l details  r refresh  q back",
        Screen::Help => "any key returns",
    };
    let filter = match model.filter.is_empty() || model.screen != Screen::Board {
        true => String::new(),
        false => format!("/{}  (Esc shows all)  ", visible(&model.filter)),
    };
    let filter = shorten(&filter, width / 2).into_owned();
    let room = width - filter.chars().count().min(width);
    Line::from(vec![
        Span::styled(filter, paint.strong()),
        Span::styled(shorten(keys, room).into_owned(), paint.faint()),
    ])
}

fn visible(text: &str) -> String {
    crate::view::sanitize::line(text).into_owned()
}

fn board(frame: &mut Frame<'_>, model: &Model, paint: Paint, area: Rect) {
    let below = if area.height + 2 >= TALL { (area.height / 4).clamp(5, 12) } else { 0 };
    let [cards, rest] = Layout::vertical([Constraint::Min(1), Constraint::Length(below)]).areas(area);
    let columns = model.columns();
    let places = Layout::horizontal(columns.iter().map(|_| Constraint::Ratio(1, columns.len() as u32))).split(cards);
    for (at, ((name, cards), place)) in columns.iter().zip(places.iter()).enumerate() {
        let cursor = (at == model.column).then_some(model.row);
        column(frame, name, cards, cursor, paint, *place);
    }
    if below > 0 {
        let [agents, log] = Layout::horizontal([Constraint::Ratio(2, 5), Constraint::Ratio(3, 5)]).areas(rest);
        panel(frame, &format!("Agents ({})", model.deck.agents.len()), paint, agents, |room, width| {
            room_for(&model.deck.agents, room, |agent| self::agent(agent, paint, width))
        });
        panel(frame, "Log", paint, log, |room, width| {
            model.deck.log.iter().take(room).map(|entry| happened(entry, paint, width)).collect()
        });
    }
}

/// A framed list; `lines` gets how many lines of how many columns there is room for.
fn panel(
    frame: &mut Frame<'_>,
    title: &str,
    paint: Paint,
    area: Rect,
    lines: impl FnOnce(usize, usize) -> Vec<Line<'static>>,
) {
    let block = Block::new().borders(Borders::TOP).title(format!(" {title} ")).border_style(paint.faint());
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let lines = lines(inner.height.into(), usize::from(inner.width).saturating_sub(1));
    frame.render_widget(Paragraph::new(lines), inner);
}

/// As many of `items` as there is `room` for; the last line counts the others.
fn room_for<T>(items: &[T], room: usize, line: impl Fn(&T) -> Line<'static>) -> Vec<Line<'static>> {
    let shown = if items.len() > room { room.saturating_sub(1) } else { items.len() };
    let mut lines: Vec<Line<'static>> = items[..shown].iter().map(line).collect();
    if shown < items.len() && room > 0 {
        lines.push(Line::raw(format!("… and {} more", items.len() - shown)));
    }
    lines
}

fn agent(agent: &Agent, paint: Paint, width: usize) -> Line<'static> {
    let lease = format!(" {}", agent.lease);
    let room = width.saturating_sub(lease.chars().count() + 1);
    let name = shorten(&agent.name, room / 2).into_owned();
    let room = room.saturating_sub(name.chars().count() + 1);
    let task = shorten(&agent.task, room);
    let style = if agent.is_live { paint.faint() } else { paint.alarm() };
    Line::from(vec![
        Span::raw(format!(" {name} ")),
        Span::styled(pad(&task, room), paint.id()),
        Span::styled(lease, style),
    ])
}

fn happened(entry: &Entry, paint: Paint, width: usize) -> Line<'static> {
    let head = format!(" {} {} ", &entry.at[5.min(entry.at.len())..], entry.mark);
    let room = width.saturating_sub(head.chars().count());
    Line::from(vec![Span::styled(head, paint.faint()), Span::raw(shorten(&entry.text, room).into_owned())])
}

/// A card takes two lines: id and title.
const CARD: usize = 2;

fn column(frame: &mut Frame<'_>, name: &str, cards: &[&Card], cursor: Option<usize>, paint: Paint, area: Rect) {
    let title = Line::styled(
        format!(" {name} ({}) ", cards.len()),
        if cursor.is_some() { paint.strong() } else { Style::new() },
    );
    let block = Block::new().borders(Borders::TOP).title(title).border_style(paint.faint());
    let inner = block.inner(area);
    frame.render_widget(block, area);
    // One line is for what is not shown.
    let room = (usize::from(inner.height).saturating_sub(1) / CARD).max(1);
    let first = cursor.unwrap_or(0).saturating_sub(room - 1);
    let width = usize::from(inner.width).saturating_sub(1);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (at, card) in cards.iter().enumerate().skip(first).take(room) {
        lines.extend(self::card(card, cursor == Some(at), paint, width));
    }
    let below = cards.len().saturating_sub(first + room);
    let rest = match (first, below) {
        (0, 0) => None,
        (0, below) => Some(format!("  ↓ {below} more")),
        (above, 0) => Some(format!("  ↑ {above} more")),
        (above, below) => Some(format!("  ↑ {above}  ↓ {below}")),
    };
    lines.extend(rest.map(|rest| Line::styled(rest, paint.faint())));
    frame.render_widget(Paragraph::new(lines), inner);
}

fn card(card: &Card, is_selected: bool, paint: Paint, width: usize) -> [Line<'static>; CARD] {
    let head = format!("{}{} ", if is_selected { "›" } else { " " }, mark_of(card.status, card.is_blocked, card.waits));
    let room = width.saturating_sub(head.chars().count());
    let id = shorten(&card.id, room).into_owned();
    let room = room.saturating_sub(id.chars().count() + 1);
    let remark = if room < 4 { String::new() } else { format!(" {}", shorten(&card.remark, room)) };
    let alarm = if card.is_alarming { paint.alarm() } else { paint.faint() };
    let title = pad(&format!("   {}", shorten(&card.title, width.saturating_sub(3))), width);
    let mut lines = [
        Line::from(vec![
            Span::styled(head, paint.status(card.status)),
            Span::styled(id, paint.id()),
            Span::styled(remark, alarm),
        ]),
        Line::raw(title),
    ];
    if is_selected {
        for line in &mut lines {
            *line = std::mem::take(line).patch_style(Style::new().add_modifier(Modifier::REVERSED));
        }
    }
    lines
}

fn task(frame: &mut Frame<'_>, model: &Model, tab: Tab, paint: Paint, area: Rect) {
    let lines = model.lines();
    let name = if tab == Tab::Story { "story" } else { "log" };
    let room = usize::from(area.height).saturating_sub(1);
    let last = (model.scroll + room).min(lines.len());
    let title = format!(" {}: {name} · {}–{last} of {} ", model.opened.id, model.scroll + 1, lines.len());
    let block = Block::new().borders(Borders::TOP).title(title).border_style(paint.faint());
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let width = usize::from(inner.width);
    let shown = lines.iter().skip(model.scroll).take(room).map(|line| Line::raw(shorten(line, width).into_owned()));
    frame.render_widget(Paragraph::new(shown.collect::<Vec<_>>()), inner);
}

const KEYS: [(&str, &str); 10] = [
    ("← ↓ ↑ →, h j k l", "move between cards and between columns"),
    ("PgUp PgDn, g G", "page down or up; first, last"),
    ("Enter", "open the task and show its details"),
    ("L", "its log; in a task, l switches between details and log"),
    ("/", "filter by id, title or agent; Enter keeps it, Esc clears it"),
    ("r", "reload the ledger (it reloads on every change)"),
    ("q, Esc", "back; on the board, quit"),
    ("Ctrl-C", "quit"),
    ("", ""),
    ("", "The board is read-only: use 'git agent start', 'git agent claim' and so on."),
];

fn help(frame: &mut Frame<'_>, paint: Paint, area: Rect) {
    let block = Block::new().borders(Borders::TOP).title(" Keys ").border_style(paint.faint());
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let line = |(key, what): &(&str, &str)| {
        let room = usize::from(inner.width).saturating_sub(20);
        match key.is_empty() {
            true => Line::raw(shorten(what, inner.width.into()).into_owned()),
            false => Line::from(vec![
                Span::styled(pad(&format!("  {key}"), 20), paint.strong()),
                Span::raw(shorten(what, room).into_owned()),
            ]),
        }
    };
    frame.render_widget(Paragraph::new(KEYS.iter().map(line).collect::<Vec<_>>()), inner);
}
