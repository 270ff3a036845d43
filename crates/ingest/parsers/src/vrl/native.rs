//! Functions that programs have beside VRL's own. None of them fails: what cannot be read gives null.

use std::borrow::Cow;
use std::net::IpAddr;

use vrl::compiler::expression::{Expr, Query, Variable};
use vrl::compiler::state::TypeState;
use vrl::prelude::*;

use super::{lists, mapping};

/// What a function is called with, in the order of its parameters.
pub(super) type Values<'a> = [Cow<'a, Value>];

/// Gives a function's result.
#[derive(Clone, Copy, Debug)]
enum Call {
    Of(fn(&Values<'_>) -> Value),
    /// Of one value, which it may keep.
    Turn(fn(Cow<'_, Value>) -> Value),
}

/// The most parameters that a function here has.
const MOST: usize = 3;

/// A function without side effects over values, in which VRL needs a type a function.
#[derive(Clone, Copy, Debug)]
struct Native {
    name: &'static str,
    usage: &'static str,
    parameters: &'static [Parameter],
    call: Call,
    gives: Gives,
}

/// What VRL's compiler may rely on.
#[derive(Clone, Copy, Debug)]
enum Gives {
    Any,
    /// A text, whatever the arguments are, so that programs can compare and join it without ado.
    Text,
}

const VALUE: Parameter = Parameter::required("value", kind::ANY, "the value to read");

pub(super) fn functions() -> Vec<Box<dyn Function>> {
    LIST.iter()
        .map(|native| Box::new(*native) as Box<dyn Function>)
        .collect()
}

const LIST: &[Native] = &[
    Native {
        name: "among",
        usage: "The first text of a list that a table has a member for; else null.",
        parameters: &[
            VALUE,
            Parameter::required("table", kind::OBJECT, "an object"),
        ],
        call: Call::Of(lists::among),
        gives: Gives::Any,
    },
    Native {
        name: "crud",
        usage: "What an operation does: 1 create, 2 read, 3 update, 4 delete, told from the first verb in its name; else 99.",
        parameters: &[VALUE],
        call: Call::Of(mapping::crud),
        gives: Gives::Any,
    },
    Native {
        name: "digests",
        usage: "OCSF fingerprints of an object `{md5: …}` or a text `MD5=…,SHA256=…`.",
        parameters: &[VALUE],
        call: Call::Of(mapping::digests),
        gives: Gives::Any,
    },
    Native {
        name: "endpoint",
        usage: "An OCSF endpoint: `ip` or `hostname`, told from the address, and `port`; null without an address.",
        parameters: &[
            Parameter::required("address", kind::ANY, "an IP address or a host's name"),
            Parameter::optional("port", kind::ANY, "its port"),
        ],
        call: Call::Of(endpoint),
        gives: Gives::Any,
    },
    Native {
        name: "epoch_ms",
        usage: "Epoch milliseconds of seconds (a number or its text) or of an ISO 8601 time; null when it is neither.",
        parameters: &[VALUE],
        call: Call::Turn(|v| crate::time::epoch_ms(&v).map_or(Value::Null, Value::Integer)),
        gives: Gives::Any,
    },
    Native {
        name: "file_of",
        usage: "An OCSF file of a path, with its name and folder; null without a name.",
        parameters: &[VALUE],
        call: Call::Of(mapping::file_of),
        gives: Gives::Any,
    },
    Native {
        name: "first",
        usage: "The first element of an array; any other value as it is.",
        parameters: &[VALUE],
        call: Call::Turn(first),
        gives: Gives::Any,
    },
    Native {
        name: "http_method",
        usage: "An HTTP method that OCSF lists, in upper case; else null.",
        parameters: &[VALUE],
        call: Call::Of(mapping::http_method),
        gives: Gives::Any,
    },
    Native {
        name: "http_verb",
        usage: "The activity of OCSF 4002 for an HTTP method: 0 without one, 99 for one that is not listed.",
        parameters: &[VALUE],
        call: Call::Of(mapping::http_verb),
        gives: Gives::Any,
    },
    Native {
        name: "last_segment",
        usage: "What follows the last `/` or `\\` of a path; null when that is empty.",
        parameters: &[VALUE],
        call: Call::Turn(last_segment),
        gives: Gives::Any,
    },
    Native {
        name: "lookup",
        usage: "The member of `table` whose name is `key`, else `default`.",
        parameters: &[
            Parameter::required("key", kind::ANY, "a text or number"),
            Parameter::required("table", kind::OBJECT, "an object"),
            Parameter::optional("default", kind::ANY, "what it is otherwise"),
        ],
        call: Call::Of(lookup),
        gives: Gives::Any,
    },
    Native {
        name: "named",
        usage: "One object of a list of names and values.",
        parameters: &[VALUE],
        call: Call::Of(lists::named),
        gives: Gives::Any,
    },
    Native {
        name: "pairs",
        usage: "The `key=value` words of a text; a value may be empty. What is no such word is left out.",
        parameters: &[VALUE],
        call: Call::Of(pairs),
        gives: Gives::Any,
    },
    Native {
        name: "pick",
        usage: "The first object of a list whose member is this text, whatever the case; else null.",
        parameters: &[
            VALUE,
            Parameter::required("key", kind::ANY, "a member's name"),
            Parameter::required("wanted", kind::ANY, "its text"),
        ],
        call: Call::Of(lists::pick),
        gives: Gives::Any,
    },
    Native {
        name: "protocol",
        usage: "An IP protocol: its lower-case name for a number or a name; null when it is neither.",
        parameters: &[VALUE],
        call: Call::Of(mapping::protocol),
        gives: Gives::Any,
    },
    Native {
        name: "rows",
        usage: "The objects of a list with the members that a table names, under its names.",
        parameters: &[
            VALUE,
            Parameter::required("table", kind::OBJECT, "new names with dotted paths"),
        ],
        call: Call::Of(lists::rows),
        gives: Gives::Any,
    },
    Native {
        name: "severity",
        usage: "A severity_id for a word or a syslog-like name; null when it is none.",
        parameters: &[VALUE],
        call: Call::Of(mapping::severity),
        gives: Gives::Any,
    },
    Native {
        name: "text",
        usage: "A scalar as text; empty for everything else.",
        parameters: &[VALUE],
        call: Call::Turn(|v| match words(v) {
            Value::Null => Value::from(""),
            text => text,
        }),
        gives: Gives::Text,
    },
    Native {
        name: "url_of",
        usage: "An OCSF URL with its parts; null when the text is empty.",
        parameters: &[VALUE],
        call: Call::Of(mapping::url_of),
        gives: Gives::Any,
    },
    Native {
        name: "whole",
        usage: "A whole number from a number or its decimal text; null when it is neither.",
        parameters: &[VALUE],
        call: Call::Turn(|v| whole(&v).map_or(Value::Null, Value::Integer)),
        gives: Gives::Any,
    },
    Native {
        name: "words",
        usage: "A scalar as text; the texts of an array joined with blanks; null for null.",
        parameters: &[VALUE],
        call: Call::Turn(words),
        gives: Gives::Any,
    },
    Native {
        name: "wrapped",
        usage: "Each text of a list as an object that has it under this name; null for what is no list.",
        parameters: &[
            VALUE,
            Parameter::required("name", kind::ANY, "a member's name"),
        ],
        call: Call::Of(lists::wrapped),
        gives: Gives::Any,
    },
];

fn endpoint(values: &Values<'_>) -> Value {
    let Some(address) = values[0]
        .to_str()
        .filter(|text| !text.is_empty() && *text != "-")
    else {
        return Value::Null;
    };
    let plain = address.split_once('%').map_or(address, |(ip, _zone)| ip);
    let key = if plain.parse::<IpAddr>().is_ok() {
        "ip"
    } else {
        "hostname"
    };
    let text = if key == "ip" { plain } else { address };
    let mut endpoint = ObjectMap::from([(key.into(), Value::from(text))]);
    if let Some(port) = values
        .get(1)
        .and_then(|port| whole(port))
        .filter(|port| (0..=65_535).contains(port))
    {
        endpoint.insert("port".into(), Value::Integer(port));
    }
    Value::Object(endpoint)
}

fn lookup(values: &Values<'_>) -> Value {
    let default = || values.get(2).map_or(Value::Null, |value| (**value).clone());
    let Value::Object(table) = &*values[1] else {
        return default();
    };
    let found = match &*values[0] {
        Value::Integer(number) => table.get(number.to_string().as_str()),
        key => key.to_str().and_then(|key| table.get(key)),
    };
    found.cloned().unwrap_or_else(default)
}

fn pairs(values: &Values<'_>) -> Value {
    let text = values[0].to_str().unwrap_or_default();
    let words = text
        .split_ascii_whitespace()
        .filter_map(|word| word.split_once('='));
    Value::Object(
        words
            .map(|(key, value)| (key.into(), Value::from(value)))
            .collect(),
    )
}

pub(crate) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        // Beyond 2^53 a float does not say which whole number was meant.
        Value::Float(number)
            if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 =>
        {
            #[allow(clippy::cast_possible_truncation)]
            Some(number.into_inner() as i64)
        }
        text => text.to_str()?.trim().parse().ok(),
    }
}

fn first(value: Cow<'_, Value>) -> Value {
    match value {
        Cow::Borrowed(Value::Array(values)) => values.first().cloned().unwrap_or(Value::Null),
        Cow::Owned(Value::Array(values)) => values.into_iter().next().unwrap_or(Value::Null),
        value => value.into_owned(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is one of the calls")]
fn last_segment(value: Cow<'_, Value>) -> Value {
    let path = value.to_str();
    match path.and_then(|path| path.rsplit(['/', '\\']).next()) {
        Some(name) if !name.is_empty() => Value::from(name),
        _ => Value::Null,
    }
}

fn words(value: Cow<'_, Value>) -> Value {
    match &*value {
        Value::Null | Value::Object(_) => Value::Null,
        Value::Bytes(text) if std::str::from_utf8(text).is_ok() => value.into_owned(),
        Value::Array(values) => {
            let texts: Vec<_> = values.iter().map(Value::to_string_lossy).collect();
            Value::from(texts.join(" "))
        }
        scalar => Value::from(scalar.to_string_lossy().into_owned()),
    }
}

impl Function for Native {
    fn identifier(&self) -> &'static str {
        self.name
    }

    fn usage(&self) -> &'static str {
        self.usage
    }

    fn category(&self) -> &'static str {
        "Ocsf"
    }

    fn return_kind(&self) -> u16 {
        kind::ANY
    }

    fn parameters(&self) -> &'static [Parameter] {
        self.parameters
    }

    fn examples(&self) -> &'static [Example] {
        &[]
    }

    fn compile(
        &self,
        _: &TypeState,
        _: &mut FunctionCompileContext,
        given: ArgumentList,
    ) -> Compiled {
        let arguments = self.parameters.iter().map(|p| argument(&given, p.keyword));
        let arguments: Vec<_> = arguments.collect();
        let evaluates = |one: &Argument| matches!(one, Argument::Expression(_));
        Ok(Application {
            borrows: !arguments.iter().any(evaluates),
            arguments,
            call: self.call,
            gives: self.gives,
        }
        .as_expr())
    }
}

/// Tables stand in programs as literals. They are built once here, not with every record.
fn argument(given: &ArgumentList, keyword: &'static str) -> Argument {
    let Some(expression) = given.optional(keyword) else {
        return Argument::Constant(Value::Null);
    };
    // Without a state no variable counts as constant: one that a closure changes would be taken as it began.
    if let Some(value) = expression.resolve_constant(&TypeState::default()) {
        return Argument::Constant(value);
    }
    match given.required_expr(keyword) {
        Expr::Variable(variable) => Argument::Variable(variable),
        Expr::Query(query) if query.is_external() || query.as_variable().is_some() => {
            Argument::Path(Box::new(query))
        }
        _ => Argument::Expression(expression),
    }
}

#[derive(Clone, Debug)]
enum Argument {
    Constant(Value),
    Variable(Variable),
    /// A place in the event or in a variable.
    Path(Box<Query>),
    Expression(Box<dyn Expression>),
}

impl Argument {
    /// The value where it is; `None` when there is none, or it must be evaluated.
    fn borrowed<'c>(&'c self, ctx: &'c Context<'_>) -> Option<&'c Value> {
        match self {
            Self::Constant(value) => Some(value),
            Self::Variable(variable) => ctx.state().variable(variable.ident()),
            Self::Path(query) => match query.external_path() {
                Some(path) => ctx.target().target_get(path).ok().flatten(),
                None => {
                    let variable = ctx.state().variable(query.variable_ident()?)?;
                    variable.get(query.path())
                }
            },
            Self::Expression(_) => None,
        }
    }

    fn resolve<'c>(&'c self, ctx: &mut Context<'_>) -> Result<Cow<'c, Value>, ExpressionError> {
        Ok(match self {
            Self::Constant(value) => Cow::Borrowed(value),
            Self::Variable(variable) => Cow::Owned(variable.resolve(ctx)?),
            Self::Path(query) => Cow::Owned(query.resolve(ctx)?),
            Self::Expression(expression) => Cow::Owned(expression.resolve(ctx)?),
        })
    }
}

/// A native function with its arguments.
#[derive(Clone, Debug)]
struct Application {
    arguments: Vec<Argument>,
    call: Call,
    gives: Gives,
    /// No argument is evaluated, hence none changes what another reads, and values are read where they are.
    borrows: bool,
}

impl Application {
    fn call(&self, values: &mut Values<'_>) -> Value {
        match self.call {
            Call::Of(call) => call(values),
            Call::Turn(call) => call(std::mem::replace(&mut values[0], NULL)),
        }
    }
}

const NULL: Cow<'static, Value> = Cow::Owned(Value::Null);

impl FunctionExpression for Application {
    fn resolve(&self, ctx: &mut Context<'_>) -> Resolved {
        let mut values = [NULL; MOST];
        let places = values.iter_mut().zip(&self.arguments);
        if self.borrows {
            for (value, argument) in places {
                if let Some(found) = argument.borrowed(ctx) {
                    *value = Cow::Borrowed(found);
                }
            }
        } else {
            for (value, argument) in places {
                *value = argument.resolve(ctx)?;
            }
        }
        Ok(self.call(&mut values[..self.arguments.len()]))
    }

    fn type_def(&self, _: &TypeState) -> TypeDef {
        match self.gives {
            Gives::Any => TypeDef::any().infallible(),
            Gives::Text => TypeDef::bytes().infallible(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use expect_test::{Expect, expect};
    use vrl::value;

    use super::*;

    fn check(name: &str, values: &[Value], wanted: Expect) {
        let native = LIST.iter().find(|native| native.name == name).unwrap();
        let mut values: Vec<_> = values.iter().map(Cow::Borrowed).collect();
        let given = match native.call {
            Call::Of(call) => call(&values),
            Call::Turn(call) => call(values.remove(0)),
        };
        wanted.assert_eq(&given.to_string());
    }

    #[test]
    fn endpoints_tell_addresses_from_names() {
        check(
            "endpoint",
            &[value!("10.0.0.1"), value!(80)],
            expect![[r#"{ "ip": "10.0.0.1", "port": 80 }"#]],
        );
        check(
            "endpoint",
            &[value!("fe80::1%eth0"), value!("443")],
            expect![[r#"{ "ip": "fe80::1", "port": 443 }"#]],
        );
        check(
            "endpoint",
            &[value!("host.example"), value!(70_000)],
            expect![[r#"{ "hostname": "host.example" }"#]],
        );
        check("endpoint", &[value!(null), value!(80)], expect!["null"]);
    }

    #[test]
    fn no_function_has_more_parameters_than_there_is_room_for() {
        assert!(LIST.iter().all(|native| native.parameters.len() <= MOST));
    }

    #[test]
    fn lookups_fall_back() {
        check(
            "lookup",
            &[value!("b"), value!({ a: 1, b: 2 }), value!(9)],
            expect!["2"],
        );
        check(
            "lookup",
            &[value!(7), value!({ "7": "seven" }), value!(9)],
            expect![[r#""seven""#]],
        );
        check(
            "lookup",
            &[value!(null), value!({ a: 1 }), value!(9)],
            expect!["9"],
        );
    }

    #[test]
    fn pairs_may_be_empty() {
        check(
            "pairs",
            &[value!("logname= uid=0 x ruser= rhost=192.0.2.1  user=root")],
            expect![[
                r#"{ "logname": "", "rhost": "192.0.2.1", "ruser": "", "uid": "0", "user": "root" }"#
            ]],
        );
        check("pairs", &[value!(null)], expect!["{  }"]);
    }

    #[test]
    fn scalars_are_read_leniently() {
        check("whole", &[value!(" 12 ")], expect!["12"]);
        check("whole", &[Value::from_f64_or_zero(1.5)], expect!["null"]);
        check(
            "words",
            &[value!(["a", 1, true])],
            expect![[r#""a 1 true""#]],
        );
        check(
            "last_segment",
            &[value!("C:\\a\\b.exe")],
            expect![[r#""b.exe""#]],
        );
        check("last_segment", &[value!("/usr/bin/")], expect!["null"]);
        check("first", &[value!([])], expect!["null"]);
    }
}
