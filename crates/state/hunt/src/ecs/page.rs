//! The reference page of ECS names, `docs/ecs.md`, from the table and from what can be pushed down.

use std::fmt::Write as _;

use aurora_ocsf::ecs::{Giver, Part, Scope, Transform, When, fields, givers};
use expect_test::expect_file;

use super::{EcsField, values};
use crate::{Pattern, Piece, Test};

const HEAD: &str = "\
# Names of ECS

Written by `UPDATE_EXPECT=1 cargo nextest run -p aurora-hunt` from `content/ecs/fields.tsv`. Do not edit.

Events are stored as OCSF 1.3, and nothing of ECS is stored. A hunt may use names of ECS 8 all the same, and the API
and the command line emit events as ECS documents on request (`?schema=ecs`, `--schema ecs`). An OCSF name wins where
both exist (`user.name`, `process.name`, `file.path`); `ecs:user.name` is ECS's. An answer says which paths a name was
taken for.

A test of a field becomes a test of the stored attributes: `event.outcome:failure` asks for `status_id` 2. Where several
attributes give a field, the first of them that has a value in an event does, in the order below; the answer is the one
that the projected event would give.

The last column says what the event store is asked:

- *all*: every test of the field;
- *equal*: whether it holds something, a text without wildcards, a range of times or durations; for other tests it is asked
  for events that may match, and each of them is projected and tested after reading;
- *after*: every test in that way.

What is tested after reading is read newest first, 10,000 events at most; the answer says that it was, how many were
read, and whether older ones are left. `count by` asks the store for counts of what a field is made of and projects each
combination once; only events whose values stand in arrays are read.

Fields whose type is in italics are ours: ECS has none for them.

| ECS field | type | from OCSF | in events | how | pushed down |
| --- | --- | --- | --- | --- | --- |
";

#[test]
fn the_page_is_what_the_table_says() {
    let mut page = HEAD.to_owned();
    for field in fields() {
        for giver in givers(&field) {
            line(&mut page, &field, &giver);
        }
    }
    expect_file!["../../../../../docs/ecs.md"].assert_eq(&page);
}

fn line(page: &mut String, field: &str, giver: &Giver) {
    let row = giver.row;
    let kind = format!("{:?}", row.kind).to_lowercase();
    let kind = match row.standard && !field.starts_with("Target.") {
        true => kind,
        false => format!("*{kind}*"),
    };
    let path = match row.transform {
        Transform::Fallback(other) => format!("`{}`, else `{other}`", row.ocsf),
        _ => format!("`{}`", row.ocsf),
    };
    let events = events(giver);
    let (how, pushed) = (how(giver), pushed(field, giver));
    writeln!(
        page,
        "| `{field}` | {kind} | {path} | {events} | {how} | {pushed} |"
    )
    .expect("writing to a string does not fail");
}

fn events(giver: &Giver) -> String {
    let scope = match giver.row.scope {
        Scope::Any => "any".to_owned(),
        Scope::ActorProcess => "any but 1007".to_owned(),
        Scope::Endpoints => "4001-4014, 3002, 6003".to_owned(),
        Scope::Network => "4001-4014".to_owned(),
        Scope::Class(uid) => uid.to_string(),
    };
    match giver.when {
        When::Always => scope,
        When::NoProcessAccess => format!("{scope}, activities but 3 and 4"),
        When::ProcessAccess => format!("{scope}, activities 3 and 4"),
    }
}

/// The transform's own name in words: `WithoutHive` as `without hive`.
fn how(giver: &Giver) -> String {
    let name = match giver.part {
        Part::Value => format!("{:?}", giver.row.transform),
        Part::OfKind(kind) => return format!("of kind {kind}"),
        part => format!("{part:?}"),
    };
    let name = name.split('(').next().unwrap_or_default();
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

fn pushed(field: &str, giver: &Giver) -> &'static str {
    let wild = Pattern::new([Piece::Text("a".to_owned()), Piece::AnyRun]);
    let tests = [
        Test::Exists,
        Test::Matches(Pattern::literal("a")),
        Test::Matches(wild),
    ];
    let in_turn = EcsField::new(field)
        .map(|field| field.givers())
        .unwrap_or_default();
    let rows = in_turn
        .iter()
        .filter(|other| other.row.ocsf == giver.row.ocsf && other.part == giver.part);
    let exact = tests.map(|test| {
        rows.clone()
            .all(|giver| values::bounds(giver, &test).is_exact())
    });
    match exact {
        [true, true, true] => "all",
        [_, true, false] => "equal",
        _ => "after",
    }
}
