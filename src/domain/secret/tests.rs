//! One example for every row; nothing for what only looks similar.

use super::*;

/// The examples are put together here, so that no scanner, ours included, takes this file for a leak.
fn examples() -> Vec<(&'static str, String)> {
    let some = |len: usize| "a1B2c3D4e5F6g7H8i9J0".chars().cycle().take(len).collect::<String>();
    let upper = |len: usize| some(len).to_ascii_uppercase();
    let begin = |kind: &str| format!("-----BEGIN {kind}-----");
    vec![
        ("a private key", begin("PRIVATE KEY")),
        ("a private key", begin("RSA PRIVATE KEY") + "\r"),
        ("a private key", format!("  {}", begin("OPENSSH PRIVATE KEY"))),
        ("a private key", begin("PGP PRIVATE KEY BLOCK")),
        ("a private key", format!("\"key\": \"{}\\nMIIE\"", begin("EC PRIVATE KEY"))),
        ("a private key", format!("KEY={} MIIEvQIBADANBgkqhki", begin("ENCRYPTED PRIVATE KEY"))),
        ("a PuTTY private key", ["PuTTY-User-Key", "-File-3: ssh-ed25519"].concat()),
        ("an age secret key", ["AGE-SECRET", "-KEY-1", &upper(58)].concat()),
        ("an AWS access key id", ["id = AKI", "A", &upper(16)].concat()),
        ("an AWS secret access key", ["aws_secret_access_key = ", &some(40)].concat()),
        ("a GitHub token", ["gh", "p_", &some(36)].concat()),
        ("a GitHub token", ["https://gh", "s_", &some(36), "@github.com"].concat()),
        ("a GitHub token", ["github", "_pat_", &some(82)].concat()),
        ("a GitLab token", ["gl", "pat-", &some(20)].concat()),
        ("a Slack token", ["xox", "b-123456789012-", &some(24)].concat()),
        ("a Slack webhook", ["https://hooks.sla", "ck.com/services/T0000000/B0000000/", &some(24)].concat()),
        ("a Google API key", ["AI", "za", &some(35)].concat()),
        ("a Google OAuth secret", ["GOCS", "PX-", &some(28)].concat()),
        ("a Stripe key", ["sk_li", "ve_", &some(24)].concat()),
        ("an Anthropic API key", ["sk-a", "nt-api03-", &some(93)].concat()),
        ("an OpenAI API key", ["sk-pr", "oj-", &some(48)].concat()),
        ("an OpenAI API key", ["sk", "-", &some(48)].concat()),
        ("an npm token", ["//registry.npmjs.org/:_authToken=np", "m_", &some(36)].concat()),
        ("a PyPI token", ["pypi-Ag", "EIcHlwaS5vcmc", &some(60)].concat()),
        ("a crates.io token", ["ci", "o", &some(32)].concat()),
        ("a Hugging Face token", ["h", "f_", &some(34)].concat()),
        ("a Docker Hub token", ["dck", "r_pat_", &some(27)].concat()),
        ("a SendGrid key", ["S", "G.", &some(22), ".", &some(43)].concat()),
        ("a DigitalOcean token", ["dop", "_v1_", &"0123456789abcdef".repeat(4)].concat()),
        ("an Azure storage key", ["Account", "Key=", &some(86), "=="].concat()),
        ("a password or token", ["SESSION_SEC", "RET=9f8e7d6c5b4a39281706f5e4d3c2b1a0"].concat()),
        ("a password or token", ["export DB_PASS", "WORD='kX9!vQ2#mZ7@pL4&'"].concat()),
        ("a password or token", ["  \"apiKey\"", ": \"Zx81kQ0vN3bT7yWm2RfL\","].concat()),
    ]
}

#[test]
fn every_row_finds_its_example_and_calls_it_by_its_name() {
    for (what, line) in examples() {
        let found = scan(b"", format!("first\n{line}\nlast\n").as_bytes());
        assert_eq!(found, [Finding { line: 2, what }], "{line}");
    }
    for name in table::names() {
        assert!(examples().iter().any(|(what, _)| *what == name), "no example for {name}");
    }
}

#[test]
fn what_only_looks_similar_passes() {
    let begin = "-----BEGIN PRIVATE KEY-----";
    for line in [
        &format!("const HEADER: &str = \"{begin}\";"),
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----",
        "TOKEN=$GITHUB_TOKEN",
        "API_KEY=your-api-key-goes-here-1234",
        "SECRET=${{ secrets.DEPLOY_KEY_2024 }}",
        "password = \"correct-horse-battery-staple\"",
        "let token = lexer.next_token_after_whitespace1();",
        "token: \"some.module.path.with.words\"",
        "sk-learn and ghp_short and AKIA are words",
        "author = \"0123456789 Somebody\"",
        "18787853fab2e9a6721ffff45aebcbe4381f18d4",
        "integrity sha512-Zx81kQ0vN3bT7yWm2RfLZx81kQ0vN3bT7yWm2RfL==",
    ] {
        assert_eq!(scan(b"", line.as_bytes()), [], "{line}");
    }
}

#[test]
fn only_what_is_added_counts() {
    let line = examples()[0].1.clone();
    assert_eq!(scan(line.as_bytes(), format!("more\n{line}\n").as_bytes()), []);
    assert_eq!(scan(b"other\n", format!("{line} # gitleaks:allow\n").as_bytes()), []);
    assert_eq!(scan(b"", format!("\0{line}\n").as_bytes()), []);
}
