//! What brush-parser finds in a line.

use brush_parser::{
    Parser, ParserOptions,
    ast::{
        AssignmentValue, Command as Ast, CommandPrefixOrSuffixItem as Item, CompoundCommand, CompoundList,
        ExtendedTestExpr, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, Pipeline, PipelineTimed, SimpleCommand,
        Word,
    },
    word::{self, ParameterExpr, WordPiece, WordPieceWithSource},
};

use crate::command::Command;

/// The commands of `line`; `None` if it has bad syntax.
pub fn commands(line: &str) -> Option<Vec<Command>> {
    let mut found = Found { options: ParserOptions::default(), commands: Vec::new() };
    found.script(line)?;
    Some(found.commands)
}

/// The commands that were found so far.
struct Found {
    options: ParserOptions,
    commands: Vec<Command>,
}

impl Found {
    fn script(&mut self, text: &str) -> Option<()> {
        let program = Parser::new(text.as_bytes(), &self.options).parse_program().ok()?;
        program.complete_commands.iter().try_for_each(|list| self.list(list))
    }

    fn list(&mut self, list: &CompoundList) -> Option<()> {
        list.0.iter().try_for_each(|item| item.0.iter().try_for_each(|(_, pipeline)| self.pipeline(pipeline)))
    }

    fn pipeline(&mut self, pipeline: &Pipeline) -> Option<()> {
        // `time` is a word of the shell for brush; the guard takes it for a command that runs the next one.
        let before = self.commands.len();
        pipeline.seq.iter().try_for_each(|command| self.command(command))?;
        if pipeline.timed.is_some()
            && let Some(Ast::Simple(_)) = pipeline.seq.first()
            && let Some(timed) = self.commands.get_mut(before)
        {
            if pipeline.timed.as_ref().is_some_and(PipelineTimed::is_posix_output) {
                timed.words.insert(0, "-p".to_owned());
            }
            timed.words.insert(0, "time".to_owned());
        }
        Some(())
    }

    fn command(&mut self, command: &Ast) -> Option<()> {
        match command {
            Ast::Simple(simple) => self.simple(simple),
            Ast::Compound(compound, redirects) => {
                self.compound(compound)?;
                self.redirects(redirects.iter().flat_map(|list| &list.0))
            }
            Ast::Function(function) => {
                self.compound(&function.body.0)?;
                self.redirects(function.body.1.iter().flat_map(|list| &list.0))
            }
            Ast::ExtendedTest(test, redirects) => {
                self.test(&test.expr)?;
                self.redirects(redirects.iter().flat_map(|list| &list.0))
            }
        }
    }

    fn compound(&mut self, compound: &CompoundCommand) -> Option<()> {
        match compound {
            CompoundCommand::Arithmetic(command) => self.text(&command.expr.value).map(drop),
            CompoundCommand::ArithmeticForClause(command) => {
                for part in [&command.initializer, &command.condition, &command.updater].into_iter().flatten() {
                    self.text(&part.value)?;
                }
                self.list(&command.body.list)
            }
            CompoundCommand::BraceGroup(command) => self.list(&command.list),
            CompoundCommand::Subshell(command) => self.list(&command.list),
            CompoundCommand::ForClause(command) => {
                for word in command.values.iter().flatten() {
                    self.word(word)?;
                }
                self.list(&command.body.list)
            }
            CompoundCommand::CaseClause(command) => {
                self.word(&command.value)?;
                for case in &command.cases {
                    for pattern in &case.patterns {
                        self.word(pattern)?;
                    }
                    case.cmd.iter().try_for_each(|list| self.list(list))?;
                }
                Some(())
            }
            CompoundCommand::IfClause(command) => {
                self.list(&command.condition)?;
                self.list(&command.then)?;
                for branch in command.elses.iter().flatten() {
                    branch.condition.iter().try_for_each(|list| self.list(list))?;
                    self.list(&branch.body)?;
                }
                Some(())
            }
            CompoundCommand::WhileClause(command) | CompoundCommand::UntilClause(command) => {
                self.list(&command.0)?;
                self.list(&command.1.list)
            }
            CompoundCommand::Coprocess(command) => self.command(&command.body),
        }
    }

    fn test(&mut self, test: &ExtendedTestExpr) -> Option<()> {
        match test {
            ExtendedTestExpr::And(a, b) | ExtendedTestExpr::Or(a, b) => {
                self.test(a)?;
                self.test(b)
            }
            ExtendedTestExpr::Not(test) | ExtendedTestExpr::Parenthesized(test) => self.test(test),
            ExtendedTestExpr::UnaryTest(_, word) => self.word(word).map(drop),
            ExtendedTestExpr::BinaryTest(_, a, b) => {
                self.word(a)?;
                self.word(b).map(drop)
            }
        }
    }

    fn simple(&mut self, simple: &SimpleCommand) -> Option<()> {
        let place = self.commands.len();
        self.commands.push(Command::default());
        let mut command = Command::default();
        let mut documents = None;
        for item in simple.prefix.iter().flat_map(|items| &items.0) {
            self.item(item, &mut command, &mut documents)?;
        }
        if let Some(word) = &simple.word_or_name {
            command.words.push(self.word(word)?);
        }
        for item in simple.suffix.iter().flat_map(|items| &items.0) {
            self.item(item, &mut command, &mut documents)?;
        }
        command.input = documents.or(command.input);
        self.commands[place] = command;
        Some(())
    }

    fn item(&mut self, item: &Item, command: &mut Command, documents: &mut Option<String>) -> Option<()> {
        match item {
            Item::IoRedirect(redirect) => self.redirect(redirect, command, documents)?,
            Item::Word(word) => command.words.push(self.word(word)?),
            Item::AssignmentWord(assignment, word) => match &assignment.value {
                AssignmentValue::Scalar(_) => command.words.push(self.word(word)?),
                AssignmentValue::Array(elements) => {
                    for (key, value) in elements {
                        key.iter().try_for_each(|key| self.word(key).map(drop))?;
                        self.word(value)?;
                    }
                    let append = if assignment.append { "+" } else { "" };
                    command.words.push(format!("{}{append}=$…", assignment.name));
                }
            },
            Item::ProcessSubstitution(_, subshell) => {
                self.list(&subshell.list)?;
                command.words.push("$…".to_owned());
            }
        }
        Some(())
    }

    fn redirects<'r>(&mut self, redirects: impl Iterator<Item = &'r IoRedirect>) -> Option<()> {
        let (mut command, mut documents) = (Command::default(), None);
        for redirect in redirects {
            self.redirect(redirect, &mut command, &mut documents)?;
        }
        command.input = documents.or(command.input);
        self.commands.push(command);
        Some(())
    }

    fn redirect(&mut self, redirect: &IoRedirect, command: &mut Command, documents: &mut Option<String>) -> Option<()> {
        match redirect {
            IoRedirect::File(_, kind, target) => {
                let word = match target {
                    IoFileRedirectTarget::Filename(word) | IoFileRedirectTarget::Duplicate(word) => self.word(word)?,
                    IoFileRedirectTarget::Fd(_) => return Some(()),
                    IoFileRedirectTarget::ProcessSubstitution(_, subshell) => {
                        self.list(&subshell.list)?;
                        "$…".to_owned()
                    }
                };
                let is_descriptor = word == "-" || word.bytes().all(|byte| byte.is_ascii_digit());
                match kind {
                    IoFileRedirectKind::Write | IoFileRedirectKind::Clobber => command.empties.push(word),
                    IoFileRedirectKind::DuplicateOutput if !is_descriptor => command.empties.push(word),
                    _ => {}
                }
            }
            IoRedirect::OutputAndError(word, appends) => {
                let word = self.word(word)?;
                if !appends {
                    command.empties.push(word);
                }
            }
            IoRedirect::HereString(_, word) => command.input = Some(self.word(word)? + "\n"),
            IoRedirect::HereDocument(_, document) => {
                let body = &document.doc.value;
                *documents = Some(match document.requires_expansion {
                    true => {
                        let pieces = word::parse_heredoc(body, &self.options).ok()?;
                        self.pieces(&pieces, body)?
                    }
                    false => body.clone(),
                });
            }
        }
        Some(())
    }

    fn word(&mut self, word: &Word) -> Option<String> {
        self.text(&word.value)
    }

    /// A word, from its source.
    fn text(&mut self, source: &str) -> Option<String> {
        let pieces = word::parse(source, &self.options).ok()?;
        self.pieces(&pieces, source)
    }

    fn pieces(&mut self, pieces: &[WordPieceWithSource], source: &str) -> Option<String> {
        let mut said = String::new();
        for piece in pieces {
            match &piece.piece {
                WordPiece::Text(text) => said.push_str(&without_patterns(text)),
                WordPiece::SingleQuotedText(text) => said.push_str(text),
                WordPiece::AnsiCQuotedText(text) => said.push_str(&unescaped(text)),
                WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                    said.push_str(&self.pieces(inner, source)?);
                }
                WordPiece::TildeExpansion(_) => said.push_str(source.get(piece.start_index..piece.end_index)?),
                WordPiece::EscapeSequence(escape) => said.push_str(match escape.strip_prefix('\\') {
                    Some("\n") => "",
                    Some(escaped) => escaped,
                    None => escape,
                }),
                WordPiece::CommandSubstitution(script) => {
                    self.script(script)?;
                    said.push_str("$(…)");
                }
                WordPiece::BackquotedCommandSubstitution(script) => {
                    self.script(script)?;
                    said.push_str("$(…)");
                }
                WordPiece::ArithmeticExpression(expression) => {
                    self.text(&expression.value)?;
                    said.push_str("$…");
                }
                WordPiece::ParameterExpansion(expansion) => said.push_str(&self.expansion(expansion)?),
            }
        }
        Some(said)
    }

    fn expansion(&mut self, expansion: &ParameterExpr) -> Option<String> {
        use brush_parser::word::Parameter::Named;
        if let ParameterExpr::Parameter { parameter: Named(name), indirect: false } = expansion {
            return Some(format!("${{{name}}}"));
        }
        let texts: [Option<&String>; 2] = match expansion {
            ParameterExpr::UseDefaultValues { default_value: text, .. }
            | ParameterExpr::AssignDefaultValues { default_value: text, .. }
            | ParameterExpr::IndicateErrorIfNullOrUnset { error_message: text, .. }
            | ParameterExpr::UseAlternativeValue { alternative_value: text, .. }
            | ParameterExpr::RemoveSmallestSuffixPattern { pattern: text, .. }
            | ParameterExpr::RemoveLargestSuffixPattern { pattern: text, .. }
            | ParameterExpr::RemoveSmallestPrefixPattern { pattern: text, .. }
            | ParameterExpr::RemoveLargestPrefixPattern { pattern: text, .. } => [text.as_ref(), None],
            ParameterExpr::ReplaceSubstring { pattern, replacement, .. } => [Some(pattern), replacement.as_ref()],
            ParameterExpr::Substring { offset, length, .. } => {
                [Some(&offset.value), length.as_ref().map(|length| &length.value)]
            }
            _ => [None, None],
        };
        for text in texts.into_iter().flatten() {
            self.text(text)?;
        }
        Some("$…".to_owned())
    }
}

/// `text` with `*` for the parentheses of a pattern of bash, as the guard reads it: `!*` for `!(keep)`.
fn without_patterns(text: &str) -> String {
    let mut said = String::new();
    let mut open = 0_usize;
    for c in text.chars() {
        match c {
            '(' if open > 0 || said.ends_with(['?', '*', '+', '@', '!']) => open += 1,
            ')' if open > 0 => {
                open -= 1;
                said.push_str(if open == 0 { "*" } else { "" });
            }
            c if open == 0 => said.push(c),
            _ => {}
        }
    }
    said
}

/// What the escapes of `$'…'` stand for, as the guard reads them.
fn unescaped(text: &str) -> String {
    let mut said = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => said.push('\n'),
                Some('t') => said.push('\t'),
                Some('r') => said.push('\r'),
                // A control character.
                Some('c') => drop(chars.next()),
                Some('x') => {
                    let digits: String = chars.clone().take(2).take_while(char::is_ascii_hexdigit).collect();
                    chars.by_ref().take(digits.len()).for_each(drop);
                    said.push(u8::from_str_radix(&digits, 16).map_or('\0', char::from));
                }
                Some(c) => said.push(c),
                None => {}
            },
            (c, false) => said.push(c),
        }
    }
    said
}
