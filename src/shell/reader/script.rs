//! A shell line as the commands that it may run, in order. Nothing is evaluated here.
//!
//! Not a shell: syntax that decides *whether* something runs (`if`, `&&`, `case`) only leaves marks, because whatever may run
//! counts. What a shell would refuse, or what is nested too deep to be anyone's, leaves [`Item::Unclear`].

use bstr::BString;

/// A word before expansion: what is written, piece by piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// The pieces of the word.
    pub parts: Vec<Part>,
}

/// Whether a piece stood in quotes: those are neither split nor matched against files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// In quotes.
    Quoted,
    /// Not in quotes.
    Bare,
}

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Literal text.
    Text(BString, Quoting),
    /// `$name`.
    Variable(BString, Quoting),
    /// `$(…)`: the text between the parentheses. Its commands are items of their own.
    Output(BString, Quoting),
    /// Anything else whose value only the shell knows.
    Opaque(Quoting),
}

impl Word {
    /// The word, if it is nothing but bare text: reserved words are.
    pub fn bare(&self) -> Option<&[u8]> {
        match &self.parts[..] {
            [Part::Text(text, Quoting::Bare)] => Some(text),
            _ => None,
        }
    }
}

/// A command with its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simple {
    /// The command and its arguments, assignments first.
    pub words: Vec<Word>,
    /// Files that `>` truncates.
    pub empties: Vec<Word>,
    /// What `<<` and `<<<` give it to read.
    pub input: Option<Word>,
    /// Whether it reads what another command says.
    pub is_piped: bool,
    /// The text of the command.
    pub text: BString,
    pub id: usize,
}

/// What a scope may leave behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A process of its own: nothing.
    Subshell,
    /// A part that may not run: perhaps something.
    Branch,
    /// The same, perhaps several times.
    Loop,
}

/// A step of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Command(Simple),
    /// The commands up to the [`Item::Leave`] belong together.
    Enter(Scope),
    /// The end of a scope.
    Leave,
    /// What comes next runs whether or not the last command succeeded.
    Next,
    /// A variable with unknown values.
    Forget(BString),
    /// A place that could not be understood.
    Unclear,
}
