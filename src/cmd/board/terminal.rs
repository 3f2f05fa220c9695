//! The terminal: reads keys, draws screens, and restores the previous state on every exit.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use ratatui::{
    DefaultTerminal,
    crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers},
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::{
    keys::{Waited, wait},
    load,
    model::{Effect, Key, Model},
    view,
};
use crate::{
    cmd::Ctx,
    error::{Context as _, Result},
    git::{ObjectId, Refs, Repo},
    store::ledger,
};

/// How long to wait for a key before checking whether the ledger has changed.
const TICK: Duration = Duration::from_millis(250);
/// The same where a check starts git.
const SLOW_TICK: Duration = Duration::from_millis(1_000);
/// Leases run out by themselves.
const STALE: Duration = Duration::from_secs(20);

/// Show the board until the reader leaves.
pub(super) fn run(ctx: &Ctx, color: bool, labels: &[String]) -> Result<()> {
    // Read before the screen is taken: what cannot be read is said on the terminal as it is.
    let repo = ctx.repo()?;
    let deck = load::deck(repo, labels, ctx.now())?;
    let stopped = Arc::new(AtomicUsize::new(0));
    for signal in [SIGTERM, SIGHUP, SIGINT] {
        signal_hook::flag::register_usize(signal, Arc::clone(&stopped), signal as usize)
            .or_environment(|| "cannot wait for signals".to_owned())?;
    }
    // From here on a panic restores the terminal, too: the hook of `try_init` does.
    let mut terminal = ratatui::try_init().or_environment(|| "cannot use the terminal".to_owned())?;
    let size = terminal.size().map_or((80, 24), |size| (size.width, size.height));
    let outcome = watch(ctx, &mut terminal, Model::new(deck, size), color, &stopped);
    // The one thing that `try_restore` leaves to the end of `terminal`, which a signal does not wait for.
    terminal.show_cursor().unwrap_or_default();
    let restored = ratatui::try_restore().or_environment(|| "cannot restore the terminal".to_owned());
    match stopped.load(Ordering::Relaxed) {
        0 => {}
        // The sender shall see that the signal ended us.
        signal => signal_hook::low_level::emulate_default_handler(signal as i32).unwrap_or_default(),
    }
    outcome.and(restored)
}

/// The version of the ledger that was read.
struct Seen {
    tip: Option<ObjectId>,
    at: Instant,
    looked: Instant,
}

fn watch(
    ctx: &Ctx,
    terminal: &mut DefaultTerminal,
    mut model: Model,
    color: bool,
    stopped: &AtomicUsize,
) -> Result<()> {
    let repo = ctx.repo()?;
    let tick = if repo.refs() == Refs::Files { TICK } else { SLOW_TICK };
    let now = Instant::now();
    let mut seen = Seen { tip: repo.find_ref(ledger::REF).unwrap_or_default(), at: now, looked: now };
    let failed = || "the terminal does not respond".to_owned();
    loop {
        terminal.draw(|frame| view::draw(frame, &model, color)).or_environment(failed)?;
        let mut changed = false;
        while !changed {
            if stopped.load(Ordering::Relaxed) != 0 {
                return Ok(());
            }
            match wait(TICK).or_environment(failed)? {
                Waited::For(event) => match act(ctx, repo, &mut model, &event, &mut seen) {
                    Effect::Quit => return Ok(()),
                    _ => changed = true,
                },
                Waited::InVain => {}
                Waited::HungUp => {
                    stopped.store(SIGHUP as usize, Ordering::Relaxed);
                    return Ok(());
                }
            }
            if seen.looked.elapsed() >= tick {
                seen.looked = Instant::now();
                changed |= look(ctx, repo, &mut model, &mut seen);
            }
        }
    }
}

/// What `event` does to the board.
fn act(ctx: &Ctx, repo: &Repo, model: &mut Model, event: &Event, seen: &mut Seen) -> Effect {
    let effect = match event {
        Event::Resize(width, height) => {
            model.resize((*width, *height));
            Effect::None
        }
        Event::Key(key) if key.kind != KeyEventKind::Release => match understood(key.code, key.modifiers) {
            Some(key) => model.press(key),
            None => Effect::None,
        },
        _ => Effect::None,
    };
    match &effect {
        Effect::Open(id) => open(ctx, repo, model, id),
        Effect::Refresh => reload(ctx, repo, model, seen),
        Effect::None | Effect::Quit => {}
    }
    effect
}

/// Reload what has changed. Returns whether anything has.
fn look(ctx: &Ctx, repo: &Repo, model: &mut Model, seen: &mut Seen) -> bool {
    // A ref that cannot be read just now is looked at again later.
    let Ok(tip) = repo.find_ref(ledger::REF) else { return false };
    if tip == seen.tip && seen.at.elapsed() < STALE {
        return false;
    }
    seen.tip = tip;
    reload(ctx, repo, model, seen);
    true
}

fn reload(ctx: &Ctx, repo: &Repo, model: &mut Model, seen: &mut Seen) {
    seen.at = Instant::now();
    match load::deck(repo, &model.deck.labels, ctx.now()) {
        Ok(deck) => model.deal(deck),
        // The board stays as it was.
        Err(error) => model.trouble = Some(error.to_string()),
    }
    if let Some(id) = model.open_id().map(str::to_owned) {
        open(ctx, repo, model, &id);
    }
}

fn open(ctx: &Ctx, repo: &Repo, model: &mut Model, id: &str) {
    match load::task(repo, id, ctx.now()) {
        Ok(opened) => model.opened = opened,
        Err(error) => {
            model.opened.id = id.to_owned();
            model.trouble = Some(error.to_string());
        }
    }
}

fn understood(code: KeyCode, modifiers: KeyModifiers) -> Option<Key> {
    let control = modifiers.contains(KeyModifiers::CONTROL);
    Some(match code {
        KeyCode::Char('c') if control => Key::Interrupt,
        KeyCode::Char('d' | 'f') if control => Key::PageDown,
        KeyCode::Char('u' | 'b') if control => Key::PageUp,
        KeyCode::Char(c) if !control => Key::Char(c),
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right | KeyCode::Tab => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Back,
        KeyCode::Backspace => Key::Erase,
        _ => return None,
    })
}
