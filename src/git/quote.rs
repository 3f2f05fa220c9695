//! Paths as git prints them: in double quotes, with escapes, when they have anything but plain characters.

use bstr::{BStr, BString};

use super::repo::Repo;

/// How git quotes paths in line-based output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Escape bytes above 127 as well: git's default.
    All,
    /// Do not escape them: `core.quotePath=false`.
    Controls,
}

impl Quoting {
    /// The setting of `repo`.
    pub fn of(repo: &Repo) -> Self {
        if repo.config().is_off("core.quotePath") { Quoting::Controls } else { Quoting::All }
    }

    /// `path` in quotes if it needs them (`quote_c_style` of git's quote.c).
    pub fn quote(self, path: &BStr) -> BString {
        let needs = |byte: &u8| match byte {
            b'"' | b'\\' | 0x7f | 0..=0x1f => true,
            0x80.. => self == Quoting::All,
            _ => false,
        };
        if !path.iter().any(needs) {
            return path.to_owned();
        }
        let mut quoted = b"\"".to_vec();
        for byte in path.iter() {
            let letter = match byte {
                0x07 => b'a',
                0x08 => b'b',
                b'\t' => b't',
                b'\n' => b'n',
                0x0b => b'v',
                0x0c => b'f',
                b'\r' => b'r',
                b'"' | b'\\' => *byte,
                byte if needs(byte) => {
                    quoted.extend_from_slice(format!("\\{byte:03o}").as_bytes());
                    continue;
                }
                _ => {
                    quoted.push(*byte);
                    continue;
                }
            };
            quoted.extend_from_slice(&[b'\\', letter]);
        }
        quoted.push(b'"');
        quoted.into()
    }
}
