//! A compiled program and how it is run.

use std::ops::ControlFlow;

use vrl::compiler::runtime::{Runtime, Terminate};
use vrl::compiler::state::RuntimeState;
use vrl::compiler::{TargetValueRef, TimeZone};
use vrl::diagnostic::Formatter;
use vrl::value::{ObjectMap, Secrets, Value};

use super::library;

/// Expressions that one run may evaluate. Our largest program needs about 2,000 for a record; a program that loops
/// over a record of 1 MiB stays below this too. Counted rather than timed, so that a replay ends the same way.
const MAX_STEPS: u32 = 500_000;

/// A program does not compile.
#[derive(Debug, thiserror::Error)]
#[error("cannot compile the VRL program `{name}`:\n{diagnostics}")]
pub struct CompileError {
    pub name: String,
    /// VRL's own report, with the lines in question.
    pub diagnostics: String,
}

/// A compiled program. Runs are independent of one another.
///
/// The program finds the record under `.body` (an object for JSON, text otherwise) and what the transport knows under
/// `.meta`: `host`, `source`, `received_at` (epoch milliseconds). It leaves an OCSF event as `.` (where the rest of
/// `.body` becomes `unmapped`), or an array of events. Nulls and empty values are pruned afterwards, so a program may
/// assign what a record may lack.
#[derive(Debug)]
pub struct Program {
    name: String,
    program: vrl::compiler::Program,
    /// Whether it may ask what the transport knows.
    asks_meta: bool,
    /// A record's time without a zone means UTC, whatever the machine's zone is.
    zone: TimeZone,
}

impl Program {
    /// Compiles `source`; `name` is for messages.
    ///
    /// # Errors
    /// VRL's diagnostics, as its own tools would print them.
    pub fn compile(name: &str, source: &str) -> Result<Self, CompileError> {
        match vrl::compiler::compile(source, &library::allowed()) {
            Ok(result) => Ok(Self {
                name: name.to_owned(),
                program: result.program,
                asks_meta: asks_meta(source),
                zone: TimeZone::parse("UTC").expect("UTC is a time zone"),
            }),
            Err(diagnostics) => Err(CompileError {
                name: name.to_owned(),
                diagnostics: Formatter::new(source, diagnostics).to_string(),
            }),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs the program on a record.
    ///
    /// # Errors
    /// The program's own message: it failed, aborted or did not end.
    pub(crate) fn run(&self, body: Value, meta: impl FnOnce() -> Value) -> Result<Value, String> {
        let mut event = ObjectMap::from([("body".into(), body)]);
        if self.asks_meta {
            event.insert("meta".into(), meta());
        }
        let mut event = Value::Object(event);
        match self.resolve(&mut event) {
            Ok(()) => Ok(event),
            Err(stopped) => Err(self.told(stopped)),
        }
    }

    /// Runs the program on what it finds as `.`, and leaves there what it leaves.
    pub(super) fn resolve(&self, event: &mut Value) -> Result<(), Terminate> {
        let mut target = TargetValueRef {
            value: event,
            metadata: &mut Value::Object(ObjectMap::new()),
            secrets: &mut Secrets::new(),
        };
        let mut runtime = Runtime::new(RuntimeState::default());
        let mut steps = 0;
        let mut budget = || {
            steps += 1;
            if steps > MAX_STEPS {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        runtime
            .resolve_with_control(&mut target, &self.program, &self.zone, &mut budget)
            .map(drop)
    }

    /// Why it stopped, in its own words.
    pub(super) fn told(&self, stopped: Terminate) -> String {
        match stopped {
            Terminate::Interrupted => format!(
                "program `{}` did not end within {MAX_STEPS} steps",
                self.name
            ),
            stopped => stopped.to_string(),
        }
    }
}

/// `.metadata` is the event's own.
fn asks_meta(source: &str) -> bool {
    let mut asked = source.split(".meta").skip(1);
    asked.any(|rest| !rest.starts_with("data"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use expect_test::{Expect, expect};

    use super::*;

    fn check(source: &str, body: &str, wanted: Expect) {
        let program = match Program::compile("test", source) {
            Ok(program) => program,
            Err(error) => return wanted.assert_eq(&error.to_string()),
        };
        let body = serde_json::from_str(body).unwrap();
        match program.run(body, || Value::Null) {
            Ok(value) => wanted.assert_eq(&value.to_string()),
            Err(message) => wanted.assert_eq(&message),
        }
    }

    #[test]
    fn a_program_maps_a_record() {
        check(
            ". = { \"a\": .body.x, \"b\": .body.none }",
            r#"{"x": 1}"#,
            expect![[r#"{ "a": 1, "b": null }"#]],
        );
    }

    #[test]
    fn a_failure_is_told_in_the_programs_words() {
        check(
            "assert!(.body.x == 2, message: \"x is not 2\")",
            r#"{"x": 1}"#,
            expect![[r#"function call error for "assert" at (0:44): x is not 2"#]],
        );
        check(
            ". = parse_json!(.body)",
            r#""{""#,
            expect![[
                r#"function call error for "parse_json" at (4:22): unable to parse json: EOF while parsing an object at line 1 column 1"#
            ]],
        );
        check("abort \"not ours\"", "{}", expect!["not ours"]);
    }

    #[test]
    fn an_error_in_a_program_is_shown_with_its_line() {
        check(
            ".a = 1\n.b = parse_json(.body)",
            "{}",
            expect![[r#"
            cannot compile the VRL program `test`:

            error[E103]: unhandled fallible assignment
              ┌─ :2:6
              │
            2 │ .b = parse_json(.body)
              │ ---- ^^^^^^^^^^^^^^^^^
              │ │    │
              │ │    this expression is fallible because at least one argument's type cannot be verified to be valid
              │ │    update the expression to be infallible by adding a `!`: `parse_json!(.body)`
              │ │    `.body` argument type is `any` and this function expected a parameter `value` of type `string`
              │ or change this to an infallible assignment:
              │ .b, err = parse_json(.body)
              │
              = see documentation about error handling at https://errors.vrl.dev/#handling
              = see functions characteristics documentation at https://vrl.dev/expressions/#function-call-characteristics
              = learn more about error code 103 at https://errors.vrl.dev/103
              = see language documentation at https://vrl.dev
              = try your code in the VRL REPL, learn more at https://vrl.dev/examples
        "#]],
        );
    }

    #[test]
    fn a_refused_function_does_not_compile() {
        check(
            ". = now()",
            "{}",
            expect![[r#"
            cannot compile the VRL program `test`:

            error[E105]: call to undefined function
              ┌─ :1:5
              │
            1 │ . = now()
              │     ^^^
              │     │
              │     undefined function
              │     did you mean "mod"?
              │
              = learn more about error code 105 at https://errors.vrl.dev/105
              = see language documentation at https://vrl.dev
              = try your code in the VRL REPL, learn more at https://vrl.dev/examples
        "#]],
        );
        check(
            ". = dns_lookup!(\"a\")",
            "{}",
            expect![[r#"
            cannot compile the VRL program `test`:

            error[E105]: call to undefined function
              ┌─ :1:5
              │
            1 │ . = dns_lookup!("a")
              │     ^^^^^^^^^^
              │     │
              │     undefined function
              │     did you mean "lookup"?
              │
              = learn more about error code 105 at https://errors.vrl.dev/105
              = see language documentation at https://vrl.dev
              = try your code in the VRL REPL, learn more at https://vrl.dev/examples
        "#]],
        );
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped() {
        let nested = r#"
            list = split("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a")
            for_each(list) -> |_i, _a| { for_each(list) -> |_j, _b| { for_each(list) -> |_k, c| { .x = c } } }
        "#;
        let program = Program::compile("endless", nested).unwrap();
        let message = program.run(Value::Null, || Value::Null).unwrap_err();
        expect!["program `endless` did not end within 500000 steps"].assert_eq(&message);
    }
}
