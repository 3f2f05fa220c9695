//! The messages of our commits: a first line for people who run `git log`, and fields, `Name: value` one a line.

use bstr::{BString, ByteSlice as _};

/// A message that is being written.
pub struct Writer(BString);

impl Writer {
    /// One that begins with `title`.
    pub fn new(title: String) -> Self {
        Writer(format!("{title}\n\n").into())
    }

    /// Add a field. A control character in its value becomes a space: no further line can be smuggled in.
    pub fn field(&mut self, name: &str, value: impl AsRef<[u8]>) {
        self.0.extend_from_slice(format!("{name}: ").as_bytes());
        self.0.extend(value.as_ref().iter().map(|byte| if byte.is_ascii_control() { b' ' } else { *byte }));
        self.0.push(b'\n');
    }

    /// The message.
    pub fn finish(self) -> BString {
        self.0
    }
}

/// The fields of a message.
pub struct Fields<'m>(Vec<(&'m str, &'m [u8])>);

impl<'m> Fields<'m> {
    /// Those in `body`, which is what follows the first line.
    pub fn of(body: &'m [u8]) -> Self {
        let field = |line: &'m [u8]| {
            let (name, value) = line.split_once_str(": ")?;
            Some((name.to_str().ok()?, value))
        };
        Fields(body.lines().filter_map(field).collect())
    }

    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = (&'m str, &'m [u8])> {
        self.0.iter().copied()
    }

    /// The values of those called `name`.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &'m [u8]> {
        self.all().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The value of the first one called `name`, as text.
    pub fn text(&self, name: &str) -> Option<&'m str> {
        self.values(name).next()?.to_str().ok()
    }
}
