use aurora_sigma::{Body, Detection, Expr, Item, Matcher};

/// Whether some event without these fields could make a condition hold. What is not known counts as
/// possible, so a `false` is certain.
pub(super) fn can_hold(detection: &Detection, absent: &[&str]) -> bool {
    let possible = Possible { detection, absent };
    let conditions = &detection.conditions;
    conditions.iter().any(|expr| possible.expression(expr).1)
}

struct Possible<'d> {
    detection: &'d Detection,
    absent: &'d [&'d str],
}

/// Whether it can be false, and whether it can be true.
type Can = (bool, bool);

impl Possible<'_> {
    fn expression(&self, expr: &Expr) -> Can {
        match expr {
            Expr::Selection(index) => self.body(&self.detection.selections[*index].body),
            Expr::Not(inner) => {
                let (no, yes) = self.expression(inner);
                (yes, no)
            }
            Expr::And(terms) => every(terms.iter().map(|term| self.expression(term))),
            Expr::Or(terms) => some(terms.iter().map(|term| self.expression(term))),
        }
    }

    fn body(&self, body: &Body) -> Can {
        match body {
            Body::All(items) => every(items.iter().map(|item| self.item(item))),
            Body::Any(bodies) => some(bodies.iter().map(|body| self.body(body))),
        }
    }

    fn item(&self, item: &Item) -> Can {
        let gone = |field: &String| self.absent.contains(&field.as_str());
        if !item.field.as_ref().is_some_and(gone) {
            return (true, true);
        }
        let speaks_of_absence =
            |matcher: &Matcher| matches!(matcher, Matcher::Null | Matcher::Exists(false));
        let tests = item.values.iter().flat_map(|value| &value.any);
        if tests.into_iter().any(speaks_of_absence) {
            return (true, true);
        }
        (true, false)
    }
}

fn every(parts: impl Iterator<Item = Can>) -> Can {
    parts.fold((false, true), |all, one| (all.0 || one.0, all.1 && one.1))
}

fn some(parts: impl Iterator<Item = Can>) -> Can {
    parts.fold((true, false), |all, one| (all.0 && one.0, all.1 || one.1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aurora_sigma::{Document, Options, parse};

    use super::*;

    fn check(detection: &str, absent: &[&str], expected: bool) {
        let text = format!("title: t\nlogsource: {{category: x}}\ndetection:\n{detection}");
        let Document::Rule(rule) = parse("r.yml", &text, &Options::default())
            .remove(0)
            .unwrap()
        else {
            panic!("a rule is wanted");
        };
        assert_eq!(can_hold(&rule.detection, absent), expected, "{detection}");
    }

    #[test]
    fn a_condition_falls_with_the_field_it_needs() {
        let two = "  a: {X: 1}\n  b: {Y: 1}\n";
        check(&format!("{two}  condition: a and b"), &["X"], false);
        check(&format!("{two}  condition: a or b"), &["X"], true);
        check(&format!("{two}  condition: a or b"), &["X", "Y"], false);
        check(&format!("{two}  condition: a and not b"), &["Y"], true);
        check("  a: {X: null}\n  condition: a", &["X"], true);
        check("  a: {'X|exists': false}\n  condition: a", &["X"], true);
        check("  a: ['word']\n  condition: a", &["X"], true);
    }
}
