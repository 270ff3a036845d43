use super::{Bound, Comparison, CorrelationCondition, CorrelationKind, Reference, Threshold};
use crate::attributes::Attributes;
use crate::condition::{self, Expr, Named};
use crate::error::Error;
use crate::number::Number;
use crate::yaml::{Entry, Kind, Node, Scalar, Source};

const KEYS: [&str; 8] = ["field", "percentile", "gt", "gte", "lt", "lte", "eq", "neq"];

pub(super) fn read(
    body: &Attributes<'_>,
    kind: CorrelationKind,
    rules: &[Reference],
) -> Result<CorrelationCondition, Error> {
    let source = body.source;
    let given = body.document.get("condition");
    let node = match given.filter(|node| !matches!(node.kind, Kind::Scalar(Scalar::Null))) {
        None if kind.is_temporal() => return Ok(all(rules.len())),
        None => return Err(body.missing("condition")),
        Some(node) => node,
    };
    match &node.kind {
        Kind::Map(entries) => {
            let threshold = threshold(source, node, entries, kind)?;
            possible(source, node, kind, rules.len(), &threshold.bounds)?;
            Ok(CorrelationCondition::Threshold(threshold))
        }
        Kind::Scalar(Scalar::Text(text)) if kind == CorrelationKind::Temporal => {
            let names: Vec<&str> = rules.iter().map(|rule| rule.text.as_str()).collect();
            condition::parse(text, &names, Named::Rules, &node.at(source))
                .map(CorrelationCondition::Rules)
        }
        Kind::Scalar(Scalar::Text(_)) if kind == CorrelationKind::TemporalOrdered => {
            let want = "nothing, or a map such as `gte: 2`: an expression over rules goes with `type: temporal`";
            Err(node.invalid(source, "condition", want))
        }
        _ => Err(node.invalid(source, "condition", "a map such as `gte: 10`")),
    }
}

/// Without a condition every rule must have matched.
fn all(rules: usize) -> CorrelationCondition {
    let mut terms: Vec<Expr> = (0..rules).map(Expr::Selection).collect();
    CorrelationCondition::Rules(if terms.len() == 1 {
        terms.remove(0)
    } else {
        Expr::And(terms)
    })
}

fn threshold(
    source: &Source,
    node: &Node,
    entries: &[Entry],
    kind: CorrelationKind,
) -> Result<Threshold, Error> {
    let mut bounds = Vec::new();
    for entry in entries {
        let found = Comparison::ALL
            .iter()
            .find(|(_, word)| *word == entry.key)
            .map(|(comparison, _)| *comparison);
        match found {
            Some(comparison) => bounds.push(Bound {
                comparison,
                value: figure(source, entry, kind)?,
            }),
            None if entry.key == "field" || entry.key == "percentile" => {}
            None => return Err(entry.unknown(source, "condition", &KEYS)),
        }
    }
    if bounds.is_empty() || bounds.len() > 2 {
        return Err(Error::Invalid {
            at: node.at(source),
            what: "condition".to_owned(),
            found: format!("{} comparisons", bounds.len()),
            want: "one of gt, gte, lt, lte, eq, neq, or two for a range".to_owned(),
            nearest: None,
        });
    }
    Ok(Threshold {
        fields: fields(source, node, kind)?,
        percentile: percentile(source, node, kind)?,
        bounds,
    })
}

fn figure(source: &Source, entry: &Entry, kind: CorrelationKind) -> Result<Number, Error> {
    let counts = kind.counts();
    let want = match counts {
        true => "a whole number, 0 or more",
        false => "a number",
    };
    let invalid = || entry.value.invalid(source, &entry.key, want);
    let number = match &entry.value.kind {
        Kind::Scalar(Scalar::Number(number, _)) => *number,
        Kind::Scalar(Scalar::Text(text)) => Number::parse(text).ok_or_else(invalid)?,
        _ => return Err(invalid()),
    };
    match number {
        Number::Float(value) if counts && value.fract() != 0.0 => Err(invalid()),
        _ if counts && number.compare(Number::Int(0)) == Some(std::cmp::Ordering::Less) => {
            Err(invalid())
        }
        _ => Ok(number),
    }
}

fn fields(source: &Source, node: &Node, kind: CorrelationKind) -> Result<Vec<String>, Error> {
    let section = Attributes {
        source,
        document: node,
        what: "condition",
    };
    let fields = section.list("field")?;
    let refuse = |want: &str| match node.get("field") {
        Some(given) => given.invalid(source, "field", want),
        None => node.invalid(source, "field", want),
    };
    match (kind.wants_field(), fields.len()) {
        (true, 0) => Err(section.missing("field")),
        (true, 1) | (false, 0) => Ok(fields),
        (true, _) if kind == CorrelationKind::ValueCount => Ok(fields),
        (true, _) => Err(refuse(&format!(
            "one field: {} reckons with one",
            kind.word()
        ))),
        (false, _) if kind == CorrelationKind::EventCount => Err(refuse(
            "nothing: event_count counts matches, and value_count the values of a field",
        )),
        (false, _) => Err(refuse(&format!(
            "nothing: {} looks at rules, not values",
            kind.word()
        ))),
    }
}

/// Which percentile; the bounds then compare the value found there.
fn percentile(source: &Source, node: &Node, kind: CorrelationKind) -> Result<Option<f64>, Error> {
    let Some(given) = node.get("percentile") else {
        return Ok(None);
    };
    if kind != CorrelationKind::ValuePercentile {
        let want = format!(
            "nothing: it goes with value_percentile, not {}",
            kind.word()
        );
        return Err(given.invalid(source, "percentile", &want));
    }
    let number = match &given.kind {
        Kind::Scalar(Scalar::Number(number, _)) => number.as_f64(),
        _ => f64::NAN,
    };
    match (0.0..=100.0).contains(&number) {
        true => Ok(Some(number)),
        false => Err(given.invalid(source, "percentile", "a number from 0 to 100")),
    }
}

/// Refuses bounds that nothing satisfies.
fn possible(
    source: &Source,
    node: &Node,
    kind: CorrelationKind,
    rules: usize,
    bounds: &[Bound],
) -> Result<(), Error> {
    let text: Vec<String> = bounds.iter().map(Bound::to_string).collect();
    let refuse = |want: String| {
        Err(Error::Invalid {
            at: node.at(source),
            what: "condition".to_owned(),
            found: format!("`{}`", text.join(", ")),
            want,
            nearest: None,
        })
    };
    if kind.is_temporal() {
        let counts = (1..=rules).filter_map(|n| Some(Number::Int(n.try_into().ok()?)));
        if !bounds_met(counts, bounds) {
            return refuse(format!("a number of rules out of the {rules} named"));
        }
    }
    let figures = || bounds.iter().flat_map(|bound| bound.neighbours());
    if bounds_met(
        figures().filter(|figure| !kind.counts() || is_count(*figure)),
        bounds,
    ) {
        return Ok(());
    }
    match kind.counts() {
        true => refuse("bounds that a count of 1 or more can be within".to_owned()),
        false => refuse("bounds that some figure can be within".to_owned()),
    }
}

fn bounds_met(mut figures: impl Iterator<Item = Number>, bounds: &[Bound]) -> bool {
    figures.any(|figure| bounds.iter().all(|bound| bound.holds(figure)))
}

/// A window is looked at when a match arrives, so no count is below 1.
fn is_count(figure: Number) -> bool {
    matches!(figure, Number::Int(1..))
}

impl Bound {
    /// Figures that stand for all others: whatever this bound and another leave open holds one.
    fn neighbours(self) -> [Number; 6] {
        let at = self.value.as_f64();
        let step = at.abs().max(1.0) * 1e-9;
        #[allow(clippy::cast_possible_truncation)]
        let whole = match self.value {
            Number::Int(value) => value,
            Number::Float(value) => value as i128,
        };
        [
            self.value,
            Number::Int(1),
            Number::Int(whole.saturating_sub(1)),
            Number::Int(whole.saturating_add(1)),
            Number::Float(at - step),
            Number::Float(at + step),
        ]
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.value {
            Number::Int(value) => write!(f, "{}: {value}", self.comparison.word()),
            Number::Float(value) => write!(f, "{}: {value}", self.comparison.word()),
        }
    }
}
