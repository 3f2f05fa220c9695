use super::{Setting, text};

fn some() -> Vec<Setting> {
    vec![
        Setting::of_hooks("directory"),
        Setting::new("notes", Some("agent-tasks"), "mergeStrategy", b"cat_sort_uniq"),
        Setting::new("remote", Some("a \"b\""), "fetch", b"+refs/notes/agent*:refs/agent/remotes/x/agent*"),
        Setting::new("hook", Some("git-agent-x"), "command", b"f() {\n\techo \"a\\b\"\n}; f"),
    ]
}

#[test]
fn a_block_comes_and_goes_without_a_trace() {
    for before in [
        "",
        "[a]\n\tb = c\n",
        "[a]\n\tb = c",
        "# end",
        "\r\n[a]\r\nb = c\\\r\n",
        "[a]\n\tb = c\\",
        "[a]\nb = \\\\\n",
        "[a]\n\n\n",
    ] {
        let with = text::append(before.as_bytes(), &some());
        let block = text::find(&with).unwrap();
        assert_eq!(block.settings(&with), some(), "{before:?}");
        assert_eq!(block.replace(&with, &[]), before.as_bytes(), "{before:?}");
        assert_eq!(block.replace(&with, &some()), with, "{before:?}");
        let other = block.replace(&with, &some()[..2]);
        assert_eq!(text::find(&other).unwrap().replace(&other, &[]), before.as_bytes(), "{before:?}");
    }
}

#[test]
fn what_others_put_into_the_block_or_behind_it_stays() {
    let with = String::from_utf8(text::append(b"[a]\n\tb = c\n", &some())).unwrap();
    let added = with
        .replace("cat_sort_uniq\n", "cat_sort_uniq\n\tmine = 1\n")
        .replace("[hook", "# a remark\n[user]\n\tname = x\n[hook")
        + "[z]\n\ty = 1\n";
    let block = text::find(added.as_bytes()).unwrap();
    let left = String::from_utf8(block.replace(added.as_bytes(), &[])).unwrap();
    let expected = "[a]\n\tb = c\n[notes \"agent-tasks\"]\n\tmine = 1\n# a remark\n[user]\n\tname = x\n[z]\n\ty = 1\n";
    assert_eq!(left, expected);
    let changed = with.replace("cat_sort_uniq", "union");
    let left = text::find(changed.as_bytes()).unwrap().replace(changed.as_bytes(), &[]);
    assert_eq!(String::from_utf8(left).unwrap(), "[a]\n\tb = c\n[notes \"agent-tasks\"]\n\tmergeStrategy = union\n");
}
