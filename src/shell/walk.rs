//! Walks a script command by command, tracking the current directory and the values of variables.

use std::collections::HashMap;

use bstr::{BStr, BString, ByteSlice as _};

use super::{
    Dir, Level, Loss, Onto, Risk, Target, Where, World,
    expand::assignment,
    files, git,
    programs::GNU,
    reader::{Item, Scope, Simple, Word, read},
    value::{Sort, Value},
    wrap,
};

/// How many shells may call shells.
const SHELLS: usize = 12;
/// How many commands may run one another: `sudo env nice …`.
const NESTING: usize = 24;
/// How many risks are listed; one would do.
const RISKS: usize = 100;
/// How many commands are examined, those of commands that run commands included.
const COMMANDS: usize = 20_000;

pub(super) const CANNOT_TELL: &str = "runs a command that cannot be determined";

/// What is known at a point of the script.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub dir: Dir,
    /// Where the last `cd` left, if it may have failed.
    left: Option<Dir>,
    before: Option<Dir>,
    /// What was assigned: a value, or an unknown one.
    pub variables: HashMap<BString, Option<Value>>,
}

/// A command that is examined.
#[derive(Clone, Copy)]
pub(super) struct Call<'c> {
    /// As the line has it, for people.
    pub text: &'c BStr,
    /// What it reads, if the line says so.
    pub input: Option<&'c Value>,
    /// Whether it reads what another command says.
    pub is_piped: bool,
    /// Which repository git works on, as variables have it.
    pub place: &'c Where,
    /// The nesting depth of shells.
    pub depth: usize,
}

/// The way through a script.
pub(super) struct Walk<'w> {
    pub(super) world: &'w dyn World,
    pub(super) risks: Vec<Risk>,
    pub(super) state: State,
    commands: usize,
    /// How many commands run the one that is examined.
    nesting: usize,
}

impl<'w> Walk<'w> {
    pub(super) fn new(world: &'w dyn World) -> Self {
        let state =
            State { dir: Dir::Known(BString::default()), left: None, before: None, variables: HashMap::default() };
        Walk { world, risks: Vec::new(), state, commands: 0, nesting: 0 }
    }

    /// Go through `text`.
    pub(super) fn script(&mut self, text: &[u8], depth: usize) {
        let items = read(text);
        let mut scopes: Vec<(Scope, State)> = Vec::new();
        for (at, item) in items.iter().enumerate() {
            match item {
                Item::Enter(scope) => {
                    scopes.push((*scope, self.state.clone()));
                    if *scope == Scope::Loop {
                        self.enter_loop(&items[at + 1..]);
                    }
                }
                Item::Leave => match scopes.pop() {
                    Some((Scope::Subshell, state)) => self.state = state,
                    Some((Scope::Branch | Scope::Loop, state)) => self.leave_branch(&state),
                    None => self.unclear(text.into()),
                },
                Item::Next => self.next(),
                Item::Forget(name) => drop(self.state.variables.insert(name.clone(), None)),
                Item::Unclear => self.unclear(text.into()),
                Item::Command(command) => self.simple(command, depth),
            }
            if self.commands > COMMANDS {
                return self.unclear(text.into());
            }
        }
        self.next();
    }

    /// Look at a command that no shell reads.
    pub(super) fn direct(&mut self, words: &[Value], text: BString) {
        let place = self.place(&[]);
        let call = Call { text: text.as_bstr(), input: None, is_piped: false, place: &place, depth: 0 };
        self.command(words, call);
    }

    /// A part that cannot be understood.
    fn unclear(&mut self, text: &BStr) {
        let call = Call { text, input: None, is_piped: false, place: &Where::Here, depth: 0 };
        self.add(call, Level::Changes, &[Loss::Unknown], "the line cannot be parsed", None);
    }

    /// What the first pass through a loop leaves behind is there in the second one.
    fn enter_loop(&mut self, items: &[Item]) {
        let mut scopes = 0_usize;
        for item in items {
            match item {
                Item::Enter(_) => scopes += 1,
                Item::Leave if scopes == 0 => return,
                Item::Leave => scopes -= 1,
                Item::Command(command) => {
                    for word in &command.words {
                        let Some((name, _)) = assignment(word) else { break };
                        self.state.variables.insert(name, None);
                    }
                    let first = command.words.first().and_then(Word::bare).unwrap_or_default();
                    if scopes == 0 && matches!(first, b"cd" | b"pushd" | b"popd") {
                        self.state.dir = Dir::Unknown;
                    }
                }
                _ => {}
            }
        }
    }

    /// What a part that may not have run has changed is no longer known.
    fn leave_branch(&mut self, before: &State) {
        if self.state.dir != before.dir || self.state.left.is_some() {
            (self.state.dir, self.state.left) = (Dir::Unknown, None);
        }
        for (name, value) in &mut self.state.variables {
            if before.variables.get(name) != Some(&*value) {
                *value = None;
            }
        }
    }

    /// The next command runs also if the last one failed.
    fn next(&mut self) {
        let Some(left) = self.state.left.take() else { return };
        let is_there = matches!(&self.state.dir, Dir::Known(dir) if self.world.is_dir(dir.as_bstr()));
        if !is_there && left != self.state.dir {
            self.state.dir = Dir::Unknown;
        }
    }

    fn simple(&mut self, simple: &Simple, depth: usize) {
        let input = simple.input.as_ref().map(|word| self.join(word));
        let assignments = simple.words.iter().map_while(assignment).collect::<Vec<_>>();
        let rest = &simple.words[assignments.len()..];
        let place = self.place(&assignments);
        let call = Call {
            text: simple.text.as_bstr(),
            input: input.as_ref(),
            is_piped: simple.is_piped,
            place: &place,
            depth,
        };
        for word in &simple.empties {
            let targets: Vec<Target> =
                self.expand(word).iter().filter(|value| !is_device(value)).map(files::existing).collect();
            if !targets.is_empty() {
                self.add(call, Level::Changes, &[Loss::Uncommitted], "'>' truncates the file first", Some(targets));
            }
        }
        if rest.is_empty() {
            for (name, value) in assignments {
                let value = self.assigned(&value);
                self.state.variables.insert(name, value);
            }
            return;
        }
        let words: Vec<Value> = rest.iter().flat_map(|word| self.expand(word)).collect();
        self.command(&words, call);
    }

    /// Examine a command. Commands that run others call this again for those.
    pub(super) fn command(&mut self, words: &[Value], call: Call<'_>) {
        self.commands += 1;
        if self.commands > COMMANDS || self.risks.len() >= RISKS {
            return;
        }
        let Some((first, rest)) = words.split_first() else { return };
        if self.nesting >= NESTING {
            return self.add(call, Level::Changes, &[Loss::Unknown], CANNOT_TELL, None);
        }
        self.nesting += 1;
        self.program(first, rest, call);
        self.nesting -= 1;
    }

    fn program(&mut self, first: &Value, rest: &[Value], call: Call<'_>) {
        let Some(program) = first.program() else {
            return self.add(call, Level::Changes, &[Loss::Unknown], CANNOT_TELL, None);
        };
        let plain =
            program.strip_prefix(b"g").filter(|name| GNU.split_whitespace().any(|known| known.as_bytes() == *name));
        let program = plain.unwrap_or(program);
        match program {
            b"cd" | b"pushd" => self.change_dir(rest),
            b"popd" => (self.state.dir, self.state.left) = (Dir::Unknown, None),
            b"export" | b"local" | b"declare" | b"typeset" | b"readonly" => self.declare(rest),
            b"unset" => {
                for name in rest.iter().filter(|_| !rest.iter().any(|word| word.is("-f"))) {
                    self.state.variables.insert(name.text.clone(), Some(Value::known("")));
                }
            }
            b"read" | b"mapfile" | b"readarray" | b"getopts" => {
                for name in rest {
                    self.state.variables.insert(name.text.clone(), None);
                }
            }
            b"git" | b"hub" => git::call(self, rest, call),
            _ if program.starts_with(b"git-") => {
                let verb = Value::known(&program[4..]);
                let words: Vec<Value> = std::iter::once(verb).chain(rest.iter().cloned()).collect();
                git::call(self, &words, call);
            }
            _ => {
                wrap::call(self, program, rest, call);
                files::call(self, program, rest, call);
            }
        }
    }

    /// Run `text` as another shell would.
    pub(super) fn shell(&mut self, text: &Value, call: Call<'_>) {
        match text.get() {
            Some(text) if call.depth < SHELLS => {
                let state = self.state.clone();
                self.script(text, call.depth + 1);
                self.state = state;
            }
            _ => self.add(call, Level::Changes, &[Loss::Unknown], CANNOT_TELL, None),
        }
    }

    /// Run `text` in this shell.
    pub(super) fn eval(&mut self, text: &Value, call: Call<'_>) {
        match text.get() {
            Some(text) if call.depth < SHELLS => self.script(text, call.depth + 1),
            _ => self.add(call, Level::Changes, &[Loss::Unknown], CANNOT_TELL, None),
        }
    }

    /// Look at something that happens in `dir`.
    pub(super) fn in_dir(&mut self, dir: Option<&Value>, work: impl FnOnce(&mut Self)) {
        let Some(dir) = dir else { return work(self) };
        let (before, left) = (self.state.dir.clone(), self.state.left.take());
        self.state.dir = self.resolve(dir);
        work(self);
        (self.state.dir, self.state.left) = (before, left);
    }

    /// Go on in `dir`.
    pub(super) fn enter(&mut self, dir: &Value) {
        self.state.dir = self.resolve(dir);
    }

    /// The words of a text that is one plain command, as the aliases of git are.
    pub(super) fn plain_words(&self, text: &[u8]) -> Option<Vec<Value>> {
        match &read(text)[..] {
            [Item::Command(command)] if command.empties.is_empty() => {
                Some(command.words.iter().flat_map(|word| self.expand(word)).collect())
            }
            _ => None,
        }
    }

    pub(super) fn dir(&self) -> &Dir {
        &self.state.dir
    }

    /// Write a risk down.
    pub(super) fn add(
        &mut self,
        call: Call<'_>,
        level: Level,
        losses: &[Loss],
        why: &'static str,
        targets: Option<Vec<Target>>,
    ) {
        self.add_onto(call, level, losses, (why, targets), Onto::Nothing);
    }

    /// Write a risk down that comes with writing trees over the files.
    pub(super) fn add_onto(
        &mut self,
        call: Call<'_>,
        level: Level,
        losses: &[Loss],
        (why, targets): (&'static str, Option<Vec<Target>>),
        onto: Onto,
    ) {
        if self.risks.len() >= RISKS {
            return;
        }
        let targets = targets.map(|targets| targets.into_iter().map(|target| self.in_this_dir(target)).collect());
        let (command, dir) = (call.text.to_owned(), self.state.dir.clone());
        let risk = Risk { command, level, losses: losses.into(), why, dir, place: call.place.clone(), targets, onto };
        if !self.risks.contains(&risk) {
            self.risks.push(risk);
        }
    }

    /// `target` as seen from where the script began.
    fn in_this_dir(&self, mut target: Target) -> Target {
        use Target::{At, Below, Deep, Existing, Matching, Whole};
        if let At(path) | Existing(path) | Below(path) | Whole(path) | Deep(path) | Matching(path) = &mut target {
            match self.path(path) {
                Some(there) => *path = there,
                None => return Target::Any,
            }
        }
        target
    }

    /// `path`, relative to where the line is run.
    fn path(&self, path: &BString) -> Option<BString> {
        match &self.state.dir {
            _ if path.starts_with(b"/") => Some(path.clone()),
            Dir::Known(dir) => Some(join(dir, path)),
            Dir::Unknown => None,
        }
    }

    fn resolve(&self, dir: &Value) -> Dir {
        match dir.get() {
            Some(dir) => self.path(&dir.into()).map_or(Dir::Unknown, Dir::Known),
            None => Dir::Unknown,
        }
    }

    fn change_dir(&mut self, words: &[Value]) {
        let mut words =
            words.iter().filter(|word| !["-P", "-L", "-e", "-@", "--"].iter().any(|option| word.is(option)));
        let dir = match words.next() {
            None => self.variable(b"HOME").map_or(Dir::Unknown, |home| self.resolve(&home)),
            Some(word) if word.is("-") => self.state.before.clone().unwrap_or(Dir::Unknown),
            Some(word) => self.resolve(word),
        };
        let left = self.state.left.take();
        let before = std::mem::replace(&mut self.state.dir, dir);
        self.state.left = Some(left.unwrap_or_else(|| before.clone()));
        self.state.before = Some(before);
    }

    fn declare(&mut self, words: &[Value]) {
        for word in words {
            if let Some((name, value)) = word.text.split_once_str("=") {
                let value = Value { text: value.into(), sort: word.sort };
                self.state.variables.insert(name.into(), Some(value).filter(|value| value.sort == Sort::Known));
            }
        }
    }

    /// Which repository git works on, when `assignments` stand before it.
    fn place(&self, assignments: &[(BString, Word)]) -> Where {
        ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"].into_iter().fold(Where::Here, |place, name| {
            let given = assignments.iter().rev().find(|(given, _)| given == name).map(|(_, word)| self.assigned(word));
            match given.or_else(|| self.state.variables.get(name.as_bytes().as_bstr()).cloned()) {
                // No longer set.
                Some(Some(value)) if value.is("") => place,
                Some(value) => place.with(name.as_bytes(), value.as_ref().and_then(Value::get)),
                None => place,
            }
        })
    }
}

/// `dir/path`.
pub(super) fn join(dir: &[u8], path: &[u8]) -> BString {
    match (dir, path) {
        (b"", path) => path.into(),
        (_, path) if path.starts_with(b"/") => path.into(),
        (dir, b"") => dir.into(),
        (dir, path) if dir.ends_with(b"/") => [dir, path].concat().into(),
        (dir, path) => [dir, b"/", path].concat().into(),
    }
}

/// `/dev/null` and its like.
pub(super) fn is_device(value: &Value) -> bool {
    value.get().is_some_and(|path| path.starts_with(b"/dev/") && !path.contains_str(".."))
}
