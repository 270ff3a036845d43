use std::net::IpAddr;
use std::ops::Bound;

use aurora_hunt::{Field, Filter, Pattern, Piece, Range, Target, Test};
use ipnet::IpNet;

use super::Compiler;
use super::expression::Expression;

/// What a condition reads of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cost {
    /// Columns of their own.
    Column,
    /// The record as it came.
    Raw,
    /// The whole event's JSON, parsed.
    Json,
}

impl Compiler<'_> {
    /// A condition that is never NULL.
    pub(super) fn filter(&mut self, filter: &Filter) -> String {
        match filter {
            Filter::All => "1".to_owned(),
            Filter::And(parts) => self.join(parts, " AND "),
            Filter::Or(parts) => self.join(parts, " OR "),
            Filter::Not(inner) => format!("NOT ({})", self.filter(inner)),
            Filter::Text(pattern) => self.matches("raw_data", &pattern.anywhere()),
            Filter::Field(field, test) => self.field(field, test),
        }
    }

    /// The cheap ones first: the engine asks the next one only about rows that the former left open.
    fn join(&mut self, parts: &[Filter], between: &str) -> String {
        let mut parts: Vec<&Filter> = parts.iter().collect();
        parts.sort_by_key(|part| self.cost(part));
        let parts: Vec<String> = parts
            .into_iter()
            .map(|part| format!("({})", self.filter(part)))
            .collect();
        parts.join(between)
    }

    fn field(&mut self, field: &Field, test: &Test) -> String {
        // Holding nothing is about all targets together; every other test about any value of any.
        if matches!(test, Test::Matches(pattern) if pattern.as_literal() == Some("")) {
            return format!("NOT ({})", self.field(field, &Test::Exists));
        }
        let mut targets: Vec<&Target> = field.targets.iter().collect();
        targets.sort_by_key(|target| self.cost_of(target));
        let targets: Vec<String> = targets
            .into_iter()
            .map(|target| {
                let expression = self.target(target);
                self.test(&expression, test)
            })
            .collect();
        targets.join(" OR ")
    }

    fn cost(&self, filter: &Filter) -> Cost {
        match filter {
            Filter::All => Cost::Column,
            Filter::And(parts) | Filter::Or(parts) => {
                let parts = parts.iter().map(|part| self.cost(part));
                parts.max().unwrap_or(Cost::Column)
            }
            Filter::Not(inner) => self.cost(inner),
            Filter::Text(_) => Cost::Raw,
            Filter::Field(field, _) => {
                let targets = field.targets.iter().map(|target| self.cost_of(target));
                targets.max().unwrap_or(Cost::Column)
            }
        }
    }

    fn cost_of(&self, target: &Target) -> Cost {
        match target {
            Target::Path(path) if self.has_column(path) => Cost::Column,
            Target::Path(_) => Cost::Json,
            Target::Source | Target::Ecs(_) => Cost::Column,
        }
    }

    fn test(&mut self, expression: &Expression, test: &Test) -> String {
        match (expression, test) {
            (Expression::Number(_), Test::Exists) => "1".to_owned(),
            (Expression::Number(number), Test::Between(range)) => self.bounds(number, range),
            (Expression::Number(number), Test::Matches(pattern)) if whole(pattern).is_some() => {
                let wanted = whole(pattern).expect("the guard saw it");
                format!("{number} = {}", self.parameters.int(wanted))
            }
            (Expression::Number(number), test) => self.text(&format!("toString({number})"), test),
            (Expression::One(text), test) => self.text(text, test),
            (Expression::Many(array), test) => {
                let one = self.text("v", test);
                format!("arrayExists(v -> ({one}), {array})")
            }
        }
    }

    fn text(&mut self, text: &str, test: &Test) -> String {
        match test {
            Test::Exists => format!("notEmpty({text})"),
            Test::Matches(pattern) => self.matches(text, pattern),
            Test::Within(net) => self.within(text, net),
            Test::Between(range) => {
                let number = format!("toFloat64OrNull({text})");
                let bounds = self.bounds(&number, range);
                format!("ifNull(isFinite({number}) AND {bounds}, 0)")
            }
        }
    }

    fn matches(&mut self, text: &str, pattern: &Pattern) -> String {
        match pattern.as_literal() {
            Some(literal) if literal.is_ascii() => {
                let place = self.parameters.text(&literal.to_ascii_lowercase());
                format!("lower({text}) = {place}")
            }
            Some(literal) => {
                let place = self.parameters.text(literal);
                format!("lowerUTF8({text}) = lowerUTF8({place})")
            }
            None => {
                let place = self.parameters.text(&like(pattern));
                format!("{text} ILIKE {place}")
            }
        }
    }

    /// Every address in the IPv4-mapped form, so that one comparison serves both families.
    fn within(&mut self, text: &str, net: &IpNet) -> String {
        let first = self.parameters.text(&mapped(net.network()));
        let last = self.parameters.text(&mapped(net.broadcast()));
        format!(
            "((isIPv4String({text}) OR isIPv6String({text})) AND \
             (IPv6StringToNumOrDefault({text}) BETWEEN unhex({first}) AND unhex({last})))"
        )
    }

    fn bounds(&mut self, number: &str, range: &Range) -> String {
        let mut conditions = Vec::new();
        let mut add = |sign: &str, bound: f64| {
            conditions.push(format!("{number} {sign} {}", self.parameters.float(bound)));
        };
        match range.lower {
            Bound::Included(bound) => add(">=", bound),
            Bound::Excluded(bound) => add(">", bound),
            Bound::Unbounded => {}
        }
        match range.upper {
            Bound::Included(bound) => add("<=", bound),
            Bound::Excluded(bound) => add("<", bound),
            Bound::Unbounded => {}
        }
        format!("({})", conditions.join(" AND "))
    }
}

/// The whole number that a pattern is, written as numbers are.
fn whole(pattern: &Pattern) -> Option<i64> {
    let text = pattern.as_literal()?;
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// The pattern in LIKE's terms.
fn like(pattern: &Pattern) -> String {
    let mut out = String::new();
    for piece in pattern.pieces() {
        match piece {
            Piece::AnyRun => out.push('%'),
            Piece::AnyOne => out.push('_'),
            Piece::Text(text) => {
                for c in text.chars() {
                    if matches!(c, '\\' | '%' | '_') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    out
}

fn mapped(address: IpAddr) -> String {
    let bits = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    };
    format!("{bits:032x}")
}
