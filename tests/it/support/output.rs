//! What a command answered, in a form made for snapshots.

use std::fmt;

/// Standard output, standard error and the exit code of one command.
///
/// Paths of the test's own directory read `$TMP` in everything but [`Output::raw`].
#[derive(Clone, Debug)]
pub struct Output {
    /// What was run, for failure messages.
    pub command: String,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Standard output, byte for byte.
    pub raw: Vec<u8>,
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
}

impl Output {
    /// Expect exit code 0.
    #[track_caller]
    pub fn success(self) -> Self {
        self.exits(0)
    }

    /// Expect this exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "`{}` ended unexpectedly:\n{self}", self.command);
        self
    }

    /// Expect any failure.
    #[track_caller]
    pub fn failure(self) -> Self {
        assert_ne!(self.code, Some(0), "`{}` was expected to fail:\n{self}", self.command);
        self
    }

    /// Standard output of a successful command without the white space around it.
    #[track_caller]
    pub fn text(self) -> String {
        self.success().stdout.trim().to_owned()
    }

    /// The lines of standard output of a successful command.
    #[track_caller]
    pub fn lines(self) -> Vec<String> {
        self.success().stdout.lines().map(str::to_owned).collect()
    }

    /// Standard output of a successful command as JSON.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        self.clone().success();
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("`{}` answered no JSON ({error}):\n{self}", self.command))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "------- stderr -------\n{}", self.stderr)?;
        }
        match self.code {
            Some(0) => Ok(()),
            Some(code) => writeln!(f, "[exit code {code}]"),
            None => writeln!(f, "[killed by a signal]"),
        }
    }
}
