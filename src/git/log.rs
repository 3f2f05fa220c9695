//! `git log` as a stream of commits: git decides which, in which order, and draws the graph; we read.
//!
//! Without a graph a commit is a fixed number of fields, each ended by NUL, which no commit can contain. With a graph git
//! puts its prefix before every line of what it prints, so a commit is a line of harmless fields behind the byte 1, and
//! [`PADDING`] lines that show how the graph continues below it; the message is read from the commit itself.

use std::ffi::OsString;

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{Repo, cmd::Git, stream::Stream};
use crate::{
    domain::message,
    error::{Error, Result, codes},
};

/// The arguments of a `git log` in the current directory.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Options and revisions, in the order of the command line. None of them may change what is printed.
    pub words: Vec<OsString>,
    /// Show exactly these commits, in this order, instead of walking.
    pub only: Option<Vec<ObjectId>>,
    /// Paths after `--`; empty: no limit.
    pub paths: Vec<OsString>,
    pub graph: Option<Graph>,
    /// Show the names of refs.
    pub decorate: bool,
}

/// How to draw the commit graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Graph {
    /// With git's colors.
    Painted,
    /// Without colors.
    Plain,
}

/// A commit as shown by `git log`.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The full commit id, in hex.
    pub commit: String,
    /// Its abbreviation, as long as git abbreviates it here.
    pub short: String,
    /// The full id of its tree, in hex.
    pub tree: String,
    /// The committer's date, in seconds since the epoch.
    pub at: i64,
    /// The author's date, in seconds since the epoch.
    pub authored_at: i64,
    /// The committer date, formatted with `--date`.
    pub date: BString,
    /// `Name <email>` after applying the mailmap.
    pub author: BString,
    /// ` (HEAD -> main, tag: v1)`, or nothing.
    pub decoration: BString,
    /// The complete commit message.
    pub message: BString,
    /// Lines of the graph above the commit.
    pub above: Vec<BString>,
    /// The graph to the left of the commit's own lines; empty without a graph.
    pub graph: Vec<BString>,
}

impl Record {
    /// The first paragraph of the message on one line, as git's `%s`.
    pub fn subject(&self) -> BString {
        message::subject(&self.message)
    }
}

/// How many lines of graph are asked for below each commit: enough for the lanes to settle after a merge.
pub const PADDING: usize = 4;

/// Fields that cannot contain the byte 1 come first; in a graph the line is split at the first ones only.
const FIELDS: [&str; 8] = ["%H", "%T", "%ct", "%at", "%h", "%D", "%cd", "%aN <%aE>"];

/// Stands before each field in a graph.
const MARK: u8 = 1;

/// A running `git log`, read commit by commit.
pub struct Log<'r> {
    repo: &'r Repo,
    stream: Option<Stream>,
    graph: bool,
}

impl<'r> Log<'r> {
    pub fn start(repo: &'r Repo, query: &Query) -> Result<Self> {
        let fields: Vec<&str> =
            FIELDS.iter().map(|field| if *field == "%D" && !query.decorate { "" } else { *field }).collect();
        // What the configuration adds to the log of people would be in our way.
        let mut git = Git::here().for_the_user().with_pathspecs().args([
            "-c",
            "log.showSignature=false",
            "log",
            "--encoding=UTF-8",
            "--no-notes",
        ]);
        git = match query.graph {
            None => git.args(["-z", "--no-color"]).arg(format!("--format=tformat:{}%x00%B", fields.join("%x00"))),
            Some(graph) => git
                .args(["--graph", if graph == Graph::Painted { "--color=always" } else { "--no-color" }])
                .arg(format!("--format=tformat:%x01{}{}", fields.join("%x01"), "%n%x01".repeat(PADDING))),
        };
        git = git.args(&query.words).arg("--no-patch");
        if let Some(only) = &query.only {
            git = git.args(["--no-walk=unsorted", "--stdin"]).stdin_lines(only);
        }
        if !query.paths.is_empty() {
            git = git.arg("--").args(&query.paths);
        }
        Ok(Log { repo, stream: Some(git.stream()?), graph: query.graph.is_some() })
    }

    /// The next commit.
    ///
    /// # Errors
    ///
    /// `bad-revision` with git's own words when git refuses.
    pub fn next_commit(&mut self) -> Result<Option<Record>> {
        let record = if self.graph { self.next_in_graph() } else { self.next_plain() }?;
        if record.is_none()
            && let Some(stream) = self.stream.take()
        {
            let output = stream.finish()?;
            if !output.status.success() {
                return Err(Error::new(codes::BAD_REVISION, format!("'git log' failed: {}", output.said()))
                    .hint("revisions, options and paths are as in 'git log'; paths follow '--'"));
            }
        }
        Ok(record)
    }

    fn piece(&mut self, end: u8) -> Result<Option<Vec<u8>>> {
        self.stream.as_mut().map_or(Ok(None), |stream| stream.next(end))
    }

    fn next_plain(&mut self) -> Result<Option<Record>> {
        let mut fields = Vec::with_capacity(FIELDS.len() + 1);
        while fields.len() <= FIELDS.len() {
            match self.piece(0)? {
                Some(piece) => fields.push(piece),
                None if fields.is_empty() => return Ok(None),
                // Cut off: git will say why.
                None => return Ok(None),
            }
        }
        let message = fields.pop().unwrap_or_default();
        let mut record = self.record(&fields)?;
        record.message = message.into();
        Ok(Some(record))
    }

    fn next_in_graph(&mut self) -> Result<Option<Record>> {
        let Some((above, line)) = self.up_to_commit()? else { return Ok(None) };
        let mut parts = line.splitn(FIELDS.len() + 1, |&b| b == MARK);
        let graph = parts.next().unwrap_or_default();
        let fields: Vec<Vec<u8>> = parts.map(<[u8]>::to_vec).collect();
        let mut record = self.record(&fields)?;
        record.above = above;
        record.graph.push(graph.into());
        for _ in 0..PADDING {
            if let Some(line) = self.piece(b'\n')? {
                record.graph.push(line.trim_end_with(|c| c == '\u{1}').into());
            }
        }
        let id = ObjectId::from_hex(record.commit.as_bytes()).map_err(|_| unexpected())?;
        let commit = self.repo.read(id)?;
        record.message = message::of_commit(&commit).into();
        Ok(Some(record))
    }

    /// The next commit's line, and the lines of graph above it.
    fn up_to_commit(&mut self) -> Result<Option<(Vec<BString>, Vec<u8>)>> {
        let mut above = Vec::new();
        while let Some(line) = self.piece(b'\n')? {
            match line.find_byte(MARK) {
                Some(_) => return Ok(Some((above, line))),
                None => above.push(line.into()),
            }
        }
        Ok(None)
    }

    fn record(&self, fields: &[Vec<u8>]) -> Result<Record> {
        let [commit, tree, at, authored_at, short, decoration, date, author] = fields else { return Err(unexpected()) };
        let text = |field: &Vec<u8>| String::from_utf8(field.clone()).map_err(|_| unexpected());
        let seconds = |field: &Vec<u8>| text(field)?.parse().map_err(|_| unexpected());
        Ok(Record {
            commit: text(commit)?,
            short: text(short)?,
            tree: text(tree)?,
            at: seconds(at)?,
            authored_at: seconds(authored_at)?,
            date: date.as_bstr().to_owned(),
            author: author.as_bstr().to_owned(),
            decoration: decoration.as_bstr().to_owned(),
            ..Record::default()
        })
    }
}

fn unexpected() -> Error {
    Error::bug("unexpected output from 'git log'")
}
