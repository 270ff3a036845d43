//! Linux audit records: lines of one event are read natively, grouped, and mapped by one program.
//!
//! What it is: [`line`] reads one record (`type=… msg=audit(time:serial): key=value …`, bare or inside syslog, from
//! auditd, the kernel, LAUREL or a collector's JSON), [`event`] joins the records of one event, [`joined`] holds what they
//! say, [`subject`] says who did it, [`socket`] reads addresses, [`syscalls`] names system calls, and [`asked`] tells what
//! of it the program is given. Start reading at [`AuditdParser`].

mod asked;
mod event;
mod fields;
mod joined;
mod laurel;
mod line;
mod socket;
mod subject;
mod syscalls;

use std::borrow::Cow;

use crate::content::Lazy;
use crate::description::Description;
use crate::joiner::Member;
use crate::vrl::convert;
use crate::{Failure, Input, Parsed, Parser, detect};
use asked::Asked;
use event::Joined;

/// One event from all its records.
#[derive(Debug)]
pub(crate) struct AuditdParser {
    name: &'static str,
    description: Description,
    program: Lazy,
    asked: Asked,
}

impl AuditdParser {
    pub(crate) fn new(
        name: &'static str,
        description: Description,
        program: Cow<'static, str>,
    ) -> Self {
        Self {
            name,
            description,
            asked: Asked::by(&program),
            program: Lazy::new(name, program),
        }
    }
}

impl Parser for AuditdParser {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> u32 {
        self.description.version
    }

    fn description(&self) -> Option<&Description> {
        Some(&self.description)
    }

    fn detects(&self, body: &[u8]) -> bool {
        detect::auditd(body)
    }

    fn prepare(&self) -> Result<(), String> {
        self.program.get().map(drop).map_err(ToString::to_string)
    }

    fn is_fitted(&self) -> bool {
        true
    }

    fn parse(&self, input: &Input<'_>) -> Result<Vec<Parsed>, Failure> {
        self.parse_group(std::slice::from_ref(input))
    }

    fn member(&self, input: &Input<'_>) -> Option<Member> {
        line::member(input)
    }

    fn parse_group(&self, inputs: &[Input<'_>]) -> Result<Vec<Parsed>, Failure> {
        // What is not UTF-8 is shown with replacement characters; `raw_data` and the dead letter do the same.
        let bodies = inputs.iter().map(|input| (input, input.body));
        let lines: Vec<_> = bodies
            .map(|(input, body)| (input, convert::text(body.trim_ascii())))
            .collect();
        let mut records = Vec::with_capacity(inputs.len());
        for (input, line) in &lines {
            records.append(&mut line::read(input, line)?);
        }
        let Joined { mut event, fields } = event::join(records, inputs[0].host);
        let (given, rest) = fields.parted(&self.asked);
        event.insert("fields".into(), given.into());
        let mut parsed = self.program.run(&inputs[0], event.into())?;
        for parsed in &mut parsed {
            rest.join(&mut parsed.event);
        }
        Ok(parsed)
    }
}
