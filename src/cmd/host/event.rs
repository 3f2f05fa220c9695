//! `git agent host event <host> <event>`: a hook of an agent host.
//!
//! A host waits for it, and some deny every tool when it fails. So it always exits with 0, catches panics, ends by itself, and answers with
//! one JSON object in the host's own form.

use std::{
    ffi::OsString,
    io::{Read as _, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use crate::{
    cmd::Ctx,
    error::{Error, Result},
    hosts::{self, EventKind, Host, HostEvent, QUESTION, Reply, Tool},
    verbs::{
        Caller, brief,
        guard::{self, GuardedLine, guard},
        host::{self, Question, When, task::Ensured},
    },
    view::{
        self, Out,
        brief::{page, render},
        hint,
        sanitize::plural,
    },
};

/// An answer is given after this time at the latest; hosts are told to wait for 10 seconds.
const LIMIT: Duration = Duration::from_millis(4_500);

/// No host sends more.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Hosts cut what is longer than 10,000 characters.
const LONGEST: usize = 9_000;

const NOTHING: &str = "{}";

/// What a host calls.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Host: claude, codex, gemini, copilot, opencode or cursor
    host: OsString,
    /// Event: session-start, prompt, pre-tool, post-tool, pre-compact, stop, subagent-start, subagent-stop or session-end
    event: OsString,
}

impl Args {
    pub(super) fn words(&self) -> [OsString; 2] {
        [self.host.clone(), self.event.clone()]
    }
}

/// Whether the answer was given.
static SAID: AtomicBool = AtomicBool::new(false);

fn say(text: &str) {
    if !SAID.swap(true, Ordering::SeqCst) {
        let mut out = std::io::stdout().lock();
        // A host that does not listen is not harmed.
        out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()).ok();
    }
}

/// Answer the event that `words` (host and event) and standard input tell of.
pub fn main(words: &[OsString]) -> ExitCode {
    let watchdog = thread::Builder::new().name("watchdog".to_owned()).spawn(|| {
        thread::sleep(LIMIT);
        say(NOTHING);
        std::process::exit(0);
    });
    std::panic::set_hook(Box::new(|_| {}));
    let answer = watchdog.ok().and_then(|_| catch_unwind(AssertUnwindSafe(|| answer(words))).ok().flatten());
    say(answer.as_deref().unwrap_or(NOTHING));
    ExitCode::SUCCESS
}

fn answer(words: &[OsString]) -> Option<String> {
    let word = |at: usize| words.get(at).and_then(|word| word.to_str());
    let host = Host::from_word(word(0)?)?;
    let host = host.actual(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    let mut input = Vec::new();
    std::io::stdin().lock().take(LARGEST).read_to_end(&mut input).ok()?;
    let event = hosts::read(host, word(1)?, &input, &std::env::current_dir().ok()?);
    let reply = respond(&event).unwrap_or_default();
    Some(reply.json(host, &event.kind).to_string())
}

fn respond(event: &HostEvent) -> Result<Reply> {
    match &event.kind {
        // Most of what happens; no repository is opened for it.
        EventKind::Other | EventKind::BeforeTool(Tool::Other) | EventKind::AfterTool(Tool::Other, _) => {
            return Ok(Reply::default());
        }
        _ => {}
    }
    enter(event);
    let ctx = Ctx::new(Out::new(false, true, view::ColorChoice::Never), Some(actor(event)));
    if let EventKind::BeforeTool(Tool::Shell { line, .. }) = &event.kind {
        let deny = guarded(&ctx, event, line);
        if deny.is_none() {
            // The line runs in any case.
            before_command(&ctx, event, line).ok();
        }
        return Ok(Reply { deny, ..Reply::default() });
    }
    let caller = ctx.caller()?;
    if !host::is_used(caller) {
        return Ok(Reply::default());
    }
    if let Some(session) = &event.session {
        caller.repo().act_for(session.clone());
        if !host::note(caller, session, event) {
            return Ok(Reply::default());
        }
    }
    in_repository(caller, event)
}

/// Save what the session changed, and make sure that a commit that may come belongs to a task, if there is something to commit.
fn before_command(ctx: &Ctx, event: &HostEvent, line: &str) -> Result<()> {
    let caller = ctx.caller()?;
    let Some(session) = event.session.as_ref().filter(|_| host::is_used(caller)) else { return Ok(()) };
    caller.repo().act_for(session.clone());
    host::save_before_command(caller, session)?;
    // Two hooks that hear of the same line make one task, and the host waits for both.
    if line.contains("commit")
        && host::note(caller, session, event)
        && host::has_changed_something(caller, session, true)
    {
        host::task::ensure(caller, session, event.host.title())?;
    }
    Ok(())
}

/// Go where the event happens: a line of a shell may run elsewhere.
fn enter(event: &HostEvent) {
    let dir = match &event.kind {
        EventKind::BeforeTool(Tool::Shell { dir, .. }) | EventKind::AfterTool(Tool::Shell { dir, .. }, _) => {
            dir.clone()
        }
        _ => None,
    };
    let dirs: [Option<PathBuf>; 2] = [dir, event.cwd.clone()];
    // Where it is not to be entered, what the hook runs in is as good as anything.
    dirs.iter().flatten().any(|dir| std::env::set_current_dir(Path::new(dir)).is_ok());
}

/// Who acts: the host, and the agent inside of it.
fn actor(event: &HostEvent) -> String {
    let named = std::env::var("GIT_AGENT_ACTOR").ok().filter(|name| !name.trim().is_empty());
    let name = named.unwrap_or_else(|| event.host.as_str().to_owned());
    match event.session.as_ref().and_then(|session| session.agent()) {
        Some(agent) => format!("{name}/{}", agent.chars().take(16).collect::<String>()),
        None => name,
    }
}

/// Why `line` must not run, after what it may destroy was saved.
fn guarded(ctx: &Ctx, event: &HostEvent, line: &str) -> Option<String> {
    let (line, session) = (GuardedLine::Shell(line.as_bytes()), event.session.clone());
    let request = guard::Request { line, actor: ctx.named_actor(), here: ctx.repo().ok(), session, clock: ctx.clock };
    guard(&request).refusal.map(|refusal| told(&refusal))
}

/// An error with its hints.
fn told(error: &Error) -> String {
    let hints = hint::lines(error).into_iter().map(|hint| format!("\n{hint}"));
    format!("git-agent: {error}{}", hints.collect::<String>())
}

/// Handle an event in a repository that uses git-agent.
fn in_repository(caller: &Caller, event: &HostEvent) -> Result<Reply> {
    let session = event.session.as_ref();
    let mut reply = Reply::default();
    match &event.kind {
        EventKind::Start => {
            if let Some(session) = session {
                host::bind(caller, session)?;
                reply.env.push(("GIT_AGENT_SESSION".to_owned(), session.to_string()));
                // What keeps it from being saved does not keep the brief from being given.
                host::save_found(caller, session).ok();
            }
            reply.context = context(caller)?;
        }
        EventKind::BeforeTool(Tool::Edit) => {
            host::save(caller, session, "before an edit", When::Debounced)?;
        }
        EventKind::AfterTool(tool, output) if tool.may_change_files() => {
            reply.context = cannot_write(event.host, output);
            if let Some(session) = session {
                host::reconcile(caller, session)?;
                let is_without = caller.active()?.is_empty();
                if is_without && (*tool == Tool::Edit || host::has_changed_something(caller, session, false)) {
                    let ensured = host::task::ensure(caller, session, event.host.title())?;
                    reply.context = reply.context.take().or_else(|| told_of_task(&ensured));
                }
            }
            let why = if *tool == Tool::Edit { "after an edit" } else { "after a command" };
            host::save(caller, session, why, When::Debounced)?;
        }
        EventKind::AfterTool(Tool::Todos(todos), _) => {
            if let Some(session) = session.filter(|_| !todos.is_empty()) {
                host::task::ensure(caller, session, event.host.title())?;
            }
            host::task::mirror(caller, todos)?;
        }
        EventKind::AfterTool(Tool::Steps(steps), output) => {
            if let Some(session) = session {
                host::task::ensure(caller, session, event.host.title())?;
                host::task::mirror_steps(caller, session, steps, output)?;
            }
        }
        // Gemini says so before every call of its model.
        EventKind::BeforeCompaction if event.host != Host::Gemini => {
            host::save(caller, session, "before compaction", When::Now)?;
            if event.host == Host::OpenCode {
                reply.context = context(caller)?;
            }
        }
        EventKind::Stop { is_continued: false, is_busy: false } => {
            if let Some(session) = session {
                reply.ask = host::question(caller, session)?.map(|question| asked(event.host, &question));
            }
        }
        EventKind::Stop { .. } | EventKind::End(_) => {
            host::save(caller, session, "at the end of a turn", When::Debounced)?;
        }
        _ => {}
    }
    // The agent waits for no tool now.
    if matches!(event.kind, EventKind::Start | EventKind::Stop { .. } | EventKind::End(_)) {
        host::tidy(caller);
    }
    Ok(reply)
}

/// What the agent needs to continue; empty without a task.
fn context(caller: &Caller) -> Result<Option<String>> {
    let facts = brief::brief(caller, &brief::Request::default())?;
    if facts.focus.is_none() && facts.plan.is_empty() && facts.state.broke_off.is_none() {
        return Ok(None);
    }
    let page = page(&facts);
    let texts = [60, 40, 25, 10].into_iter().map(|lines| plain(&render(&page, lines)));
    let mut texts = texts.skip_while(|text| text.chars().count() > LONGEST);
    Ok(texts.next().map(|text| format!("This repository records its tasks with git-agent (git agent help).\n{text}")))
}

/// `text` without the characters that some hosts write as entities.
fn plain(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›").replace('&', "＆")
}

/// The question, as one sentence and the commands.
fn asked(host: Host, question: &Question) -> String {
    let Question { task, uncommitted } = question;
    let tools = match host {
        Host::Codex => ", or the MCP tools of git-agent with these names where the shell cannot write to .git",
        _ => "",
    };
    format!(
        "{QUESTION}{task} has {} not committed. Before you stop, run one of these{tools}: \
         git agent checkpoint -m '…' | git agent complete --result '…' | git agent fail --reason '…' | git agent pause",
        plural(*uncommitted, "path")
    )
}

/// The message to the agent about the task that its work belongs to.
fn told_of_task(ensured: &Ensured) -> Option<String> {
    match ensured {
        Ensured::Made(task) => Some(format!(
            "git-agent: this work is recorded as the new task {}. 'git agent edit {} --title …' renames it, 'git agent adopt TASK' moves \
             it to a planned task.",
            task.id, task.id
        )),
        Ensured::Ask => Some(
            "git-agent: no task is active, so commits are not stamped. 'git agent start TASK' starts one, 'git agent add' adds one.".to_owned(),
        ),
        Ensured::Known | Ensured::Off => None,
    }
}

/// The tools that replace commands where the shell cannot write to `.git`.
fn cannot_write(host: Host, output: &str) -> Option<String> {
    (host == Host::Codex && output.contains("Read-only file system")).then(|| {
        "git-agent: the sandbox does not let the shell write to .git. Use the MCP tools of git-agent (start, checkpoint, complete, \
         fail), which run outside it."
            .to_owned()
    })
}
