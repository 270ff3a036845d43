//! `event.type` turned round: from a type to classes, activities and words in an activity's name.

use std::collections::BTreeMap;

use aurora_ocsf::ecs::{ACTIVITY_WORDS, types};
use aurora_ocsf::{Class, Members};

use super::atoms::{has, is, is_number, like, of_classes};
use super::bounds::{all, any, not};
use crate::{Filter, Test};

const NAME: &str = "activity_name";
const ID: &str = "activity_id";

/// What each word means in a class.
type Meanings<'a> = Vec<Vec<&'a str>>;

pub(super) fn of_type(test: &Test) -> Filter {
    let mut listed: BTreeMap<Vec<i64>, Vec<u32>> = BTreeMap::new();
    let mut named: BTreeMap<(Vec<i64>, Meanings<'_>), Vec<u32>> = BTreeMap::new();
    for class in aurora_ocsf::classes() {
        let (known, passing) = activities(class, test);
        listed.entry(passing).or_default().push(class.uid);
        let meanings = words().map(|word| types(class.uid, word)).collect();
        named.entry((known, meanings)).or_default().push(class.uid);
    }
    let listed = listed
        .into_iter()
        .map(|(ids, classes)| all(vec![of_classes(|uid| classes.contains(&uid)), among(&ids)]));
    let named = named.into_iter().map(|((known, _), classes)| {
        let filter = by_name(classes[0], test);
        let other = not(among(&known));
        let classes = of_classes(|uid| classes.contains(&uid));
        all(vec![classes, has(NAME), other, filter])
    });
    any(listed.chain(named).collect())
}

/// The activities whose caption says all, and those of them whose types pass.
fn activities(class: &Class, test: &Test) -> (Vec<i64>, Vec<i64>) {
    let members = class.attribute(ID).and_then(|a| a.enumeration);
    let Some(Members::Integers(members)) = members.map(|m| m.members) else {
        return (Vec::new(), Vec::new());
    };
    let known = members.iter().filter(|(id, _)| *id != 99);
    let passing = known
        .clone()
        .filter(|(_, caption)| test.holds(&types(class.uid, caption)));
    (
        known.map(|(id, _)| *id).collect(),
        passing.map(|(id, _)| *id).collect(),
    )
}

/// An activity without a number is 0, unknown.
fn among(ids: &[i64]) -> Filter {
    let numbers = ids.iter().map(|id| is_number(ID, *id));
    let absent = ids.contains(&0).then(|| not(has(ID)));
    any(numbers.chain(absent).collect())
}

fn words() -> impl Iterator<Item = &'static str> {
    ["", "open"]
        .into_iter()
        .chain(ACTIVITY_WORDS.iter().map(|(word, _)| *word))
}

/// The activity's name has a word whose types pass, is one, or has none and that passes.
fn by_name(class_uid: u32, test: &Test) -> Filter {
    let alone = types(class_uid, "");
    let always = alone.iter().filter(|name| **name != "info");
    if test.holds(&always.copied().collect::<Vec<_>>()) {
        return Filter::All;
    }
    let passing = |text: &str| {
        let given = types(class_uid, text);
        test.holds(&given)
    };
    let mut parts: Vec<Filter> = ACTIVITY_WORDS
        .iter()
        .filter(|(word, _)| passing(word))
        .map(|(word, _)| has_word(word))
        .collect();
    if passing("open") {
        parts.push(is(NAME, "open"));
    }
    if test.holds(&alone) {
        let mut nothing: Vec<Filter> = ACTIVITY_WORDS
            .iter()
            .map(|(word, _)| not(has_word(word)))
            .collect();
        nothing.push(not(is(NAME, "open")));
        parts.push(all(nothing));
    }
    any(parts)
}

fn has_word(word: &str) -> Filter {
    any(vec![
        is(NAME, word),
        like(NAME, &format!("{word} *")),
        like(NAME, &format!("* {word}")),
        like(NAME, &format!("* {word} *")),
    ])
}
