//! Literals that every match of a regular expression contains.

use aurora_sigma::fold;
use regex_syntax::hir::{Class, Hir, HirKind};

/// More alternatives than this are no help.
const MAX_ALTERNATIVES: usize = 64;
/// Shorter ones are in most texts.
const MIN_BYTES: usize = 3;

/// Folded texts, one of which stands in every folded text that the expression matches. `None` when
/// there are no good ones.
///
/// The flags that the expression was built with are not known here, and need not be: case is
/// folded away and the others do not change literals. Only ASCII is trusted, since the case of
/// other letters is a matter of tables.
pub(crate) fn required(pattern: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let best = any_of(&hir)?;
    let good = best.len() <= MAX_ALTERNATIVES && best.iter().all(|text| text.len() >= MIN_BYTES);
    good.then_some(best)
}

/// How much a set tells: its shortest member.
fn worth(set: &[String]) -> usize {
    set.iter().map(String::len).min().unwrap_or(0)
}

fn any_of(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => run(std::slice::from_ref(hir)),
        HirKind::Capture(capture) => any_of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => any_of(&repetition.sub),
        HirKind::Concat(parts) => concat(parts),
        HirKind::Alternation(branches) => {
            let sets: Option<Vec<Vec<String>>> = branches.iter().map(any_of).collect();
            sets.map(|sets| sets.into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// The best of the literal runs and of the parts between them.
fn concat(parts: &[Hir]) -> Option<Vec<String>> {
    let mut best: Option<Vec<String>> = None;
    let mut offer = |set: Option<Vec<String>>| {
        if let Some(set) = set
            && best.as_deref().is_none_or(|best| worth(best) < worth(&set))
        {
            best = Some(set);
        }
    };
    for group in parts.chunk_by(|a, b| text(a).is_some() && text(b).is_some()) {
        offer(run(group));
        group
            .iter()
            .filter(|part| text(part).is_none())
            .for_each(|part| offer(any_of(part)));
    }
    best
}

fn run(parts: &[Hir]) -> Option<Vec<String>> {
    let whole: Option<Vec<String>> = parts.iter().map(text).collect();
    let whole = whole?.concat();
    (!whole.is_empty()).then(|| vec![whole])
}

/// The ASCII text that the part matches, whatever its case.
fn text(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            text.is_ascii().then(|| text.to_ascii_lowercase())
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut chars = class.iter().flat_map(|range| range.start()..=range.end());
            let first = fold(&chars.next()?.to_string()).into_owned();
            let same = chars
                .take(8)
                .enumerate()
                .all(|(at, c)| at < 7 && *fold(&c.to_string()) == first);
            (same && first.is_ascii()).then_some(first)
        }
        HirKind::Capture(capture) => text(&capture.sub),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(pattern: &str, expect: Expect) {
        expect.assert_eq(&format!("{:?}", required(pattern)));
    }

    #[test]
    fn what_must_be_there() {
        check(r"\\[a-z]+\.PS1$", expect![[r#"Some([".ps1"])"#]]);
        check(
            "(?i)invoke-.*(mimi|kiwi)",
            expect![[r#"Some(["invoke-"])"#]],
        );
        check(
            "(one|(?:two|three)+)x?",
            expect![[r#"Some(["one", "two", "three"])"#]],
        );
        check("(one|t)", expect!["None"]);
        check(r"[0-9]{3}\s*abc", expect![[r#"Some(["abc"])"#]]);
        check("abc?", expect!["None"]);
        check("aéb", expect!["None"]);
        check("(a)(b)(c)d*", expect![[r#"Some(["abc"])"#]]);
        check("(abc)*", expect!["None"]);
    }
}
