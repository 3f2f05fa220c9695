//! What people, agents and git leave in a work tree and in its index.

use std::{
    fs::{self, Permissions},
    os::unix::{ffi::OsStrExt as _, fs::PermissionsExt as _},
};

use bstr::ByteSlice as _;

use super::make::{NAMES, World};

/// Names of files that nobody committed.
const NEW: [&[u8]; 14] = [
    b"new.txt",
    b"new/one.txt",
    b"new/two/three.txt",
    b"dir/new.txt",
    b"dir/sub/fresh/x",
    b"odd/\xf0\x28.new",
    b"odd/tab\there",
    b"-n",
    b"debug.log",
    b"dir/debug.log",
    b"build/out.o",
    b"build/deep/out.o",
    b"a.txt.orig",
    b"outside/new.txt",
];

impl World {
    /// Do `count` things to the work tree and the index.
    pub fn mess(&mut self, count: usize) {
        for _ in 0..count {
            self.mess_once();
        }
    }

    /// A file of the past, or one that is new.
    pub fn name(&mut self) -> Vec<u8> {
        match self.random.below(3) {
            0 => NEW[self.random.below(NEW.len())].to_vec(),
            _ => NAMES[self.random.below(NAMES.len())].to_vec(),
        }
    }

    /// Some bytes, with all sorts of line ends.
    pub fn content(&mut self) -> Vec<u8> {
        let lines = self.random.below(5);
        let mut content = Vec::new();
        let style = self.random.below(5);
        for _ in 0..lines {
            content.extend_from_slice(format!("line {}", self.random.below(1000)).as_bytes());
            let end = if style == 4 { self.random.below(2) } else { style };
            content.extend_from_slice(if end == 0 { b"\r\n" } else { b"\n" });
        }
        match self.random.below(12) {
            0 => content.extend_from_slice(b"no end"),
            1 => content.extend_from_slice(b"\0binary\xff"),
            2 => content.extend_from_slice(&vec![b'x'; 3000]),
            _ => {}
        }
        content
    }

    fn mess_once(&mut self) {
        let name = self.name();
        let shown = name.as_bstr().to_string();
        let text = name.to_str().ok().map(ToOwned::to_owned);
        let what = self.random.below(30);
        self.tell(format!("mess {what} {shown:?}"));
        match what {
            0..=4 => {
                let content = self.content();
                self.put(&name, &content);
            }
            5 | 6 => self.remove_at(&name),
            7 => self.change_mode(&name),
            8 => self.link(&name),
            9 => self.directory_for_file(&name),
            10 => self.file_for_directory(&name),
            11 => self.link_for_directory(&name),
            12 => self.empty_directory(&name),
            13 => {
                // Only in the index: staged, then changed again or removed.
                let content = self.content();
                self.put(&name, &content);
                self.add(&name, &[]);
                match self.random.below(3) {
                    0 => self.remove_at(&name),
                    1 => {
                        let content = self.content();
                        self.put(&name, &content);
                    }
                    _ => {}
                }
            }
            14 => self.add(&name, &[]),
            15 => self.add(&name, &["-N"]),
            16 => self.stage_with(&["rm", "-q", "--cached", "-r", "--sparse", "--ignore-unmatch"], &name),
            17 => self.flag(text, "--assume-unchanged"),
            18 => self.flag(text, "--skip-worktree"),
            19 => self.flag(text, "--no-assume-unchanged"),
            20 => {
                // Tracked, but not in the index any more, and ignored.
                self.stage_with(&["rm", "-q", "--cached", "-r", "--sparse", "--ignore-unmatch"], &name);
                let mut rules = fs::read(self.place(b".gitignore")).unwrap_or_default();
                rules.extend_from_slice(b"\n/a.txt\n/dir/sub/\n*.eol\n");
                self.put(b".gitignore", &rules);
            }
            21 => {
                let rules: &[u8] = [&b"*.txt\n"[..], b"", b"new/\n*.log\n"][self.random.below(3)];
                self.put(b".gitignore", rules);
            }
            22 => self.conflict(),
            23 => self.nested(),
            24 => self.module(),
            25 => {
                let rules: &[u8] = [&b"* text=auto\n"[..], b"*.eol -text\n"][self.random.below(2)];
                self.put(b".gitattributes", rules);
            }
            26 => self.try_git(&["add", "-A"]),
            27 => {
                let content = vec![b'L'; 2500];
                self.put(b"large.new", &content);
            }
            28 if self.random.one_in(3) => self.try_git(&["commit", "-q", "-m", "more\n\nTask-Id: t-1"]),
            28 => self.stage_with(&["update-index", "--chmod=+x", "--"], &name),
            _ => self.try_git(&["mv", "-k", "a.txt", "moved.txt"]),
        }
    }

    /// Write a file, whatever has to make room for it; nothing is written through a link.
    pub fn put(&mut self, name: &[u8], content: &[u8]) {
        self.make_room(name);
        // Others keep their permissions, as an editor has it.
        let place = self.place(name);
        if place.symlink_metadata().is_ok_and(|meta| !meta.is_file()) {
            self.remove_at(name);
        }
        fs::write(&place, content).unwrap_or_else(|error| panic!("cannot write {place:?}: {error}"));
    }

    /// [`Self::put`], for the first time.
    pub fn write_at(&mut self, name: &[u8], content: &[u8]) {
        self.put(name, content);
    }

    /// Directories where `name` needs them.
    fn make_room(&self, name: &[u8]) {
        for at in name.find_iter("/") {
            let parent = self.place(&name[..at]);
            if parent.symlink_metadata().is_ok_and(|meta| !meta.is_dir()) {
                fs::remove_file(&parent).expect("a file that can be removed");
            }
            fs::create_dir_all(&parent).expect("a directory");
        }
    }

    /// Remove whatever is there; nothing is reached through a link.
    pub fn remove_at(&mut self, name: &[u8]) {
        let is_dir = |place: &std::path::Path| place.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        if !name.find_iter("/").all(|at| is_dir(&self.place(&name[..at]))) {
            return;
        }
        let place = self.place(name);
        match is_dir(&place) {
            true => fs::remove_dir_all(place).expect("a directory that can be removed"),
            false => fs::remove_file(place).unwrap_or_default(),
        }
    }

    pub fn chmod(&mut self, name: &[u8], mode: u32) {
        let place = self.place(name);
        if place.symlink_metadata().is_ok_and(|meta| !meta.is_symlink()) {
            fs::set_permissions(place, Permissions::from_mode(mode)).expect("permissions");
        }
    }

    fn change_mode(&mut self, name: &[u8]) {
        let modes = [0o600, 0o755, 0o640, 0o700, 0o444, 0o664];
        let mode = modes[self.random.below(modes.len())];
        let parent = name.rfind_byte(b'/').map_or(name, |at| &name[..at]);
        if self.random.one_in(4) && self.place(parent).is_dir() {
            return self.chmod(parent, [0o700, 0o750, 0o755][mode as usize % 3]);
        }
        self.chmod(name, mode);
    }

    fn link(&mut self, name: &[u8]) {
        let targets: [&[u8]; 5] = [b"a.txt", b"dir", b"nowhere", b"../outside-of-it", b"\xff/odd\n"];
        let target = targets[self.random.below(targets.len())];
        self.make_room(name);
        self.remove_at(name);
        std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(target), self.place(name)).expect("a link");
    }

    fn directory_for_file(&mut self, name: &[u8]) {
        self.make_room(name);
        self.remove_at(name);
        let content = self.content();
        self.put(&[name, b"/inner/file"].concat(), &content);
        if self.random.one_in(2) {
            fs::create_dir(self.place(&[name, b"/empty"].concat())).expect("a directory");
        }
        if self.random.one_in(3) {
            self.put(&[name, b"/was.log"].concat(), b"ignored\n");
        }
    }

    fn file_for_directory(&mut self, name: &[u8]) {
        let directory = name.find_byte(b'/').map_or(name, |at| &name[..at]);
        self.remove_at(directory);
        let content = self.content();
        self.put(directory, &content);
    }

    fn link_for_directory(&mut self, name: &[u8]) {
        let directory = name.rfind_byte(b'/').map_or(name, |at| &name[..at]).to_vec();
        let elsewhere = self.here.tmp().join("elsewhere");
        fs::create_dir_all(elsewhere.join("sub")).expect("a directory");
        for file in ["b.txt", "c.txt", "sub/c.txt", "one.txt"] {
            fs::write(elsewhere.join(file), "not of this repository\n").expect("a file");
        }
        self.make_room(&directory);
        self.remove_at(&directory);
        std::os::unix::fs::symlink(elsewhere, self.place(&directory)).expect("a link");
    }

    fn empty_directory(&mut self, name: &[u8]) {
        if self.place(name).symlink_metadata().is_err() {
            self.make_room(name);
            fs::create_dir(self.place(name)).expect("a directory");
        }
    }

    fn add(&mut self, name: &[u8], options: &[&str]) {
        let words: Vec<&str> = ["add", "-f", "--sparse"].into_iter().chain(options.iter().copied()).collect();
        self.stage_with(&words, name);
    }

    /// Let git do something to one path of the index; it may not like to.
    fn stage_with(&self, words: &[&str], name: &[u8]) {
        let run = self.here.run("git").args(["--literal-pathspecs"]).args(words);
        let run = if words.contains(&"--") { run } else { run.args(["--"]) };
        let output = run.args([std::ffi::OsStr::from_bytes(name)]).run();
        self.tell(format!("git {} {:?} -> {:?}", words.join(" "), name.as_bstr(), output.code));
    }

    fn flag(&mut self, name: Option<String>, flag: &str) {
        let Some(name) = name else { return };
        self.try_git(&["update-index", flag, "--", &name]);
        if self.random.one_in(2) {
            let content = self.content();
            self.put(name.as_bytes(), &content);
        }
    }

    /// A merge, a cherry-pick or a revert that cannot be finished without help.
    fn conflict(&mut self) {
        let verbs: [&[&str]; 4] = [
            &["merge", "-q", "side"],
            &["cherry-pick", "side"],
            &["merge", "-q", "--squash", "side"],
            &["revert", "--no-edit", "HEAD~1"],
        ];
        let verb = verbs[self.random.below(verbs.len())];
        self.try_git(verb);
    }

    /// A repository inside of this one, which is nobody's business.
    fn nested(&mut self) {
        if self.place(b"nested").symlink_metadata().is_ok() {
            return;
        }
        self.git(&["init", "-q", "nested"]);
        self.put(b"nested/precious", b"of another repository\n");
        if self.random.one_in(2) {
            self.here.at("nested").commit_file("committed", "1\n", "nested");
        }
    }

    /// Something in the submodule, if there is one.
    fn module(&mut self) {
        if !self.place(b"module/.git").exists() {
            return;
        }
        match self.random.below(3) {
            0 => self.put(b"module/inside", b"changed\n"),
            1 => self.put(b"module/new", b"new\n"),
            _ => drop(self.here.at("module").git(&["commit", "-q", "--allow-empty", "-a", "-m", "more"]).success()),
        }
    }
}
