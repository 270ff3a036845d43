//! Transforms that can be turned round for some tests, and for others only up to what every match must have.

use std::net::IpAddr;

use aurora_ocsf::ecs::{Transform, renames};

use super::{direct, exact, one_of, same};
use crate::ecs::atoms::{has, is};
use crate::ecs::bounds::{Bounds, all, any, not};
use crate::{Filter, Pattern, Piece, Test};

/// Nothing is known of the value but that there is one.
pub(super) fn opaque(path: &str, test: &Test) -> Bounds {
    match (path, test) {
        // Only masks with a bit that has a name give one.
        ("file.attributes", _) => Bounds::within(not(one_of(path, &[0]))).and(present(path)),
        (_, Test::Exists) => present(path),
        _ => Bounds::within(has(path)),
    }
}

fn present(path: &str) -> Bounds {
    Bounds::exact(has(path))
}

/// The value is a part of what is stored, with more `before` or `after` it.
pub(super) fn around(path: &str, test: &Test, before: &str, after: &str) -> Bounds {
    let Test::Matches(pattern) = test else {
        return Bounds::within(has(path));
    };
    let wild = |text: &str| (text == "*").then_some(Piece::AnyRun);
    let pieces = wild(before)
        .into_iter()
        .chain(pattern.pieces().iter().cloned())
        .chain(wild(after));
    Bounds::within(direct(path, Test::Matches(Pattern::new(pieces))))
}

pub(super) fn flags(transform: Transform, path: &str, test: &Test) -> Bounds {
    let literal = match test {
        Test::Exists => return present(path),
        Test::Matches(pattern) => pattern.as_literal(),
        _ => None,
    };
    let Some(text) = literal else {
        return Bounds::within(has(path));
    };
    let pairs = renames(transform).iter();
    let renamed = pairs
        .clone()
        .any(|(ocsf, _)| ocsf.eq_ignore_ascii_case(text));
    let mut filters: Vec<Filter> = pairs
        .filter(|(_, ecs)| ecs.eq_ignore_ascii_case(text))
        .map(|(ocsf, _)| is(path, ocsf))
        .collect();
    if !renamed {
        filters.push(is(path, text));
    }
    Bounds::exact(any(filters))
}

/// The root of a registry path, by its short name.
pub(super) fn hive(path: &str, test: &Test) -> Bounds {
    let literal = match test {
        Test::Matches(pattern) => pattern.as_literal(),
        _ => None,
    };
    let Some(text) = literal else {
        return Bounds::within(has(path));
    };
    let pairs = renames(Transform::Hive).iter();
    let is_long = pairs
        .clone()
        .any(|(long, _)| long.eq_ignore_ascii_case(text));
    if is_long || text.contains('\\') {
        return Bounds::never();
    }
    let roots = pairs
        .filter(|(_, short)| short.eq_ignore_ascii_case(text))
        .map(|(long, _)| *long)
        .chain([text]);
    let filters = roots.flat_map(|root| {
        let below = [Piece::Text(format!("{root}\\")), Piece::AnyRun];
        [
            is(path, root),
            direct(path, Test::Matches(Pattern::new(below))),
        ]
    });
    Bounds::exact(any(filters.collect()))
}

/// Values that are addresses.
pub(super) fn addresses(path: &str, test: &Test) -> Bounds {
    match test {
        Test::Within(_) => same(path, test),
        Test::Matches(pattern) => match pattern.as_literal().map(str::parse::<IpAddr>) {
            Some(Ok(_)) => same(path, test),
            Some(Err(_)) => Bounds::never(),
            None => Bounds::within(direct(path, test.clone())),
        },
        _ => Bounds::within(has(path)),
    }
}

/// Without the question mark that may lead it.
pub(super) fn query(path: &str, test: &Test) -> Bounds {
    let mark = || Piece::Text("?".to_owned());
    let marked = direct(path, Test::Matches(Pattern::new([mark(), Piece::AnyRun])));
    match test {
        Test::Exists => present(path).and(Bounds::exact(not(is(path, "?")))),
        Test::Matches(pattern) => {
            let pieces = [mark()].into_iter().chain(pattern.pieces().iter().cloned());
            Bounds::exact(any(vec![
                all(vec![direct(path, test.clone()), not(marked)]),
                direct(path, Test::Matches(Pattern::new(pieces))),
            ]))
        }
        _ => Bounds::within(has(path)),
    }
}

/// `file.ext` without its dot, or else the end of `file.name`.
pub(super) fn extension(path: &str, test: &Test) -> Bounds {
    const NAME: &str = "file.name";
    let literal = match test {
        Test::Matches(pattern) => pattern.as_literal(),
        _ => None,
    };
    let Some(text) = literal else {
        return Bounds::within(any(vec![has(path), has(NAME)]));
    };
    let dotted = [Piece::Text(".".to_owned()), Piece::AnyRun];
    let dotted = direct(path, Test::Matches(Pattern::new(dotted)));
    let ending = [Piece::AnyRun, Piece::Text(format!(".{text}"))];
    let ending = direct(NAME, Test::Matches(Pattern::new(ending)));
    let mut filters = vec![
        all(vec![is(path, text), not(dotted)]),
        is(path, &format!(".{text}")),
    ];
    if !text.contains('.') {
        filters.push(all(vec![not(has(path)), ending]));
    }
    Bounds::exact(any(filters))
}

/// `file.parent_folder`, or else the start of `file.path`.
pub(super) fn directory(path: &str, test: &Test) -> Bounds {
    const WHOLE: &str = "file.path";
    let from_path = match around(WHOLE, test, "", "*") {
        bounds if matches!(test, Test::Matches(_)) => bounds,
        _ => Bounds::within(has(WHOLE)),
    };
    Bounds::any([
        same(path, test),
        Bounds::exact(not(has(path))).and(from_path),
    ])
}

/// `module.log`
pub(super) fn dataset(path: &str, test: &Test) -> Bounds {
    const PRODUCT: &str = "metadata.product.name";
    let both = all(vec![has(PRODUCT), has(path)]);
    let literal = match test {
        Test::Exists => return Bounds::exact(both),
        Test::Matches(pattern) => pattern.as_literal(),
        _ => None,
    };
    let Some(text) = literal else {
        return Bounds::within(both);
    };
    let split = text.match_indices('.').map(|(dot, _)| {
        let module = Test::Matches(Pattern::literal(&text[..dot]));
        exact::spelled(PRODUCT, &module, '_', &[' '])
            .and(Bounds::exact(is(path, &text[dot + 1..])))
            .and(Bounds::exact(both.clone()))
    });
    Bounds::any(split)
}

/// The key's path and the value's name.
pub(super) fn registry_path(path: &str, test: &Test) -> Bounds {
    const NAME: &str = "reg_value.name";
    let literal = match test {
        Test::Exists => return present(path),
        Test::Matches(pattern) => pattern.as_literal(),
        _ => None,
    };
    let Some(text) = literal else {
        return Bounds::within(has(path));
    };
    let whole = all(vec![is(path, text), not(has(NAME))]);
    let split = text.match_indices('\\').map(|(at, _)| {
        all(vec![
            is(path, &text[..at]),
            is(NAME, &text[at + 1..]),
            has(path),
            has(NAME),
        ])
    });
    Bounds::exact(any([whole].into_iter().chain(split).collect()))
}
