//! Objects are read as git wrote them, however it compressed them.

use std::path::Path;

use git_agent::git::{ObjectId, Repo};

use crate::support::{Output, TestRepo, ledger::Random, on_every_git};

/// Read all objects that git lists in the repository at `path`, and hash what was read; answers how many there are.
fn read_all(path: &Path, listed: &Output) -> usize {
    let opened = Repo::discover(path).unwrap();
    for line in listed.stdout.lines() {
        let mut fields = line.split(' ');
        let id: ObjectId = fields.next().unwrap().parse().unwrap();
        let (kind, size) = opened.header(id).unwrap();
        assert_eq!(fields.next_back(), Some(size.to_string().as_str()), "{line}");
        let bytes = opened.read(id).unwrap();
        assert_eq!(gix::objs::compute_hash(id.kind(), kind, &bytes).unwrap(), id, "{line}");
    }
    listed.stdout.lines().count()
}

#[test]
fn every_level_of_compression_is_read() {
    on_every_git(|git| {
        let repo = TestRepo::with_git(git);
        let mut random = Random::new(7);
        for level in ["0", "1", "6", "9"] {
            repo.git(&["config", "core.compression", level]).success();
            for size in [0, 1, 20, 300, 5_000, 70_000, 300_000] {
                // Few values repeat far apart, many hardly at all.
                for values in [1, 3, 60, 256] {
                    let bytes: Vec<u8> = (0..size).map(|_| random.below(values) as u8).collect();
                    repo.write(&format!("{level}/{size}/{values}"), &bytes);
                    repo.write(
                        &format!("{level}/{size}/{values} again"),
                        [&bytes[..size / 3], b"new", &bytes[size / 2..]].concat(),
                    );
                }
            }
            repo.git(&["add", "-A"]).success();
            repo.git(&["commit", "-q", "-m", level]).success();
        }
        let list = || repo.git(&["cat-file", "--batch-all-objects", "--batch-check"]).success();
        let loose = read_all(repo.path(), &list());
        assert!(loose > 100, "{loose}");
        for level in ["0", "1", "9"] {
            repo.git(&["-c", &format!("pack.compression={level}"), "repack", "-q", "-a", "-d", "-F"]).success();
            assert_eq!(read_all(repo.path(), &list()), loose);
        }
    });
}
