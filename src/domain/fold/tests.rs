use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::json;
use ulid::Ulid;

use super::*;
use crate::domain::{active_time, actor::Actor, event, status::Status::*, withdraw};

fn id(text: &str) -> TaskId {
    TaskId::parse(text).unwrap()
}

/// `(n, seconds, actor, payload)` as an event; the ULID follows from its place in the list.
fn story(events: &[(u64, i64, &str, Payload)]) -> Vec<Event> {
    let event = |(place, (n, seconds, actor, payload)): (usize, &(u64, i64, &str, Payload))| Event {
        clone_id: None,
        at: Timestamp::from_seconds(*seconds),
        id: Ulid::from_parts(1_000, place as u128),
        actor: Actor::new(actor).unwrap(),
        n: *n,
        payload: payload.clone(),
    };
    events.iter().enumerate().map(event).collect()
}

fn create() -> Payload {
    Payload::Create(event::Create { title: "x".into(), ..Default::default() })
}

fn start() -> Payload {
    Payload::Start(event::Start { base: Some("abc".into()), lease: Some(100), ..Default::default() })
}

fn fail(reason: &str) -> Payload {
    Payload::Fail(event::Fail { reason: reason.into(), kind: None })
}

fn complete(result: &str) -> Payload {
    Payload::Complete(event::Complete { result: Some(json!(result)), ..Default::default() })
}

fn claim(lease: u64) -> Payload {
    Payload::Claim(event::Claim { lease, ..Default::default() })
}

#[test]
fn a_life_with_a_failure_a_pause_and_a_success() {
    let task = fold(
        id("t-1"),
        &story(&[
            (1, 0, "a", create()),
            (2, 10, "a", start()),
            (3, 20, "a", fail("no network")),
            (4, 30, "b", start()),
            (5, 40, "b", Payload::Pause(event::Pause::default())),
            (6, 60, "b", start()),
            (7, 90, "b", complete("done")),
        ]),
    );
    assert_eq!((task.status, task.attempts), (Completed, 2));
    assert_eq!(active_time::active(&task, active_time::DEFAULT_GAP, Timestamp::default()), 10 + 10 + 30);
    assert_eq!(active_time::elapsed(&task, Timestamp::default()), 80);
    assert_eq!(task.failures.len(), 1);
    assert_eq!(task.failures[0].attempt, 1);
    assert_eq!(task.result, Some(TaskResult::Value(json!("done"))));
    assert_eq!(task.claim, None);
}

#[test]
fn of_two_claims_at_once_the_lower_order_wins_and_the_other_is_remembered() {
    let events = story(&[(1, 0, "a", create()), (2, 10, "b", claim(50)), (2, 10, "c", claim(50))]);
    let task = fold(id("t-1"), &events);
    assert_eq!(task.claim.unwrap().by.as_str(), "b");
    assert_eq!(task.lost_claims[0].by.as_str(), "c");
}

#[test]
fn a_claim_lives_on_by_its_holders_events_and_runs_out_without_them() {
    let note = |text: &str| Payload::Note(event::Note { text: text.into() });
    let mut events = vec![(1, 0, "a", create()), (2, 0, "a", claim(100)), (3, 90, "a", note("x"))];
    let until = |events: &[_]| fold(id("t-1"), &story(events)).claim.unwrap().until.seconds();
    assert_eq!(until(&events), 190);
    events.push((4, 150, "b", note("not mine")));
    assert_eq!(until(&events), 190);
    events.push((5, 200, "b", claim(100)));
    assert_eq!(fold(id("t-1"), &story(&events)).claim.unwrap().by.as_str(), "b");
}

#[test]
fn an_illegal_move_has_no_effect() {
    let task = fold(id("t-1"), &story(&[(1, 0, "a", create()), (2, 1, "a", complete("y")), (2, 1, "b", start())]));
    assert_eq!(task.status, Completed);
    assert_eq!(task.result, Some(TaskResult::Value(json!("y"))));
}

#[test]
fn base_is_where_work_began_since_it_was_last_closed() {
    let start_at = |base: &str| Payload::Start(event::Start { base: Some(base.into()), ..Default::default() });
    let reason = || event::Reason::default();
    let mut events =
        vec![(1, 0, "a", create()), (2, 1, "a", start_at("one")), (3, 2, "a", Payload::Pause(event::Pause::default()))];
    let base = |events: &[_]| fold(id("t-1"), &story(events)).base.and_then(|base| base.commit);
    events.push((4, 3, "a", start_at("two")));
    assert_eq!(base(&events).as_deref(), Some("one"));
    events.extend([(5, 4, "a", complete("y")), (6, 5, "a", Payload::Reopen(reason())), (7, 6, "a", start_at("three"))]);
    assert_eq!(base(&events).as_deref(), Some("three"));
}

/// Any payload, legal or not, in any place.
fn any_payload() -> impl Strategy<Value = Payload> {
    let reason = event::Reason::default;
    prop_oneof![
        Just(create()),
        Just(start()),
        Just(Payload::Pause(event::Pause::default())),
        Just(Payload::Reopen(reason())),
        Just(complete("r")),
        Just(fail("f")),
        Just(Payload::Cancel(event::Cancel::default())),
        (0u64..50).prop_map(claim),
        Just(Payload::Release(reason())),
        Just(Payload::Block(event::Block { text: "b".into() })),
        Just(Payload::Dep(event::Dep { add: vec![id("t-1"), id("t-2")], remove: vec![id("t-3")] })),
        Just(Payload::Unknown("teleport".into())),
        // Events before it, after it, itself, and some that are not there.
        prop::collection::vec(0u128..14, 0..4).prop_map(withdrawal),
    ]
}

/// The withdrawal of the events in these places.
fn withdrawal(places: Vec<u128>) -> Payload {
    let events = places.into_iter().map(|place| Ulid::from_parts(1_000, place)).collect();
    Payload::Withdraw(event::Withdraw { events, ..Default::default() })
}

#[test]
fn what_was_withdrawn_has_no_effect_until_that_is_withdrawn() {
    let title = |title: &str| Payload::Edit(event::Edit { title: Some(title.into()), ..Default::default() });
    let mut events = vec![(1, 0, "a", create()), (2, 1, "a", title("y")), (3, 2, "a", title("z"))];
    let task = |events: &[_]| fold(id("t-1"), &story(events));
    events.push((4, 3, "a", withdrawal(vec![1])));
    assert_eq!(task(&events).title, "z", "the later edit stays");
    events.push((5, 4, "a", withdrawal(vec![2])));
    assert_eq!(task(&events).title, "x");
    events.push((6, 5, "a", withdrawal(vec![0])));
    assert!(!task(&events).exists());
    assert_eq!(task(&events).updated_at, Timestamp::from_seconds(5));
    events.push((7, 6, "a", withdrawal(vec![5])));
    assert_eq!(task(&events).title, "x");
    events.push((8, 7, "a", withdrawal(vec![3, 4])));
    assert_eq!(task(&events).title, "z");
    // It reaches only what was before it.
    assert_eq!(task(&[(2, 0, "a", create()), (1, 0, "a", withdrawal(vec![0]))]).title, "x");
    assert_eq!(task(&[(1, 0, "a", create()), (2, 0, "a", withdrawal(vec![1]))]).title, "x", "not itself");
}

proptest! {
    /// What a withdrawal leaves is what there would be without the events that it names, but for the time of the last event.
    #[test]
    fn to_withdraw_is_as_if_it_had_not_been(
        drawn in prop::collection::vec((1u64..6, 0i64..100, prop::sample::select(vec!["a", "b"]), any_payload()), 0..12),
        places in prop::collection::hash_set(0u128..12, 0..6),
    ) {
        let mut events = story(&drawn);
        events.retain(|event| !matches!(event.payload, Payload::Withdraw(_)));
        let named: HashSet<Ulid> = places.iter().map(|place| Ulid::from_parts(1_000, *place)).collect();
        let mut without = events.clone();
        without.retain(|event| !named.contains(&event.id));
        events.sort_by_key(Event::order);
        let Some(with) = withdraw::as_if(&events, &named) else { return Ok(()) };
        // The further event is a sign of life, as any other; what it is a sign of is not compared.
        let plain = |mut task: Task| {
            task.updated_at = Timestamp::default();
            task.spans.iter_mut().for_each(|span| span.signs.clear());
            task.claim.iter_mut().for_each(|claim| claim.until = Timestamp::default());
            task
        };
        prop_assert_eq!(plain(fold(id("t-1"), &with)), plain(fold(id("t-1"), &without)));
        // And withdrawn itself, it has not been.
        let further: HashSet<Ulid> = with.iter().map(|event| event.id).filter(|id| *id == Ulid(u128::MAX)).collect();
        let mut again = with.clone();
        if let Some(last) = again.last_mut() {
            last.id = Ulid(u128::MAX - 1);
            last.n = u64::MAX - 1;
        }
        let further = further.into_iter().map(|_| Ulid(u128::MAX - 1)).collect();
        let redone = withdraw::as_if(&again, &further).unwrap_or_default();
        prop_assert_eq!(plain(fold(id("t-1"), &redone)), plain(fold(id("t-1"), &events)));
    }

    /// Whatever the events, the order in which they are handed over and how often does not matter.
    #[test]
    fn order_and_repetition_do_not_matter(
        drawn in prop::collection::vec((1u64..6, 0i64..100, prop::sample::select(vec!["a", "b"]), any_payload()), 0..12),
        seed in any::<u64>(),
    ) {
        let events = story(&drawn);
        let mut shuffled = events.clone();
        shuffled.extend(events.iter().take(3).cloned());
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        prop_assert_eq!(fold(id("t-1"), &events), fold(id("t-1"), &shuffled));
    }
}
