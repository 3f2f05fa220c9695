//! The story that `git agent demo` plays.

/// A part of the story.
#[derive(Debug)]
pub struct Scene {
    /// What it is about.
    pub heading: &'static str,
    /// What happens.
    pub steps: &'static [Step],
}

/// One thing that happens.
#[derive(Debug)]
pub enum Step {
    /// A remark.
    Say(&'static str),
    /// A file gets this content.
    Write(&'static str, &'static str),
    /// `git <words>`.
    Run {
        /// By whom.
        actor: &'static str,
        /// The words after `git`.
        words: &'static [&'static str],
        /// Whether it is meant to fail.
        fails: bool,
    },
}

const fn you(words: &'static [&'static str]) -> Step {
    Step::Run { actor: "you", words, fails: false }
}

const fn claude(words: &'static [&'static str]) -> Step {
    Step::Run { actor: "claude", words, fails: false }
}

const fn codex(words: &'static [&'static str]) -> Step {
    Step::Run { actor: "codex", words, fails: false }
}

/// Two agents build a greeting.
pub const STORY: &[Scene] = &[
    Scene {
        heading: "1. A repository, and a plan",
        steps: &[
            Step::Write("greet.sh", "echo hello\n"),
            you(&["add", "greet.sh"]),
            you(&["commit", "--quiet", "-m", "A greeting"]),
            you(&["agent", "init"]),
            you(&[
                "agent",
                "add",
                "Greet by name",
                "--id",
                "by-name",
                "--accept",
                "sh greet.sh Ada says: hello Ada",
                "--quiet",
            ]),
            you(&["agent", "add", "Say goodbye, too", "--id", "goodbye", "--after", "by-name", "--quiet"]),
            you(&["agent", "add", "Write the README", "--id", "readme", "--priority", "3", "--quiet"]),
            you(&["agent", "list"]),
        ],
    },
    Scene {
        heading: "2. Two agents get different tasks",
        steps: &[claude(&["agent", "next", "--start"]), codex(&["agent", "next", "--claim"])],
    },
    Scene {
        heading: "3. Work, a decision, and a checkpoint that fails verification",
        steps: &[
            claude(&[
                "agent",
                "decide",
                "Take the name from the first argument",
                "--why",
                "no prompts: agents have no terminal",
            ]),
            Step::Write("greet.sh", "echo hello $2\n"),
            claude(&["agent", "checkpoint", "-m", "Greet by name"]),
            Step::Say("Does it work? Verify it:"),
            Step::Run {
                actor: "claude",
                words: &["agent", "complete", "--verify", "test \"$(sh greet.sh Ada)\" = \"hello Ada\""],
                fails: true,
            },
            Step::Write("greet.sh", "echo hello $1\n"),
            Step::Say("Any commit made while a task is active is stamped, not only checkpoints:"),
            claude(&["commit", "--quiet", "-am", "Take the first argument, not the second"]),
            claude(&[
                "agent",
                "complete",
                "--verify",
                "test \"$(sh greet.sh Ada)\" = \"hello Ada\"",
                "--result",
                "greets Ada",
                "--next",
            ]),
        ],
    },
    Scene {
        heading: "4. What happened, for a person",
        steps: &[
            you(&["agent", "status"]),
            you(&["agent", "list", "--all"]),
            you(&["agent", "log"]),
            you(&["agent", "report"]),
            Step::Say("Everything is in git, readable without git-agent:"),
            you(&["log", "-1", "--format=%B"]),
        ],
    },
    Scene {
        heading: "5. What a new agent reads to continue the work",
        steps: &[claude(&["agent", "start", "goodbye", "--quiet"]), claude(&["agent", "brief"])],
    },
];
