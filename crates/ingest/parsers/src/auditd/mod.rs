//! Linux audit records: lines of one event are read natively, grouped, and mapped by one program.
//!
//! What it is: [`line`] reads one record (`type=… msg=audit(time:serial): key=value …`, bare or inside syslog, from
//! auditd, the kernel, LAUREL or a collector's JSON), [`event`] joins the records of one event, [`subject`] says who did it,
//! [`socket`] reads addresses, [`syscalls`] names system calls. Start reading at [`AuditdParser`].

mod event;
mod fields;
mod laurel;
mod line;
mod socket;
mod subject;
mod syscalls;

use std::borrow::Cow;

use crate::content::Lazy;
use crate::description::Description;
use crate::joiner::Member;
use crate::{Failure, Input, Parsed, Parser, detect};

/// One event from all its records.
#[derive(Debug)]
pub(crate) struct AuditdParser {
    name: &'static str,
    description: Description,
    program: Lazy,
}

impl AuditdParser {
    pub(crate) const fn new(
        name: &'static str,
        description: Description,
        program: Cow<'static, str>,
    ) -> Self {
        Self {
            name,
            description,
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
        let mut records = Vec::with_capacity(inputs.len());
        for input in inputs {
            records.append(&mut line::read(input)?);
        }
        let body = event::join(records);
        self.program.run(&inputs[0], body)
    }
}
