//! Secrets whose form is known, a row each.

use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

/// What it is, and its form. `(?-u)`: bytes, not characters.
const ROWS: &[(&str, &str)] = &[
    // The header alone, or with the key behind it on the same line; not the header as a constant of some parser.
    (
        "a private key",
        r#"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----(?:[ \t\r]*$|\\[nr]|[ \t]*[A-Za-z0-9+/]{16})"#,
    ),
    ("a PuTTY private key", r"^PuTTY-User-Key-File-[0-9]:"),
    ("an age secret key", r"\bAGE-SECRET-KEY-1[0-9A-Z]{50}"),
    ("an AWS access key id", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    (
        "an AWS secret access key",
        r#"(?i)aws.{0,20}(?:secret|key).{0,20}['"\s:=][A-Za-z0-9/+]{40}(?:[^A-Za-z0-9/+=]|$)"#,
    ),
    ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50})"),
    ("a GitLab token", r"\bgl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|oas|ffct)-[A-Za-z0-9_-]{20}"),
    ("a Slack token", r"\b(?:xox[abeoprs]-[A-Za-z0-9-]{10}|xapp-[0-9]-[A-Za-z0-9-]{10})"),
    ("a Slack webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Z0-9]{6,}/[A-Za-z0-9/]{20}"),
    ("a Google API key", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("a Google OAuth secret", r"\b(?:GOCSPX-[A-Za-z0-9_-]{20}|ya29\.[A-Za-z0-9_-]{20})"),
    ("a Stripe key", r"\b(?:[sr]k_(?:live|test|prod)_[A-Za-z0-9]{16}|whsec_[A-Za-z0-9+/]{32})"),
    ("an Anthropic API key", r"\bsk-ant-[a-z0-9]{2,}-[A-Za-z0-9_-]{20}"),
    (
        "an OpenAI API key",
        r"\bsk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|[A-Za-z0-9]{40})",
    ),
    ("an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a PyPI token", r"\bpypi-AgEI[A-Za-z0-9_-]{50}"),
    ("a crates.io token", r"\bcio[A-Za-z0-9]{32}\b"),
    ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{34}\b"),
    ("a Docker Hub token", r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27}"),
    ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("a DigitalOcean token", r"\bdo[por]_v1_[a-f0-9]{64}\b"),
    ("an Azure storage key", r"AccountKey=[A-Za-z0-9+/]{86}=="),
];

static FORMS: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSetBuilder::new(ROWS.iter().map(|(_, form)| *form))
        .unicode(false)
        .build()
        .expect("invariant: the table is constant, and a test compiles it")
});

/// The kind of secret on this line.
pub(super) fn find(line: &[u8]) -> Option<&'static str> {
    FORMS.matches(line).iter().next().map(|at| ROWS[at].0)
}

/// The names of all rows, for the test that wants an example of each.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|(name, _)| *name)
}
