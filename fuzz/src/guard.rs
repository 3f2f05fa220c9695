//! Shell lines: whatever follows, what destroys is seen; and what is only said is no risk.

use bstr::{BStr, BString, ByteSlice as _};
use git_agent::shell::{Dir, Level, World, judge, judge_words};

struct Fixed;

impl World for Fixed {
    fn alias(&self, _: &Dir, name: &BStr) -> Option<BString> {
        let known: [(&str, &str); 4] = [
            ("co", "checkout"),
            ("nuke", "!git clean -fdx && git reset --hard"),
            ("again", "again"),
            ("l", "log --oneline"),
        ];
        known.iter().find(|(alias, _)| *name == *alias).map(|(_, means)| BString::from(*means))
    }

    fn is_dir(&self, path: &BStr) -> bool {
        path.len().is_multiple_of(3)
    }

    fn variable(&self, name: &BStr) -> Option<BString> {
        (name == "HOME").then(|| "/home/ann".into())
    }
}

/// A line.
pub fn guard(data: &[u8]) {
    let risks = judge(data, &Fixed);
    assert!(risks.len() <= 101, "{} risks", risks.len());
    assert!(risks.iter().all(|risk| !risk.losses.is_empty() && !risk.why.is_empty()));
    let destroys = |line: &[u8]| judge(line, &Fixed).iter().any(|risk| risk.level == Level::Destroys);
    assert!(destroys(&[b"git reset --hard\n", data].concat()), "what comes behind it hides it");
    if !data.contains(&0) {
        let said = [b"echo '", data.replace("'", "'\\''").as_slice(), b"' && printf %s \"done\""].concat();
        assert_eq!(judge(&said, &Fixed), [], "what is said is no risk");
        let words: Vec<BString> = ["echo".into(), BString::from(data)].into();
        assert_eq!(judge_words(&words, &Fixed), []);
        let words: Vec<BString> = data.split(|byte| *byte == b' ').map(BString::from).collect();
        judge_words(&words, &Fixed);
    }
}
