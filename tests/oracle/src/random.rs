//! Random lines: from a grammar of the shell, and pieces in any order.

/// A random number generator (xorshift64*), so that a seed names a line.
pub struct Random(u64);

impl Random {
    /// A generator; every seed has its own numbers.
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }

    /// A line that has a meaning.
    pub fn line(&mut self) -> String {
        let mut documents = Vec::new();
        let text = self.list(2, &mut vec![String::new()]);
        // brush-parser misreads a here-document behind expansions: those come first, on a line without any.
        if self.below(4) == 0 {
            let first = self.simple(0, &mut documents);
            return format!("{first}{}{text}", documents.pop().unwrap_or_else(|| "\n".to_owned()));
        }
        text
    }

    /// Pieces of lines, one after the other.
    pub fn pieces(&mut self) -> String {
        const PIECES: &[&str] = &[
            "rm", " ", " ", " ", "git", "a", "'", "\"", "\\", "$x", "$(", ")", "(", "{ ", "; }", ";", ";;", "&", "&&",
            "|", "||", "\n", "<<<", "<", "> ", ">>", "`", "${v}", "}", "x", "=", "[[ ", " ]]", "if ", "then ", "; fi",
            "for ", " in ", "; do ", "; done", "case ", " esac", "! ", " #", "*", "~", "2>&1", "$'", "a=(",
        ];
        (0..=self.below(14)).map(|_| self.pick(PIECES)).collect()
    }

    fn list(&mut self, depth: usize, documents: &mut Vec<String>) -> String {
        let mut text = self.pipeline(depth, documents);
        for _ in 0..self.below(3) {
            text.push_str(self.pick(&[" && ", " || ", "; ", ";", " & ", "&&"]));
            text.push_str(&self.pipeline(depth, documents));
        }
        text
    }

    fn pipeline(&mut self, depth: usize, documents: &mut Vec<String>) -> String {
        let mut text = self.pick(&["", "", "", "", "! "]).to_owned();
        text.push_str(&self.command(depth, documents));
        for _ in 0..self.below(6).saturating_sub(3) {
            text.push_str(self.pick(&[" | ", "|", " |& "]));
            text.push_str(&self.command(depth, documents));
        }
        text
    }

    fn command(&mut self, depth: usize, documents: &mut Vec<String>) -> String {
        if depth == 0 || self.below(4) > 0 {
            return self.simple(depth, documents);
        }
        let depth = depth - 1;
        let list = |random: &mut Self| random.list(depth, &mut vec![String::new()]);
        let text = match self.below(12) {
            0 => format!("({})", self.substituted(depth + 1)),
            1 => format!("{{ {}\n}}", list(self)),
            2 => format!("if {}\nthen {}\nfi", list(self), list(self)),
            3 => format!(
                "if {}\nthen {}\nelif {}\nthen {}\nelse {}\nfi",
                list(self),
                list(self),
                list(self),
                list(self),
                list(self)
            ),
            4 => format!("for f in {} {}; do {}\ndone", self.word(depth), self.word(depth), list(self)),
            5 => format!("while {}\ndo {}\ndone", list(self), list(self)),
            6 => format!(
                "case {} in {}) {}\n;; (b|c) {}\n;; esac",
                self.word(depth),
                self.pick(&["a", "*", "\"x y\"", "a|b"]),
                list(self),
                list(self)
            ),
            7 => format!("f() {{ {}\n}}", list(self)),
            8 => format!(
                "[[ {} {} {} ]]",
                self.word(depth),
                self.pick(&["==", "!=", "-nt", "<", ">", "=~"]),
                self.word(depth)
            ),
            9 => format!("(( {} ))", self.pick(&["a > b", "i++", "a << 2", "(a + b) * 2", "a = $(b)"])),
            10 => format!("until {}\ndo {}\ndone", list(self), list(self)),
            _ => format!("for ((i=0; i<3; i++)); do {}\ndone", list(self)),
        };
        let redirection = self.pick(&["", "", "", " > out", " 2>&1", " < in", " >> log"]);
        text + redirection
    }

    fn simple(&mut self, depth: usize, documents: &mut Vec<String>) -> String {
        let mut text = String::new();
        if self.below(6) == 0 {
            text.push_str(&format!("{}={} ", self.pick(&["A", "B_1"]), self.word(depth)));
        }
        if self.below(12) == 0 {
            text.push_str(&format!("> {} ", self.word(depth)));
        }
        text.push_str(self.pick(&["rm", "git", "echo", "a", "'r'm", "\\rm", "\"x y\"", "./run"]));
        for _ in 0..self.below(4) {
            text.push(' ');
            text.push_str(&self.word(depth));
        }
        match self.below(16) {
            0 => text.push_str(&format!(" > {}", self.word(depth))),
            1 => text.push_str(&format!(" 2>{}", self.word(depth))),
            2 => text.push_str(&format!(" >>{}", self.word(depth))),
            3 => text.push_str(&format!(" &> {}", self.word(depth))),
            4 => text.push_str(&format!(" <<< {}", self.word(depth))),
            5 => text.push_str(" 2>&1"),
            6 => text.push_str(&format!(" >| {}", self.word(depth))),
            7..10 if documents.is_empty() => {
                let (mark, body) = (self.pick(&["EOF", "'EOF'", "\"EOF\"", "\\EOF"]), self.document(depth));
                text.push_str(&format!(" <<{mark}"));
                documents.push(format!("\n{body}\nEOF\n"));
            }
            10 | 11 if documents.is_empty() => {
                text.push_str(" <<-E");
                documents.push(format!("\n\t{}\n\tE\n", self.document(depth)));
            }
            _ => {}
        }
        text
    }

    fn document(&mut self, depth: usize) -> String {
        let word = self.word(depth.saturating_sub(1));
        format!("{} {word}", self.pick(&["rm x", "a 'b", "> c", "it's", "a \\$b", "\\\\", "a \"b\"", "say \\\"hi\\\""]))
    }

    fn word(&mut self, depth: usize) -> String {
        // Behind other text brush-parser takes `<(` for a word of its own.
        if depth > 0 && self.below(30) == 0 {
            return format!("<({})", self.list(depth - 1, &mut vec![String::new()]));
        }
        let mut word = self.piece(depth);
        for _ in 0..self.below(5).saturating_sub(2) {
            word.push_str(&self.piece(depth));
        }
        word
    }

    /// What stands in `$(…)` and `(…)`. With a parenthesis first it could be arithmetic: the guard takes what has quotes in it for commands.
    fn substituted(&mut self, depth: usize) -> String {
        let text = self.list(depth - 1, &mut vec![String::new()]);
        if text.starts_with('(') { format!("a; {text}") } else { text }
    }

    fn piece(&mut self, depth: usize) -> String {
        const PLAIN: &[&str] = &[
            "a", "b/c", "-rf", "--hard", "x=y", "*.rs", "~/x", "{a,b}", "1", "a#b", "é", "[ab]c", "%", "@", "a:b",
            "+x", "-",
        ];
        const QUOTED: &[&str] = &[
            "'a b'", "\"c d\"", "\\ ", "\\;", "\\\"", "'x;y'", "\"> z\"", "'$d'", "\"\\$e\"", "\"'\"", "'\"'",
            "\"`b`\"", "$'\\n'", "$'a\\'b'", "\"#\"", "\\#", "\"a\\b\"", "\"\\\\\"", "''", "\"\"", "$'\\x41'", "\"*\"",
            "\\*", "\"!\"",
        ];
        const EXPANDED: &[&str] = &[
            "$v",
            "${v}",
            "\"$v\"",
            "${v:-d}",
            "\"${v%.*}\"",
            "$1",
            "$@",
            "\"$@\"",
            "$?",
            "$((1+2))",
            "${#v}",
            "${v/a/b}",
            "\"${v:-\"q\"}\"",
            "${v:=a b}",
            "$((a > b))",
            "${a[0]}",
            "\"${a[@]}\"",
            "$$",
            "${v:1:2}",
            "${v^^}",
            "${!v}",
        ];
        match self.below(if depth == 0 { 8 } else { 10 }) {
            0..4 => self.pick(PLAIN).to_owned(),
            4 | 5 => self.pick(QUOTED).to_owned(),
            6 | 7 => self.pick(EXPANDED).to_owned(),
            8 => format!("$({})", self.substituted(depth)),
            _ => format!("\"$({})\"", self.substituted(depth)),
        }
    }
}
