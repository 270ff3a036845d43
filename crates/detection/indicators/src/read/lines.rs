use std::io::{BufRead, Read as _};

use super::{Candidate, Sink};
use crate::{Error, Value};

/// Longer lines are none that hold a value.
const LONGEST: u64 = 16 * 1024;

/// A value a line. What follows a `#`, a `;` or a blank is a comment; blank lines count for nothing.
pub(super) fn read(input: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), Error> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let taken = input.take(LONGEST).read_until(b'\n', &mut line);
        if taken.map_err(|error| sink.unreadable(error))? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        if line.len() as u64 == LONGEST && !line.ends_with(b"\n") {
            sink.reject(format!("line {number}"), &text, "the line is too long");
            skip_line(input).map_err(|error| sink.unreadable(error))?;
            continue;
        }
        let text = text.trim();
        if text.is_empty() || text.starts_with(['#', ';']) || text.starts_with("//") {
            continue;
        }
        // A value has no blanks, so that `192.0.2.1 # why` and hosts files' comments can follow.
        let value = text.split([' ', '\t']).next().unwrap_or(text);
        match Value::guess(value.trim_matches(['"', '\'', ','])) {
            Ok(value) => sink.accept(value, &Candidate::default())?,
            Err(reason) => sink.reject(format!("line {number}"), text, reason),
        }
    }
    Ok(())
}

fn skip_line(input: &mut dyn BufRead) -> std::io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|b| *b == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}
