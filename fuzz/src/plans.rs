//! Plan files: every text is a plan or wrong somewhere, and a plan that is written in our own formats is read again.

use git_agent::{
    domain::{status::Status, table::Table, text},
    plans::{Format, Plan, PlanItem, settle},
};

/// A plan in one of the formats, which the first byte chooses, or in the one that it looks like.
pub fn plan(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let guessed = Format::recognise(None, text);
    let Some(format) = Format::all().nth(usize::from(*first) % 10).or(guessed) else { return };
    let reading = match format.read(text) {
        Ok(reading) => reading,
        Err(wrong) => return assert!(wrong.at <= text.len(), "{wrong:?}"),
    };
    assert!(reading.left.iter().all(|left| left.at <= text.len()));
    assert!(reading.items.len() <= text.len(), "more tasks than bytes");
    let settled = settle(reading, &Table::default());
    let (plan, left) = match settled {
        Ok(settled) => settled,
        Err(wrong) => return assert!(wrong.at <= text.len(), "{wrong:?}"),
    };
    assert!(left.len() <= text.len() * 2);
    let is_clean = |text: &String| !text.contains(|c| text::is_hostile(c) && !matches!(c, '\n' | '\t'));
    for item in &plan.items {
        let content = &item.content;
        let texts = [Some(&content.title), content.description.as_ref(), content.accept.as_ref()];
        let texts = texts.into_iter().flatten().chain(&content.notes).chain(&content.blockers);
        texts.for_each(|text| assert!(is_clean(text), "{text:?} acts on a terminal"));
        assert!(!content.title.contains('\n'));
    }
    for ours in Format::all() {
        let Some(write) = ours.writer() else { continue };
        let written = write(&plan);
        let read = ours.read(&written);
        if !ours.is_ours() {
            continue;
        }
        let again = read.and_then(|reading| settle(reading, &Table::default()));
        let again = again.unwrap_or_else(|wrong| panic!("{}: {wrong}\n{written}", ours.as_str())).0;
        let (again, said) = (without_places(again), without_places(plan.clone()));
        assert_eq!(again.len(), said.len(), "{}\n{written}", ours.as_str());
        for (again, said) in again.into_iter().zip(said) {
            assert_eq!(again, said, "{}", ours.as_str());
        }
    }
}

/// `plan` without what a text alone has. That nothing was done yet need not be said.
fn without_places(plan: Plan) -> Vec<PlanItem> {
    let clear = |mut item: PlanItem| {
        item.content.status = item.content.status.filter(|status| *status != Status::Pending);
        PlanItem { at: 0, times: Default::default(), ..item }
    };
    plan.items.into_iter().map(clear).collect()
}
