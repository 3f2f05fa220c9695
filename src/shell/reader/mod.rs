//! Reads a shell line: commands, operators, compound commands. [`word`] reads words, [`redirect`] redirections and
//! here-documents; [`script`] is the result.

mod redirect;
mod script;
mod word;

pub use script::{Item, Part, Quoting, Scope, Simple, Word};

use bstr::ByteSlice as _;

use redirect::Document;

/// How deep substitutions and blocks may be nested.
const DEPTH: usize = 40;

/// How many steps a line may have.
const STEPS: usize = 20_000;

/// The commands that running `text` may execute.
pub fn read(text: &[u8]) -> Vec<Item> {
    let mut reader = Reader::new(text, 0);
    reader.list(End::Text);
    reader.items
}

/// Reads a text from its beginning to its end.
struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    depth: usize,
    items: Vec<Item>,
    /// Attempts that failed to read something as arithmetic; what is read again and again is not arithmetic.
    failures: usize,
    /// Here-documents that were announced.
    documents: Vec<Document>,
    commands: usize,
}

/// Where a list of commands ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Text,
    /// At the parenthesis that closes it.
    Parenthesis,
}

/// A compound command that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    /// The list itself.
    List,
    /// `( … )`
    Subshell,
    /// `{ … }`
    Braces,
    /// `if … fi`
    If,
    /// `for … done`, `while … done`
    Loop,
    /// `case … esac`, before a pattern.
    Pattern,
    /// `case … esac`, in the commands of a pattern.
    Case,
}

struct Frame {
    kind: Block,
    /// Where the present element of a pipeline began.
    element: usize,
    /// Whether it reads from a pipe.
    is_piped: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t [u8], depth: usize) -> Self {
        Reader { text, at: 0, depth, items: Vec::new(), failures: 0, documents: Vec::new(), commands: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn looks_at(&self, word: &str) -> bool {
        self.text[self.at..].starts_with(word.as_bytes())
    }

    /// Go beyond `word` if it is next.
    fn take(&mut self, word: &str) -> bool {
        let is_next = self.looks_at(word);
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    /// Understand no more of the text.
    fn give_up(&mut self) {
        self.items.push(Item::Unclear);
        self.at = self.text.len();
    }

    /// Commands up to `end`, as items.
    fn list(&mut self, end: End) {
        self.depth += 1;
        let mut frames = vec![Frame { kind: Block::List, element: self.items.len(), is_piped: false }];
        loop {
            if self.depth + frames.len() > DEPTH || self.items.len() > STEPS {
                self.give_up();
            }
            self.blanks();
            if frames.last().is_some_and(|frame| frame.kind == Block::Pattern) && self.pattern(&mut frames) {
                continue;
            }
            match self.peek() {
                None => break,
                Some(b'\n') => {
                    self.at += 1;
                    self.documents();
                    self.next(&mut frames);
                }
                Some(b';') => self.semicolon(&mut frames),
                Some(b'&') if self.take("&&") => self.end_element(&mut frames, false),
                Some(b'&') if !self.looks_at("&>") => {
                    self.at += 1;
                    self.next(&mut frames);
                }
                Some(b'|') if self.take("||") => self.next(&mut frames),
                Some(b'|') => {
                    self.at += if self.looks_at("|&") { 2 } else { 1 };
                    if let Some(frame) = frames.last_mut() {
                        frame.is_piped = true;
                    }
                    self.end_element(&mut frames, true);
                }
                Some(b'(') if self.looks_at("((") && self.arithmetic() => {}
                Some(b'(') => {
                    self.at += 1;
                    self.open(&mut frames, Block::Subshell, Some(Scope::Subshell));
                }
                Some(b')') => {
                    self.at += 1;
                    if frames.len() == 1 && end == End::Parenthesis {
                        self.end_element(&mut frames, false);
                        self.depth -= 1;
                        return;
                    }
                    self.close(&mut frames, &[Block::Subshell]);
                }
                Some(_) => self.command(&mut frames),
            }
        }
        self.documents();
        if frames.len() > 1 || end == End::Parenthesis {
            self.items.push(Item::Unclear);
            // Every scope has an end.
            for frame in frames.iter().skip(1).filter(|frame| frame.kind != Block::Braces) {
                debug_assert_ne!(frame.kind, Block::List);
                self.items.push(Item::Leave);
            }
        } else {
            self.end_element(&mut frames, false);
        }
        self.depth -= 1;
    }

    fn next(&mut self, frames: &mut [Frame]) {
        self.end_element(frames, false);
        self.items.push(Item::Next);
        if let Some(frame) = frames.last_mut() {
            frame.element = self.items.len();
        }
    }

    /// An element of a pipeline has ended; those that are connected are processes of their own.
    fn end_element(&mut self, frames: &mut [Frame], is_piped: bool) {
        let Some(frame) = frames.last_mut() else { return };
        if frame.is_piped {
            self.items.insert(frame.element, Item::Enter(Scope::Subshell));
            self.items.push(Item::Leave);
        }
        frame.is_piped = is_piped;
        frame.element = self.items.len();
    }

    fn open(&mut self, frames: &mut Vec<Frame>, kind: Block, scope: Option<Scope>) {
        self.items.extend(scope.map(Item::Enter));
        frames.push(Frame { kind, element: self.items.len(), is_piped: false });
    }

    fn close(&mut self, frames: &mut Vec<Frame>, kinds: &[Block]) {
        self.end_element(frames, false);
        match frames.last() {
            Some(frame) if kinds.contains(&frame.kind) => {
                if frame.kind != Block::Braces {
                    self.items.push(Item::Leave);
                }
                frames.pop();
            }
            _ => self.items.push(Item::Unclear),
        }
    }

    fn semicolon(&mut self, frames: &mut [Frame]) {
        let ends_case = self.take(";;&") || self.take(";;") || self.take(";&");
        if !ends_case {
            self.at += 1;
            return self.next(frames);
        }
        self.next(frames);
        match frames.last_mut() {
            Some(frame) if frame.kind == Block::Case => frame.kind = Block::Pattern,
            _ => self.items.push(Item::Unclear),
        }
    }

    /// `pattern | pattern )` of a `case`, or its end. True if something was read.
    fn pattern(&mut self, frames: &mut Vec<Frame>) -> bool {
        match self.peek() {
            None => return false,
            Some(b'\n' | b'(' | b'|') => self.at += 1,
            Some(b')') => {
                self.at += 1;
                if let Some(frame) = frames.last_mut() {
                    (frame.kind, frame.element) = (Block::Case, self.items.len());
                }
            }
            Some(b';' | b'&' | b'<' | b'>') => {
                self.at += 1;
                self.items.push(Item::Unclear);
            }
            Some(_) => {
                if self.word().bare() == Some(b"esac") {
                    self.close(frames, &[Block::Pattern]);
                }
            }
        }
        true
    }

    /// A simple command, or a reserved word.
    fn command(&mut self, frames: &mut Vec<Frame>) {
        let start = self.at;
        let word = match self.peek() {
            Some(b'<' | b'>' | b'&') => None,
            _ if self.is_at_descriptor() => None,
            _ => Some(self.word()),
        };
        let is_piped = frames.last().is_some_and(|frame| frame.is_piped);
        let Some(word) = word else { return self.simple(Vec::new(), start, is_piped) };
        match word.bare().unwrap_or_default() {
            b"if" => self.open(frames, Block::If, Some(Scope::Branch)),
            b"while" | b"until" => self.open(frames, Block::Loop, Some(Scope::Loop)),
            b"then" | b"elif" | b"else" | b"do" | b"!" | b"coproc" => self.next(frames),
            b"fi" => self.close(frames, &[Block::If]),
            b"done" => self.close(frames, &[Block::Loop]),
            b"{" => self.open(frames, Block::Braces, None),
            b"}" => self.close(frames, &[Block::Braces]),
            b"for" | b"select" => {
                self.open(frames, Block::Loop, Some(Scope::Loop));
                self.for_head();
            }
            b"case" => {
                self.blanks();
                self.word();
                self.lines_and_blanks();
                if self.word().bare() != Some(b"in") {
                    self.items.push(Item::Unclear);
                }
                self.open(frames, Block::Pattern, Some(Scope::Branch));
            }
            b"esac" => self.close(frames, &[Block::Case]),
            b"function" => {
                self.blanks();
                self.word();
                self.blanks();
                if self.take("(") {
                    self.blanks();
                    self.take(")");
                }
            }
            b"[[" => self.condition(),
            b"time" if self.begins_a_block() => {}
            _ => self.simple(vec![word], start, is_piped),
        }
    }

    /// `NAME in words` of a `for`.
    fn for_head(&mut self) {
        self.blanks();
        if self.looks_at("((") {
            if !self.arithmetic() {
                self.give_up();
            }
            return;
        }
        if let Some(name) = self.word().bare() {
            self.items.push(Item::Forget(name.into()));
        }
        self.lines_and_blanks();
        let before = self.at;
        if self.word().bare() != Some(b"in") {
            self.at = before;
            return;
        }
        loop {
            self.blanks();
            match self.peek() {
                None | Some(b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>') => return,
                Some(_) => drop(self.word()),
            }
        }
    }

    /// `[[ … ]]`, where `<`, `>`, `&&` and parentheses mean something else.
    fn condition(&mut self) {
        loop {
            self.lines_and_blanks();
            match self.peek() {
                None => return self.items.push(Item::Unclear),
                Some(b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>') => self.at += 1,
                Some(_) if self.word().bare() == Some(b"]]") => return,
                Some(_) => {}
            }
        }
    }

    /// Whether a `(` or `{` comes next.
    fn begins_a_block(&mut self) -> bool {
        self.blanks();
        matches!(self.peek(), Some(b'(' | b'{'))
    }

    fn simple(&mut self, mut words: Vec<Word>, start: usize, is_piped: bool) {
        let mut command = Simple { id: self.commands, is_piped, ..Simple::default() };
        self.commands += 1;
        loop {
            let is_adjacent =
                !words.is_empty() && !matches!(self.text.get(self.at.wrapping_sub(1)), Some(b' ' | b'\t'));
            self.blanks();
            match self.peek() {
                None | Some(b'\n' | b';' | b'|' | b')') => break,
                Some(b'&') if !self.looks_at("&>") => break,
                Some(b'(') => {
                    let is_array = is_adjacent && words.last().is_some_and(ends_with_equals);
                    self.at += 1;
                    if is_array {
                        self.array();
                        if let Some(word) = words.last_mut() {
                            word.parts.push(Part::Opaque(Quoting::Quoted));
                        }
                        continue;
                    }
                    self.blanks();
                    if words.len() == 1 && self.take(")") {
                        // A function: its body comes next, as if it ran now.
                        return;
                    }
                    self.give_up();
                    break;
                }
                Some(b'<' | b'>' | b'&') if !self.looks_at("<(") && !self.looks_at(">(") => {
                    self.redirection(&mut command);
                }
                Some(_) if self.is_at_descriptor() => {
                    while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                        self.at += 1;
                    }
                    self.redirection(&mut command);
                }
                Some(_) => words.push(self.word()),
            }
        }
        command.words = words;
        command.text = self.text[start..self.at.max(start)].trim_ascii().into();
        self.items.push(Item::Command(command));
    }

    /// `( a b )` of an assignment.
    fn array(&mut self) {
        loop {
            self.lines_and_blanks();
            match self.peek() {
                None => return self.items.push(Item::Unclear),
                Some(b')') => {
                    self.at += 1;
                    return;
                }
                Some(b';' | b'&' | b'|' | b'(' | b'<' | b'>') => self.at += 1,
                Some(_) => drop(self.word()),
            }
        }
    }

    /// Read `text`, which stands in this one in another form; its commands are commands of this one.
    fn within<T>(&mut self, text: &[u8], read: impl FnOnce(&mut Reader<'_>) -> T) -> T {
        let mut inner = Reader::new(text, self.depth + 1);
        // No two commands are taken for one another.
        (inner.commands, inner.failures) = (self.commands, self.failures);
        let done = read(&mut inner);
        (self.commands, self.failures) = (inner.commands, inner.failures);
        self.items.append(&mut inner.items);
        done
    }

    /// Blanks, continued lines, a comment.
    fn blanks(&mut self) {
        let start = self.at;
        loop {
            match self.text[self.at..] {
                [b' ' | b'\t' | b'\r', ..] => self.at += 1,
                [b'\\', b'\n', ..] => self.at += 2,
                [b'#', ..] if self.at == 0 || self.at > start || !is_in_word(self.text[self.at - 1]) => {
                    self.at += self.text[self.at..].find_byte(b'\n').unwrap_or(self.text.len() - self.at);
                }
                _ => return,
            }
        }
    }

    fn lines_and_blanks(&mut self) {
        self.blanks();
        while self.take("\n") {
            self.documents();
            self.blanks();
        }
    }
}

fn is_in_word(byte: u8) -> bool {
    !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}

fn ends_with_equals(word: &Word) -> bool {
    matches!(word.parts.last(), Some(Part::Text(text, Quoting::Bare)) if text.ends_with(b"="))
}
