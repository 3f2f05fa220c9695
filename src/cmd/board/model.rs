//! Where the reader is, and what a key does to that. Nothing here reads or draws.

use super::deck::{Card, Deck, Pile};
use crate::view::brief::wrap;

/// With at least this many columns, failed tasks have a column of their own.
const WIDE: u16 = 100;

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    Enter,
    Back,
    Erase,
    Interrupt,
    Char(char),
}

/// What a key requires, in addition to drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// Read the story and the log of this task.
    Open(String),
    /// Read everything again.
    Refresh,
    /// Leave.
    Quit,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Screen {
    /// The piles.
    Board,
    Task(Tab),
    /// The keys.
    Help,
}

/// A page of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    /// Its details.
    Story,
    /// What happened to it.
    Log,
}

/// A task that is open, in lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Opened {
    pub id: String,
    /// Its details.
    pub story: Vec<String>,
    /// What happened to it, newest first.
    pub log: Vec<String>,
}

/// The state of the board.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// The content of the board.
    pub deck: Deck,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// What is shown.
    pub screen: Screen,
    /// The task that is open.
    pub opened: Opened,
    /// How far down in it.
    pub scroll: usize,
    pub column: usize,
    /// The card in it.
    pub row: usize,
    /// Only cards with this in them.
    pub filter: String,
    /// The filter is being typed.
    pub typing: bool,
    /// The error of the last attempt to read the ledger.
    pub trouble: Option<String>,
}

impl Model {
    /// At the first card that can be begun, of a board of this size.
    pub fn new(deck: Deck, size: (u16, u16)) -> Self {
        let mut model = Model {
            deck,
            size,
            screen: Screen::Board,
            opened: Opened::default(),
            scroll: 0,
            column: 0,
            row: 0,
            filter: String::new(),
            typing: false,
            trouble: None,
        };
        let columns = model.columns();
        let order = [2, 1, 0, 3];
        let filled = order.into_iter().find(|at| columns.get(*at).is_some_and(|(_, cards)| !cards.is_empty()));
        model.column = filled.unwrap_or(0);
        model
    }

    /// The columns of the board: a heading, and the cards that the filter lets through.
    pub fn columns(&self) -> Vec<(&'static str, Vec<&Card>)> {
        let filter = self.filter.to_lowercase();
        let cards = |pile: Pile| -> Vec<&Card> {
            self.deck.piles[pile as usize].iter().filter(|card| card.words.contains(&filter)).collect()
        };
        let mut columns: Vec<_> = Pile::ALL.into_iter().map(|pile| (pile.name(), cards(pile))).collect();
        if self.size.0 < WIDE
            && let Some((_, done)) = columns.pop()
            && let Some((name, ended)) = columns.last_mut()
        {
            *name = "Ended";
            ended.extend(done);
        }
        columns
    }

    /// The card under the cursor.
    pub fn selected(&self) -> Option<&Card> {
        self.columns().get(self.column).and_then(|(_, cards)| cards.get(self.row).copied())
    }

    /// Put another deck on the board; the cursor follows its card.
    pub fn deal(&mut self, deck: Deck) {
        let before = self.selected().map(|card| card.id.clone());
        self.deck = deck;
        self.trouble = None;
        self.follow(before.as_deref());
    }

    /// The terminal has another size now.
    pub fn resize(&mut self, size: (u16, u16)) {
        let before = self.selected().map(|card| card.id.clone());
        self.size = size;
        self.follow(before.as_deref());
    }

    fn follow(&mut self, id: Option<&str>) {
        let columns = self.columns();
        let place = columns.iter().enumerate().find_map(|(column, (_, cards))| {
            Some((column, cards.iter().position(|card| Some(card.id.as_str()) == id)?))
        });
        let count = columns.len();
        match place {
            Some((column, row)) => (self.column, self.row) = (column, row),
            None => self.column = self.column.min(count - 1),
        }
        self.stay_inside();
    }

    fn stay_inside(&mut self) {
        let cards = self.columns().get(self.column).map_or(0, |(_, cards)| cards.len());
        self.row = self.row.min(cards.saturating_sub(1));
    }

    /// The lines of the open task, folded to the width of the terminal.
    pub fn lines(&self) -> Vec<String> {
        let lines = match self.screen {
            Screen::Task(Tab::Log) => &self.opened.log,
            _ => &self.opened.story,
        };
        lines.iter().flat_map(|line| self.folded(line)).collect()
    }

    /// Continuation lines have the indentation of the first line.
    fn folded(&self, line: &str) -> Vec<String> {
        let width = usize::from(self.size.0).max(20);
        let indent = line.len() - line.trim_start_matches(' ').len();
        let indent = " ".repeat(indent.min(width / 4));
        let parts = wrap(line, width - indent.len());
        parts.into_iter().enumerate().map(|(at, part)| if at == 0 { part } else { format!("{indent}{part}") }).collect()
    }

    /// Press `key`.
    pub fn press(&mut self, key: Key) -> Effect {
        if key == Key::Interrupt {
            return Effect::Quit;
        }
        match self.screen {
            Screen::Board if self.typing => self.type_filter(key),
            Screen::Board => return self.on_board(key),
            Screen::Task(tab) => return self.in_task(tab, key),
            Screen::Help => self.screen = Screen::Board,
        }
        Effect::None
    }

    fn type_filter(&mut self, key: Key) {
        match key {
            Key::Char(c) => self.filter.push(c),
            Key::Erase => drop(self.filter.pop()),
            Key::Enter => self.typing = false,
            Key::Back => {
                self.typing = false;
                self.filter.clear();
            }
            _ => {}
        }
        // On the first card that the filter leaves, wherever that is.
        let columns = self.columns();
        if columns.get(self.column).is_none_or(|(_, cards)| cards.is_empty())
            && let Some(column) = columns.iter().position(|(_, cards)| !cards.is_empty())
        {
            self.column = column;
        }
        self.stay_inside();
    }

    fn on_board(&mut self, key: Key) -> Effect {
        let page = usize::from(self.size.1 / 3).max(1);
        match key {
            Key::Char('q') => return Effect::Quit,
            // Step by step out: first the filter, then the board.
            Key::Back if self.filter.is_empty() => return Effect::Quit,
            Key::Back => self.filter.clear(),
            Key::Char('?') => self.screen = Screen::Help,
            Key::Char('/') => self.typing = true,
            Key::Char('r') => return Effect::Refresh,
            Key::Up | Key::Char('k') => self.row = self.row.saturating_sub(1),
            Key::Down | Key::Char('j') => self.row = self.row.saturating_add(1),
            Key::PageUp => self.row = self.row.saturating_sub(page),
            Key::PageDown => self.row = self.row.saturating_add(page),
            Key::Home | Key::Char('g') => self.row = 0,
            Key::End | Key::Char('G') => self.row = usize::MAX,
            Key::Left | Key::Char('h') => self.column = self.column.saturating_sub(1),
            Key::Right | Key::Char('l') => self.column = (self.column + 1).min(self.columns().len() - 1),
            Key::Enter => return self.open(Tab::Story),
            Key::Char('L') => return self.open(Tab::Log),
            _ => {}
        }
        self.stay_inside();
        Effect::None
    }

    fn open(&mut self, tab: Tab) -> Effect {
        let Some(id) = self.selected().map(|card| card.id.clone()) else { return Effect::None };
        self.screen = Screen::Task(tab);
        self.scroll = 0;
        Effect::Open(id)
    }

    fn in_task(&mut self, tab: Tab, key: Key) -> Effect {
        let page = usize::from(self.size.1).saturating_sub(4).max(1);
        let last = self.lines().len().saturating_sub(page);
        match key {
            Key::Char('q') | Key::Back | Key::Left | Key::Char('h') => self.screen = Screen::Board,
            Key::Char('l' | 'L') | Key::Right | Key::Enter => {
                self.screen = Screen::Task(if tab == Tab::Story { Tab::Log } else { Tab::Story });
                self.scroll = 0;
                return Effect::None;
            }
            Key::Char('r') => return Effect::Refresh,
            Key::Up | Key::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            Key::Down | Key::Char('j') => self.scroll += 1,
            Key::PageUp => self.scroll = self.scroll.saturating_sub(page),
            Key::PageDown | Key::Char(' ') => self.scroll += page,
            Key::Home | Key::Char('g') => self.scroll = 0,
            Key::End | Key::Char('G') => self.scroll = last,
            _ => {}
        }
        self.scroll = self.scroll.min(last);
        Effect::None
    }

    /// The task that is open, if one is: to be read again when the ledger changed.
    pub fn open_id(&self) -> Option<&str> {
        matches!(self.screen, Screen::Task(_)).then_some(self.opened.id.as_str())
    }
}
