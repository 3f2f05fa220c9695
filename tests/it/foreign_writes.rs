//! What a fetch writes over or deletes of ours is noticed, and comes back.

use crate::{
    foreign::{Pair, pair},
    support::{Layout, TestRepo},
};

/// `refs/agent/*` has no reflog: what a fetch writes over it is known from what git-agent itself last did.
#[test]
fn a_fetch_that_writes_over_our_operations_takes_none_of_them() {
    for layout in [Layout::Plain, Layout::Reftable] {
        for prune in ["--no-prune", "--prune"] {
            let Pair { sender, victim } = pair(layout);
            victim.agent(&["add", "--id", "own", "Own"]).success();
            victim.agent(&["start", "own"]).success();
            for text in ["two\n", "three\n"] {
                victim.write("a", text);
                victim.agent(&["checkpoint"]).success();
            }
            let own = victim.agent(&["ops", "--json"]).json()["operations"].clone();
            sender.agent(&["add", "--id", "evil", "Evil"]).success();
            sender.agent(&["start", "evil"]).success();
            sender.write("b", "theirs\n");
            sender.agent(&["checkpoint"]).success();
            if prune == "--prune" {
                sender.git(&["update-ref", "-d", "refs/agent/ops/main"]).success();
            }
            victim.git(&["fetch", "-q", prune, "origin", "+refs/agent/*:refs/agent/*"]).success();
            let doctor = victim.agent(&["doctor"]);
            assert!(doctor.stdout.contains("another program replaced the operation log of worktree main"), "{doctor}");
            // A new one is not built upon those of others.
            victim.write("a", "four\n");
            let made = victim.agent(&["checkpoint"]).success();
            assert!(made.stderr.contains("another program replaced the operation log"), "{made}");
            let ops = victim.agent(&["ops", "--json"]).json()["operations"].clone();
            assert_eq!(ops.as_array().unwrap()[1..], own.as_array().unwrap()[..], "{ops}");
            victim.agent(&["undo"]).success();
            victim.git(&["fetch", "-q", prune, "origin", "+refs/agent/*:refs/agent/*"]).success();
            let fixed = victim.agent(&["doctor", "--fix", "--json"]).json();
            assert!(fixed["fixed"].to_string().contains("; restored its last operation"), "{fixed}");
            victim.agent(&["redo"]).success();
            assert_eq!(victim.read("a"), "four\n");
            // One after another, down to the first.
            victim.git(&["fetch", "-q", prune, "origin", "+refs/agent/*:refs/agent/*"]).success();
            for text in ["three\n", "two\n", "one\n"] {
                victim.agent(&["undo"]).success();
                assert_eq!(victim.git(&["show", "HEAD:a"]).stdout, text);
            }
            assert_eq!(victim.agent(&["ops"]).success().stderr, "");
            victim.fsck();
        }
    }
}

#[test]
fn operations_that_are_replaced_and_gone_are_told() {
    let Pair { sender, victim } = pair(Layout::Plain);
    victim.agent(&["add", "--id", "own", "Own"]).success();
    victim.agent(&["start", "own"]).success();
    victim.write("a", "two\n");
    victim.agent(&["checkpoint"]).success();
    sender.agent(&["snapshot"]).success();
    victim.git(&["fetch", "-q", "--prune", "origin", "+refs/agent/*:refs/agent/*"]).success();
    victim.sh("git reflog expire --expire=now --all; git gc -q --prune=now").success();
    let ops = victim.agent(&["ops"]).success();
    assert!(ops.stderr.contains("and its last operation, "), "{ops}");
    assert_eq!(victim.agent(&["ops"]).success().stderr, "", "told once");
    victim.write("a", "three\n");
    victim.agent(&["checkpoint"]).success();
    victim.agent(&["undo"]).success();
    victim.fsck();
}

/// Refs that a fetch deletes or replaces, and the snapshots in them.
#[test]
fn snapshots_that_a_fetch_deletes_come_back() {
    for layout in [Layout::Plain, Layout::Reftable] {
        let Pair { sender, victim } = pair(layout);
        let mut ids = Vec::new();
        for text in ["two\n", "three\n", "four\n"] {
            victim.write("a", text);
            ids.push(victim.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned());
        }
        victim.agent(&["snapshot", "drop", &ids[1]]).success();
        let present = |repo: &TestRepo| {
            let snapshots = repo.agent(&["snapshot", "list", "--json"]).json()["snapshots"].clone();
            snapshots.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        // One of theirs in the place of one of ours, the other one deleted.
        let head = sender.head();
        sender.git(&["update-ref", &format!("refs/agent/snap/{}", ids[0]), &head]).success();
        let fetch = ["fetch", "-q", "--prune", "origin", "+refs/agent/*:refs/agent/*"];
        victim.git(&fetch).success();
        let doctor = victim.agent(&["doctor"]);
        assert!(doctor.stdout.contains("another program deleted or replaced 2 snapshots"), "{doctor}");
        let listed = victim.agent(&["snapshot", "list"]).success();
        assert!(listed.stderr.contains("another program deleted or replaced 2 snapshots"), "{listed}");
        assert_eq!(present(&victim), [ids[2].clone(), ids[0].clone()], "not the one that was dropped here");
        victim.git(&fetch).success();
        victim.agent(&["snapshot", "restore", &ids[0]]).success();
        assert_eq!(victim.read("a"), "two\n");
        victim.git(&fetch).success();
        let fixed = victim.agent(&["doctor", "--fix", "--json"]).json()["fixed"].to_string();
        assert!(fixed.contains("snapshots that another program had deleted or replaced"), "{fixed}");
        assert_eq!(victim.agent(&["snapshot", "list"]).success().stderr, "");
        // What a gc took meanwhile is named once; half of it does not come back.
        victim.git(&fetch).success();
        victim.sh("git reflog expire --expire=now --all; git gc -q --prune=now").success();
        victim.agent(&["doctor"]).failure();
        let gone = victim.agent(&["snapshot", "list"]).success().stderr;
        assert!(gone.contains("no longer exist") || gone.contains("restored"), "{gone}");
        assert!(!victim.agent(&["snapshot", "list"]).success().stderr.contains("another program"), "told once");
        victim.agent(&["gc"]).success();
        victim.git(&["gc", "-q", "--prune=now"]).success();
        assert!(victim.agent(&["doctor"]).code.is_some_and(|code| code < 6));
        victim.fsck();
    }
}
