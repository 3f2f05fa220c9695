//! Help: groups of commands, an example for each command, the manual for agents, manual pages.

use clap::Command;

use crate::support::TestRepo;

/// All commands below `command`, with what they are called: `plan import`.
fn all(command: &Command, path: &str, found: &mut Vec<(String, Command)>) {
    for command in command.get_subcommands() {
        let path = format!("{path} {}", command.get_name());
        all(command, &path, found);
        found.push((path.trim_start().to_owned(), command.clone()));
    }
}

fn commands() -> Vec<(String, Command)> {
    let mut tree = git_agent::cli::tree();
    tree.build();
    let mut found = Vec::new();
    all(&tree, "", &mut found);
    found
}

/// The words of a shell command, up to a pipe or a redirection.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, '|' | '>') => return words,
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The example at the end of a summary.
fn example(help: &str) -> &str {
    let (_, example) = help.split_once("Example:\n  ").unwrap_or_else(|| panic!("there is no example in\n{help}"));
    example.lines().next().unwrap_or_default()
}

#[test]
fn every_command_has_an_example_that_can_be_parsed() {
    for (name, mut command) in commands() {
        if command.is_hide_set() {
            continue;
        }
        let help = command.render_help().to_string();
        let example = example(&help);
        assert!(example.starts_with(&format!("git agent {name}")), "{name}: {example}");
        let line = std::iter::once("git-agent".to_owned()).chain(words(example).into_iter().skip(2));
        let parsed = git_agent::cli::tree().try_get_matches_from(line);
        assert!(parsed.is_ok(), "{name}: {example}\n{}", parsed.unwrap_err());
    }
}

#[test]
fn global_options_are_last_and_short() {
    for (name, mut command) in commands() {
        let globals = ["json", "quiet", "color", "actor", "help"];
        let (short, long) = (command.render_help().to_string(), command.render_long_help().to_string());
        let end = "\n\nGlobal options: --json, --fields <NAMES>, --brief, -q, --color <WHEN>, --actor <NAME>, -h\n";
        assert!(command.is_hide_set() || short.ends_with(end), "{name}:\n{short}");
        let (own, _) = long.split_once("Global options:").unwrap_or_else(|| panic!("{name}:\n{long}"));
        for global in globals {
            assert!(!own.contains(&format!("      --{global} ")), "{name}: --{global} is not at the end of\n{long}");
        }
    }
}

#[test]
fn help_lists_commands_in_groups_and_all_of_them_when_asked() {
    let repo = TestRepo::new();
    let (some, every) = (repo.agent(&["help"]).success().stdout, repo.agent(&["help", "--all"]).success().stdout);
    assert_eq!(repo.agent(&["-h"]).success().stdout, some);
    for group in ["Daily work:", "Plan:", "Inspect:", "Undo and restore:", "History:", "Share and set up:"] {
        assert!(some.contains(&format!("\n{group}\n")), "{some}");
    }
    for command in git_agent::cli::tree().get_subcommands() {
        let row = format!("\n  {} ", command.get_name());
        assert_eq!(every.matches(&row).count(), usize::from(!command.is_hide_set()), "{row}\n{every}");
    }
    assert!(!some.contains("\n  capabilities "), "{some}");
    assert!(some.lines().count() <= 90 && some.lines().all(|line| line.chars().count() <= 100), "{some}");
}

#[test]
fn help_describes_a_command() {
    let repo = TestRepo::new();
    let help = repo.agent(&["help", "plan", "import"]).success().stdout;
    assert_eq!(repo.agent(&["plan", "import", "--help"]).success().stdout, help);
    assert!(help.contains("Usage: git agent plan import"), "{help}");
    insta::assert_snapshot!(repo.agent(&["cancel", "-h"]), @r#"
    Cancel a task that is no longer wanted

    Usage: git agent cancel [OPTIONS] <TASK>...

    Arguments:
      <TASK>...  Task ids or unique prefixes

    Options:
          --reason <TEXT>        Reason for cancelling the task
          --duplicate-of <TASK>  Task that this one duplicates; tasks that depend on this one will
                                 depend on TASK instead

    Example:
      git agent cancel old-form --reason "replaced by login-form"

    Global options: --json, --fields <NAMES>, --brief, -q, --color <WHEN>, --actor <NAME>, -h
    "#);
    insta::assert_snapshot!(repo.agent(&["help", "plan", "nothing"]), @r"
    ------- stderr -------
    error: 'plan nothing' is not a git-agent command
    hint: 'git agent help --all' lists the commands
    [exit code 2]
    ");
    assert!(repo.agent(&["help", "list", "--color", "always"]).success().stdout.contains("\u{1b}["));
}

#[test]
fn the_manual_for_agents_is_a_page_about_what_exists() {
    let repo = TestRepo::new();
    let manual = repo.agent(&["help", "agents"]).success().stdout;
    assert!(manual.lines().count() <= 60, "{} lines", manual.lines().count());
    let known = commands();
    let mut checked = 0;
    for line in manual.lines() {
        for said in line.split("git agent ").skip(1) {
            let said = said.split("  ").next().unwrap_or_default();
            let said = said.split_once('\'').filter(|_| !said.contains('"')).map_or(said, |(said, _)| said);
            let words = words(&said.replace(['<', '>'], ""));
            let find = |count: usize| {
                let name = words[..count.min(words.len())].join(" ");
                known.iter().find(|(known, _)| *known == name)
            };
            let Some((name, command)) = find(2).or_else(|| find(1)) else {
                assert!(line.starts_with('#') || line.contains(&format!("{said}'")), "no command: {line}");
                continue;
            };
            checked += 1;
            for option in words.iter().take_while(|word| *word != "--").filter(|word| word.starts_with('-')) {
                let is = |arg: &clap::Arg| {
                    option.strip_prefix("--").map_or_else(
                        || arg.get_short() == option[1..].chars().next(),
                        |long| arg.get_long() == Some(long),
                    )
                };
                let is_argument = *option == "-";
                assert!(is_argument || command.get_arguments().any(is), "'{name}' has no {option}: {line}");
            }
        }
    }
    assert!(checked >= 25, "only {checked} commands are named");
}

#[test]
fn pages_are_json_too() {
    let repo = TestRepo::new();
    for words in
        [&["help"][..], &["help", "agents"], &["help", "plan", "import"], &["man", "add"], &["completions", "fish"]]
    {
        let page = repo.agent(words).success().stdout;
        let answer = repo.agent(&[words, &["--json", "--color", "always"]].concat()).json();
        assert_eq!(answer["text"], page, "{words:?}");
    }
    let answer = repo.agent(&["man", "--into", "pages", "--json"]).json();
    assert_eq!((&answer["into"], answer["pages"].as_u64() > Some(50)), (&"pages".into(), true), "{answer}");
}

#[test]
fn nested_commands_have_manual_pages() {
    let repo = TestRepo::new();
    repo.agent(&["man", "--into", "pages"]).success();
    for (name, _) in commands() {
        let page = repo.read(&format!("pages/git-agent-{}.1", name.replace(' ', "-")));
        assert!(page.replace("\\-", "-").contains(&format!("git agent {name}")), "{page}");
    }
    let page = repo.agent(&["man", "plan", "import"]).success().stdout;
    assert_eq!(page, repo.read("pages/git-agent-plan-import.1"));
    repo.agent(&["man", "nothing"]).exits(2);
}
