//! The keys that tools give to what a task has, and what each is for.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A name: the first one is the title, the others are told in a remark.
    Title,
    Description,
    Accept,
    Status,
    /// A flag that says that it is done.
    Done,
    /// A flag that says that it was started.
    Begun,
    Priority,
    Note,
    Files,
    Blockers,
    Result,
    Failure,
    After,
    /// Tasks that come after this one.
    Before,
    Parent,
    /// An estimate, with the seconds of its unit.
    Estimate(u64),
    Labels,
    /// References to things elsewhere.
    Refs,
    /// A word about it, for a remark.
    About(&'static str),
    /// Read by the reader of the list.
    Outer,
    /// Follows from the rest, or is different whenever it is written.
    Derived,
}

/// The keys by their roles, in the order in which they are examined, in small letters without dashes and underscores. A word for a remark
/// that is empty is the key itself.
const KEYS: &[(Role, &str)] = &[
    (Role::Title, "title feature name content step story task subject summary"),
    (
        Role::Description,
        "description uservisiblebehavior details body instructions design goal objective rationale context",
    ),
    (
        Role::Accept,
        "accept acceptance acceptancecriteria criteria successcriteria steps donewhen definitionofdone teststrategy",
    ),
    (Role::Accept, "verification verificationsteps validation verify tests testcases teststeps"),
    (Role::Status, "status state"),
    (Role::Done, "passes passed passing completed complete done implemented"),
    (Role::Begun, "started inprogress"),
    (Role::Priority, "priority"),
    (Role::Note, "notes note evidence comments implementationnotes"),
    (Role::Files, "files paths filestomodify filestocreate"),
    (Role::Blockers, "blockers blockedreason"),
    (Role::Result, "result closereason"),
    (Role::Failure, "failurereason error"),
    (Role::After, "after dependson dependencies blockedby deps prerequisites requires"),
    (Role::Before, "blocks unblocks"),
    (Role::Parent, "parent parentid"),
    (Role::Estimate(1), "estimateseconds"),
    (Role::Estimate(60), "estimatedminutes estimateminutes"),
    (Role::Estimate(3600), "estimatedhours"),
    (Role::Estimate(1), "estimate"),
    (Role::About("type"), "issuetype type"),
    (Role::About(""), "kind assignee owner"),
    (Role::About("author"), "createdby"),
    (Role::Refs, "externalref externalrefs"),
    (Role::About("created"), "createdat created"),
    (Role::About("closed"), "closedat completedat"),
    (Role::About("until"), "deferuntil"),
    (Role::Labels, "labels tags"),
    (Role::About(""), "category area component module phase milestone epic complexity effort"),
    (Role::About("points"), "storypoints"),
    (Role::About(""), "severity branch"),
    (Role::About("branch"), "branchname"),
    (Role::Outer, "id categoryid"),
    (Role::Derived, "overallprogress lastupdated updatedat activeform dependentcount dependencycount commentcount"),
];

/// The role of the key `plain`, and its place among all keys.
pub(super) fn role(plain: &str) -> Option<(usize, Role)> {
    let keys = KEYS.iter().flat_map(|(role, keys)| keys.split(' ').map(move |key| (key, *role)));
    let (place, (key, role)) = keys.enumerate().find(|(_, (key, _))| *key == plain)?;
    Some((place, if role == Role::About("") { Role::About(key) } else { role }))
}

/// Whether `key` is a name of a task.
pub(super) fn is_title(key: &str) -> bool {
    key == "description" || matches!(role(key), Some((_, Role::Title)))
}
