//! Commands in front of other commands: where those begin. Data.

/// A command that runs another one.
pub(super) struct Wrapper {
    /// Its names, separated by `|`; words after a name are the subcommand.
    pub names: &'static str,
    /// Its options that take the next word.
    pub valued: &'static str,
    /// How many words of its own follow the options.
    pub own: usize,
    /// What follows the options.
    pub runs: Runs,
    /// Options whose value is a text for a shell.
    pub text: &'static str,
    /// Options that name the directory in which it runs.
    pub dir: &'static str,
    /// Options that name a file that it writes.
    pub writes: &'static str,
    /// Options with which it runs nothing.
    pub asks: &'static str,
}

/// What the words after its own are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs {
    /// A command with its arguments.
    Words,
    /// The same, perhaps after `NAME=value`.
    Assignments,
    /// A command whose name may have a version (`rimraf@5`).
    Package,
    /// A command, after what `--` ends.
    Dashed,
    /// A text for a shell, in several words.
    Shell,
    /// One text for a shell each.
    Texts,
    /// The program of a package, unless it is a command of the package manager.
    Bin,
}
use Runs::{Assignments, Bin, Dashed, Package, Shell, Texts, Words};

/// Commands of package managers which are not programs of packages.
pub(super) const OWN_COMMANDS: &str = "add approve-builds audit bin build c cache ci completion config create dedupe deploy dlx doctor env exec explain \
    fetch help import info init install i licenses link list ln login logout ls node node-gyp npm outdated owner pack patch patch-commit \
    patch-remove plugin pm prune publish rb rebuild remove repl rm root run search set setup start stop store tag team test uninstall unlink \
    un up update upgrade version versions view why workspace workspaces x";

const fn row(names: &'static str, valued: &'static str, own: usize, runs: Runs) -> Wrapper {
    Wrapper { names, valued, own, runs, text: "", dir: "", writes: "", asks: "" }
}

impl Wrapper {
    const fn text(self, text: &'static str) -> Self {
        Wrapper { text, ..self }
    }

    const fn dir(self, dir: &'static str) -> Self {
        Wrapper { dir, ..self }
    }

    const fn writes(self, writes: &'static str) -> Self {
        Wrapper { writes, ..self }
    }

    const fn asks(self, asks: &'static str) -> Self {
        Wrapper { asks, ..self }
    }
}

const SUDO: &str = "u g h p C T r t D R U user group host prompt chdir chroot role type close-from other-user";
const NPM: &str = "p c w C package call workspace prefix loglevel registry cache userconfig";
const UV: &str = "p w python with with-editable with-requirements extra group no-group only-group package directory project env-file \
    index default-index index-url extra-index-url find-links cache-dir config-file color from";
const CONDA: &str = "n p name prefix cwd";

#[rustfmt::skip]
pub(super) const WRAPPERS: &[Wrapper] = &[
    // The shell's own, and those of every system.
    row("builtin|nocorrect|noglob|busybox|toybox|chronic|nohup|setsid|unbuffer|winpty|caffeinate|ifne|run-one|cronic|rtk|run0|gsudo|please|sudo-rs|steam-run|gamemoderun|systemd-inhibit|ssh-agent|dbus-launch|fakechroot|flatpak-spawn|shx", "t w u g what who why mode", 0, Words),
    row("command", "", 0, Words).asks("v V"),
    row("exec", "a", 0, Words),
    row("env|genv", "u C S a unset chdir split-string argv0", 0, Assignments).text("S split-string").dir("C chdir"),
    row("sudo", SUDO, 0, Assignments).dir("D chdir").asks("l list v validate k K e edit"),
    row("doas", "u C", 0, Assignments).asks("C"),
    row("pkexec|fakeroot|dumb-init|tini|rlwrap|dbus-run-session|catchsegv|eatmydata|setpriv|torsocks|proxychains|proxychains4", "u user s i b", 0, Words),
    row("su", "c command session-command s shell g group G w", usize::MAX, Words).text("c command session-command"),
    row("runuser", "c command session-command s shell g group G u user", 0, Words).text("c command session-command"),
    row("gosu|su-exec|setarch|envdir|faketime|taskset|setuidgid|s6-setuidgid|setlock|lckdo|envchain|n exec|gopass env|dotenvy|kcov|repeat", "", 1, Words),
    row("logsave", "", 1, Words),
    row("multitime", "n r I i o q", 0, Words),
    row("lockf", "t", 1, Words),
    row("arch", "e d arch", 0, Words),
    row("sandbox-exec", "f p n D", 0, Words),
    row("cpulimit|trickle|tsocks|torify|prlimit|softlimit", "l p e d u w t L m limit pid exe", 0, Words),
    row("chpst|cgexec|systemd-run|numactl", "u g p C N m", 0, Words),
    row("chrt", "T P D p", 1, Words),
    row("ionice", "c n p u P class classdata", 0, Words),
    row("nice|gnice", "n adjustment", 0, Words),
    row("stdbuf|gstdbuf", "i o e input output error", 0, Words),
    row("time|gtime", "f o format output", 0, Words).writes("o output"),
    row("timeout|gtimeout", "k s kill-after signal", 1, Words),
    row("strace|ltrace|dtruss|truss|ktrace", "e o p u n s a b I O S E P X output", 0, Words).writes("o output"),
    row("perf stat|perf record|valgrind|rr record|heaptrack|uftrace record|samply record|flamegraph|cargo flamegraph|py-spy record|bear|scan-build|poop", "o e F output", 0, Words).writes("o output"),
    row("hyperfine", "w m M r s p c n export-json export-markdown export-csv warmup runs setup prepare cleanup", 0, Texts).text("p prepare").writes("export-json export-markdown export-csv"),
    row("flock", "w E c timeout conflict-exit-code command", 1, Words).text("c command"),
    row("watch|gwatch|viddy|hwatch", "n interval", 0, Shell),
    row("tmux new-session|tmux new|tmux new-window|tmux neww|tmux split-window|tmux splitw|tmux run-shell|tmux run|tmux respawn-pane|tmux popup|tmux display-popup", "s n t c x y F e f l p L S", 0, Shell).dir("c"),
    row("tmux send-keys|tmux send", "t N c L S", 0, Texts),
    row("screen", "S c e h p s t T L", 0, Words),
    row("dtach", "A n c N e r", 0, Words),
    row("abduco", "n c A a e", 0, Words),
    row("asciinema rec", "c t e i command title", usize::MAX, Words).text("c command"),
    row("ttyrec", "e", usize::MAX, Words).text("e"),
    row("bpftrace", "c e p o", usize::MAX, Words).text("c"),
    row("sg", "c", usize::MAX, Words).text("c"),
    row("pee|mispipe|start-server-and-test|start-test", "", 0, Texts),
    row("cmd|cmd.exe", "", 1, Shell),
    row("wsl|wsl.exe", "d u cd distribution user", 0, Words),
    row("gum spin", "s title spinner align timeout", 0, Words),
    row("wait-for-it|wait-for-it.sh|wait-for|onchange|reflex|wgo|zellij run|distrobox enter|distrobox-enter|devenv shell|flox activate|vault-env", "t r R g G s n e name c d timeout", 0, Dashed),
    row("toolbox run", "c r d container", 0, Words),
    row("script", "c E I O B T m o command echo log-in log-out log-io log-timing", usize::MAX, Words).text("c command"),
    row("entr", "", 0, Words),
    row("xvfb-run", "n s e", 0, Words),
    row("firejail|bwrap|unshare|nsenter|linux32|linux64|retry", "", 0, Words),
    // Package managers.
    row("npx|pnpx|bunx", NPM, 0, Package).text("c call"),
    row("npm exec|npm x", NPM, 0, Package).text("c call").dir("prefix"),
    row("pnpm exec|pnpm dlx|pnpm x", "C c w F dir filter package shell-mode", 0, Package).dir("C dir"),
    row("yarn exec|yarn dlx|yarn run|pnpm run|bun run", "p package cwd", 0, Package).dir("cwd"),
    row("bun x|bun exec", "p package cwd", 0, Package).dir("cwd"),
    row("deno run|deno x|dx", "c r config reload lock import-map", 0, Package),
    row("npx-cli|vlx|vlt exec|nx exec|lerna exec|nlx|npm-exec", "p scope ignore concurrency package", 0, Package),
    row("yarn workspace", "", 1, Words),
    row("yarn workspaces foreach", "j include exclude from jobs", 0, Words),
    row("yarn|pnpm|bun", "C F w cwd dir filter", 0, Bin).dir("C cwd dir"),
    row("corepack", "", 0, Words),
    row("uv run", UV, 0, Words).dir("directory"),
    row("uvx|uv tool run", UV, 0, Package).dir("directory"),
    row("pipx run", "spec python index-url pip-args path", 0, Package),
    row("poetry run", "C P directory project", 0, Words).dir("C directory"),
    row("pipenv run|rye run|pixi run|asdf exec|rbenv exec|pyenv exec|nodenv exec|jenv exec|goenv exec|plenv exec|tfenv exec|fnm exec|devbox run|doppler run|infisical run|op run|teller run|chamber exec|bws run|phase run|summon|saml2aws exec|berglas exec|tox exec|foreman run|heroku local:run|pixi exec", "p e c f D a using project env config manifest-path env-file command profile app", 0, Words).text("command"),
    row("hatch run", "e p env project", 0, Words),
    row("pdm run", "p project s site-packages", 0, Words).dir("p project"),
    row("conda run|mamba run|micromamba run", CONDA, 0, Words).dir("cwd"),
    row("bundle exec", "gemfile", 0, Words),
    row("mise exec|mise x|rtx exec|rtx x", "c C j command cd jobs", 0, Dashed).text("c command").dir("C cd"),
    row("direnv exec|nvm exec|aws-vault exec|aws-okta exec|rustup run", "", 1, Words),
    row("volta run", "node npm yarn pnpm", 0, Words),
    row("sops exec-env", "", 1, Texts),
    row("dotenv|godotenv|dotenvx run|dotenv run|dotenv-cli|env-cmd", "e f c v p env-file file", 0, Words),
    row("cross-env|cross-env-shell", "", 0, Assignments),
    row("nix-shell", "p A E I run command packages attr argstr arg", usize::MAX, Words).text("run command"),
    row("nix develop|nix shell|guix shell", "c f I command file", usize::MAX, Words),
    row("nodemon|chokidar|watchexec|cargo watch", "x c w e i exec command watch ext ignore shell s", 0, Words).text("x c exec command s shell"),
    row("concurrently|npm-run-all|run-p|run-s", "n c k names prefix-colors", 0, Texts),
];
