//! What is wrong with rules, for people and for exit codes.

use aurora_messages::RuleProblem;

use crate::exit::Exit;
use crate::output::{Ink, Line};

/// `file:line:column: what is wrong`, as editors read it.
pub fn problem(found: &RuleProblem) -> Line {
    let number = |number: Option<u32>| number.map(|n| format!(":{n}")).unwrap_or_default();
    let place = format!(
        "{}{}{}: ",
        found.file,
        number(found.line),
        number(found.column)
    );
    let line = Line::new().bold(place);
    let line = if found.fatal {
        line.ink(Ink::Red, "error: ")
    } else {
        line.dim("advice: ")
    };
    line.plain(&found.reason)
}

pub fn exit(problems: &[RuleProblem]) -> Exit {
    if problems.iter().any(|problem| problem.fatal) {
        Exit::Partly
    } else {
        Exit::Ok
    }
}
