//! An open repository, after the checks that git makes and gix does not.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use bstr::BStr;
use gix::{ObjectId, prelude::ObjectIdExt as _};

use super::{
    cmd::{self, Git},
    discover::{self, DiscoverError},
    head::Head,
    objects::{DeltaBases, RetryPolicy},
    processes::NoPrune,
    refs::Refs,
    rev_parse,
    seal::{self, Secret},
};
use crate::{
    domain::{session::SessionId, table::Table},
    error::{Context as _, Error, Result, codes},
    git::{agent_host, config_parameters},
};

/// Repository extensions that this version understands, as `extensions.<name>` in lower case.
const KNOWN_EXTENSIONS: [&str; 9] = [
    "noop",
    "preciousobjects",
    "partialclone",
    "worktreeconfig",
    "objectformat",
    "compatobjectformat",
    "refstorage",
    "relativeworktrees",
    "submodulepathconfig",
];

/// Room for the packs that come while we run: writers make one each while a gc is running.
pub(super) const PACK_SLOTS: gix::odb::store::init::Slots =
    gix::odb::store::init::Slots::AsNeededByDiskState { multiplier: 2.0, minimum: 128 };

/// How many bytes of objects that were read last are kept. The top of the ledger's tree is read for every note, and the top of a commit's
/// tree for every path.
const RECENT_OBJECTS: usize = 1 << 20;

/// A repository, seen from one of its worktrees.
pub struct Repo {
    gix: gix::Repository,
    refs: Refs,
    /// Looks for objects where they are themselves, whatever replaces them.
    places: OnceCell<gix::OdbHandle>,
    retry_policy: RetryPolicy,
    report: Cell<Option<Report>>,
    secret: OnceCell<Secret>,
    adopted: OnceCell<HashSet<ObjectId>>,
    session: OnceCell<Option<SessionId>>,
    exact: OnceCell<gix::Repository>,
    let_in: RefCell<HashMap<PathBuf, u32>>,
    no_prune: RefCell<Option<NoPrune>>,
    tasks: RefCell<Option<(ObjectId, Table)>>,
}

/// Shows how far something is that takes long, in place of what was shown before; `None`: it is done.
pub type Report = fn(Option<&str>);

impl Repo {
    /// Open the repository that `dir` is in, as git would find it (`GIT_DIR` and its kin included).
    ///
    /// Refuses what git refuses: a repository of another user that is not a `safe.directory`, extensions that are not known.
    ///
    /// # Errors
    ///
    /// [`DiscoverError::None`], [`DiscoverError::Broken`]; `unreadable-repository`, or what git says where it refuses the owner.
    pub fn discover(dir: &Path) -> Result<Self, DiscoverError> {
        let named = std::env::var_os("GIT_DIR");
        let place = discover::find(dir, named.as_deref().map(Path::new))?;
        if place.needs_consent {
            // The oracle in matters of trust is git: it explains itself and says how to make an exception.
            Git::new(dir).args(["rev-parse", "--git-dir"]).run()?;
        }
        let options =
            gix::open::Options::default().object_store_slots(PACK_SLOTS).cli_overrides(config_parameters::ours());
        let mut gix = gix::open_opts(&place.git_dir, options.open_path_as_is(true).with(gix::sec::Trust::Full))
            .map_err(|error| {
                let message = format!("cannot open the repository '{}'", place.git_dir.display());
                Error::new(codes::UNREADABLE_REPOSITORY, message)
                    .because(error)
                    .hint("'git fsck' and 'git config --list --show-origin' show what is wrong")
            })?;
        // git applies `GIT_NAMESPACE` to what it sends and receives only; gix would look for every ref there.
        gix.clear_namespace();
        // A work tree that is named counts more than where the repository was found.
        if gix.config_snapshot().string("core.worktree").is_none()
            && gix.config_snapshot().boolean("core.bare") != Some(true)
        {
            gix.set_workdir(place.work_tree).or_environment(|| "cannot use the work tree".to_owned())?;
        }
        let refs = Self::check_extensions(&gix)?;
        for_many_reads(&mut gix);
        gix.object_cache_size(RECENT_OBJECTS);
        let mut repo = Repo::new(gix, refs);
        repo.follow_replacements()?;
        Ok(repo)
    }

    fn new(gix: gix::Repository, refs: Refs) -> Self {
        Repo {
            gix,
            refs,
            places: OnceCell::new(),
            retry_policy: RetryPolicy::default(),
            report: Cell::default(),
            secret: OnceCell::new(),
            adopted: OnceCell::new(),
            session: OnceCell::new(),
            exact: OnceCell::new(),
            let_in: RefCell::default(),
            no_prune: RefCell::default(),
            tasks: RefCell::default(),
        }
    }

    /// The same repository with what `gix` reads.
    pub(super) fn with(&self, mut gix: gix::Repository) -> Repo {
        for_many_reads(&mut gix);
        Repo::new(gix, self.refs)
    }

    /// Work for `session` instead of the one that variables describe. Without effect once [`Repo::session`] was asked.
    pub fn act_for(&self, session: SessionId) {
        self.session.set(Some(session)).ok();
    }

    /// The session that this process works for, as far as it was told: see [`agent_host::session`].
    pub fn session(&self) -> Option<&SessionId> {
        self.session.get_or_init(agent_host::session).as_ref()
    }

    /// Read objects from `objects` from now on.
    pub(super) fn read_from(&mut self, objects: gix::odb::Handle) {
        let handle = objects.into_inner();
        **self.gix.objects = handle;
        for_many_reads(&mut self.gix);
    }

    /// Refuse unknown extensions, find out where refs are kept.
    fn check_extensions(gix: &gix::Repository) -> Result<Refs> {
        let config = gix.config_snapshot();
        let mut refs = Refs::Files;
        let names = config.plumbing().sections_by_name("extensions").into_iter().flatten();
        let names = names.flat_map(|section| section.value_names().map(|name| name.to_lowercase()).collect::<Vec<_>>());
        for name in names {
            if !KNOWN_EXTENSIONS.contains(&name.as_str()) {
                return Err(Error::new(
                    codes::UNKNOWN_EXTENSION,
                    format!("this version does not support the repository extension '{name}'"),
                )
                .hint("a newer git-agent may support it"));
            }
        }
        if let Some(storage) = config.string("extensions.refStorage") {
            match storage.split(|b| *b == b':').next() {
                Some(b"files") | None => {}
                _ => refs = Refs::Binary,
            }
        }
        Ok(refs)
    }

    /// A handle that can be sent to another thread and turned into a [`Repo`] there.
    pub fn for_another_thread(&self) -> Sendable {
        Sendable { gix: self.gix.clone().into_sync(), refs: self.refs }
    }

    /// The repository as gix knows it, for reading objects and configuration.
    pub(super) fn gix(&self) -> &gix::Repository {
        &self.gix
    }

    /// How long the ids of its objects are, in hex digits.
    pub fn hex_len(&self) -> usize {
        self.gix.object_hash().len_in_hex()
    }

    /// The id of the empty tree.
    pub fn empty_tree(&self) -> ObjectId {
        ObjectId::empty_tree(self.gix.object_hash())
    }

    /// The null object id.
    pub fn null_id(&self) -> ObjectId {
        ObjectId::null(self.gix.object_hash())
    }

    /// What directories leave of the permissions of the files in them, as far as it is known.
    pub(super) fn let_in_by(&self) -> &RefCell<HashMap<PathBuf, u32>> {
        &self.let_in
    }

    /// That no `git prune` was seen, as far as that was asked.
    pub(super) fn no_prune(&self) -> &RefCell<Option<NoPrune>> {
        &self.no_prune
    }

    /// The rows of all tasks, as the ledger that was read last has them, with the notes tree that they are of.
    pub fn tasks(&self) -> &RefCell<Option<(ObjectId, Table)>> {
        &self.tasks
    }

    /// [`Repo::gix`], with every object as its id says, whatever `refs/replace/` has in its place.
    pub(super) fn without_replacements(&self) -> &gix::Repository {
        if self.gix.objects.store_ref().replacements().next().is_none() {
            return &self.gix;
        }
        self.exact.get_or_init(|| {
            let mut gix = self.gix.clone();
            gix.objects.ignore_replacements = true;
            gix
        })
    }

    /// Report the progress of long operations to `report`. Without this call it is not reported.
    pub fn report_to(&self, report: Report) {
        self.report.set(Some(report));
    }

    /// Pass `text` to the progress reporter, if there is one; `None` ends the report.
    pub fn report(&self, text: Option<&str>) {
        if let Some(report) = self.report.get() {
            report(text);
        }
    }

    /// How often reading looks again for an object that is not there.
    pub(super) fn retry_policy(&self) -> &RetryPolicy {
        &self.retry_policy
    }

    /// `commit`, the bytes of one that the ref `place` will lead to, with the seal of this repository.
    ///
    /// # Errors
    ///
    /// When there is no secret yet and none can be made.
    pub(super) fn seal(&self, place: &str, commit: &[u8]) -> Result<Vec<u8>> {
        let secret = match self.secret.get() {
            Some(secret) => secret,
            None => {
                let secret = Secret::find_or_make(self)?;
                self.secret.get_or_init(|| secret)
            }
        };
        Ok(secret.seal(place, commit))
    }

    /// Whether `commit`, the bytes of the commit `id` that the ref `place` leads to, was made in this repository (or was taken for
    /// that by a person).
    pub fn is_made_here(&self, place: &str, id: ObjectId, commit: &[u8]) -> bool {
        let secret = self.secret.get().cloned().or_else(|| Secret::find(self));
        secret.is_some_and(|secret| self.secret.get_or_init(|| secret).fits(place, commit))
            || self.adopted.get_or_init(|| seal::adopted(self)).contains(&id)
    }

    /// The git directory of this worktree: HEAD and index are here.
    pub fn git_dir(&self) -> &Path {
        self.gix.git_dir()
    }

    /// The git directory that all worktrees share: objects and refs are here.
    pub fn common_dir(&self) -> &Path {
        self.gix.common_dir()
    }

    /// The top of the work tree, unless the repository is bare.
    pub fn work_dir(&self) -> Option<&Path> {
        self.gix.workdir()
    }

    /// The top of the work tree, or the git directory of a bare repository: where git runs.
    pub fn dir(&self) -> &Path {
        self.work_dir().unwrap_or_else(|| self.git_dir())
    }

    /// The top of the work tree, or the refusal of `what` in a bare repository.
    ///
    /// # Errors
    ///
    /// `bare-repository`.
    pub fn require_work_dir(&self, what: &str) -> Result<&Path> {
        self.work_dir().ok_or_else(|| {
            Error::new(codes::BARE_REPOSITORY, format!("cannot {what}: this repository is bare"))
                .hint("run it in a worktree: 'git worktree list' lists them")
        })
    }

    /// The directory of what tells this repository from all others: `<common git dir>/agent-id`. Not disposable, and nothing that
    /// a fetch or a clone brings along.
    pub fn id_dir(&self) -> PathBuf {
        self.common_dir().join("agent-id")
    }

    /// Where git-agent keeps what is disposable: lock, derived index. Shared by all worktrees; made when first needed.
    pub fn agent_dir(&self) -> PathBuf {
        self.common_dir().join("agent")
    }

    /// The same for what belongs to this worktree alone; in the main one the same directory.
    pub fn worktree_agent_dir(&self) -> PathBuf {
        self.git_dir().join("agent")
    }

    /// A short name of this worktree: `main`, or the name of the linked one.
    pub fn worktree_name(&self) -> String {
        match self.git_dir() == self.common_dir() {
            true => "main".to_owned(),
            false => self.git_dir().file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        }
    }

    /// What people call the repository: the directory of its main work tree, or the name of a bare one.
    pub fn name(&self) -> String {
        let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let common = whole(self.common_dir());
        let dir = match (common.file_name(), self.work_dir()) {
            (Some(name), _) if name == ".git" => common.parent().map(Path::to_owned),
            // The git directory of a submodule, or one that is apart from its work tree.
            (_, Some(top)) if self.git_dir() == self.common_dir() => Some(whole(top)),
            _ => Some(common.with_extension(common.extension().filter(|end| *end != "git").unwrap_or_default())),
        };
        let name = dir.as_deref().and_then(Path::file_name);
        name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// Whether the clone has a worktree that [`Repo::worktree_name`] calls `name`.
    pub fn has_worktree(&self, name: &str) -> bool {
        let linked = |name: &str| self.common_dir().join("worktrees").join(name).join("HEAD").is_file();
        name == self.worktree_name() || name == "main" || (!name.contains('/') && linked(name))
    }

    /// A call of git in this worktree.
    pub(super) fn git(&self) -> Git {
        let git = Git::new(self.dir());
        // A hook's git, and `git --git-dir --work-tree`, tell by variables, relative to where we are and git is not.
        let is_set = |name| std::env::var_os(name).is_some();
        let git = if is_set("GIT_DIR") { git.env("GIT_DIR", absolute(self.git_dir())) } else { git };
        match self.work_dir() {
            Some(top) if is_set("GIT_WORK_TREE") => git.env("GIT_WORK_TREE", absolute(top)),
            _ => git,
        }
    }

    /// The current branch and commit.
    ///
    /// # Errors
    ///
    /// When HEAD or the ref that it names cannot be read.
    pub fn head(&self) -> Result<Head> {
        Head::read(self)
    }

    /// The object that `name` (`refs/…`) points to.
    ///
    /// # Errors
    ///
    /// `symbolic-ref` for a symbolic ref of ours; when the ref cannot be read.
    pub fn find_ref(&self, name: &str) -> Result<Option<ObjectId>> {
        self.refs.find(self, name)
    }

    /// Where the object `id` lies: which pack, and where in it. What it is a delta against lies before it, so that reading in
    /// this order applies each delta once. Loose objects come first.
    pub fn place(&self, id: ObjectId) -> Option<(u32, u64)> {
        use gix::odb::pack::Find as _;
        // gix panics when it is asked for the place of an object in a repository with replacements.
        let places = self.places.get_or_init(|| {
            let mut objects = self.gix.objects.clone();
            objects.ignore_replacements = true;
            objects.prevent_pack_unload();
            objects
        });
        let found = places.location_by_oid(&id, &mut Vec::new()).ok()??;
        Some((found.pack_id, found.pack_offset))
    }

    /// The storage of the refs of this repository.
    pub fn refs(&self) -> Refs {
        self.refs
    }

    /// The commit that `revision` names, in git's own syntax.
    ///
    /// # Errors
    ///
    /// `git-not-runnable`. A revision that git does not know is `None`.
    pub fn resolve_commit(&self, revision: &str) -> Result<Option<ObjectId>> {
        if let Ok(id) = ObjectId::from_hex(revision.as_bytes())
            && id.kind() == self.gix.object_hash()
        {
            match self.gix.try_find_header(id).ok().flatten() {
                None => return Ok(None),
                Some(header) if header.kind() == gix::objs::Kind::Commit => return Ok(Some(id)),
                // A tag of one, or no commit.
                Some(_) => {}
            }
        }
        if rev_parse::names_nothing(self, revision) {
            return Ok(None);
        }
        let output = self
            .git()
            .args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
            .arg(format!("{revision}^{{commit}}"))
            .output()?;
        Ok(cmd::id(&output.stdout))
    }

    /// An abbreviation of `id`, as long as git abbreviates it here.
    pub fn short(&self, id: ObjectId) -> String {
        id.attach(&self.gix).shorten_or_id().to_string()
    }

    /// The object id that `bytes` would have as a blob.
    ///
    /// # Errors
    ///
    /// When the hash fails, as for bytes that are made to collide.
    pub fn blob_id(&self, bytes: &[u8]) -> Result<ObjectId> {
        gix::objs::compute_hash(self.gix.object_hash(), gix::objs::Kind::Blob, bytes)
            .or_environment(|| "cannot hash".to_owned())
    }

    /// A path that git printed relative to the top of the work tree.
    pub fn in_work_dir(&self, path: &BStr) -> Option<PathBuf> {
        Some(self.work_dir()?.join(gix::path::from_bstr(path).ok()?))
    }
}

/// See [`Repo::for_another_thread`].
pub struct Sendable {
    gix: gix::ThreadSafeRepository,
    refs: Refs,
}

impl Sendable {
    /// The repository for the current thread.
    pub fn into_repo(self) -> Repo {
        let mut gix = self.gix.to_thread_local();
        for_many_reads(&mut gix);
        Repo::new(gix, self.refs)
    }
}

/// Keep the packs that were opened: a pack whose place is taken by another one during a repack makes gix panic
/// (`load_index.rs`, "the slot index must have changed for sure"). And remember what objects in them are deltas against.
fn for_many_reads(gix: &mut gix::Repository) {
    gix.objects.prevent_pack_unload();
    gix.objects.set_pack_cache(|| Box::<DeltaBases>::default());
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
