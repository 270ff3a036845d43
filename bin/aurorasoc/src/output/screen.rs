use std::io::{self, IsTerminal as _, Write};

use aurora_clock::Timestamp;
use serde::Serialize;

use super::clean::clean_json;
use super::{Line, Table, count, of};

/// What the reader's end can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub colour: bool,
    /// Columns to fit into; absent when it is not a terminal.
    pub width: Option<u16>,
}

/// Where a command shows its result.
pub struct Screen {
    out: Box<dyn Write + Send>,
    look: Look,
    /// What relative times are relative to.
    pub now: Timestamp,
}

impl Screen {
    pub fn standard(now: Timestamp) -> Self {
        let look = Look {
            colour: colours(io::stdout().is_terminal()),
            width: width(),
        };
        Self {
            out: Box::new(io::stdout()),
            look,
            now,
        }
    }

    /// Beside the result: what people should know when a program or a file takes it.
    pub fn beside(&self) -> Self {
        let look = Look {
            colour: colours(io::stderr().is_terminal()),
            width: None,
        };
        Self {
            out: Box::new(io::stderr()),
            look,
            now: self.now,
        }
    }

    /// Whether the result goes to a terminal.
    pub fn is_for_people(&self) -> bool {
        self.look.width.is_some()
    }

    #[cfg(test)]
    pub fn to(out: Box<dyn Write + Send>, look: Look, now: Timestamp) -> Self {
        Self { out, look, now }
    }

    pub fn line(&mut self, line: impl Into<Line>) -> io::Result<()> {
        let mut text = line.into().render(self.look.colour);
        text.push('\n');
        self.write(&text)
    }

    pub fn blank(&mut self) -> io::Result<()> {
        self.write("\n")
    }

    /// What a name means: indented under a heading.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        self.blank()?;
        self.line(Line::new().bold(text))
    }

    pub fn table(&mut self, table: &Table) -> io::Result<()> {
        let text = table.render(self.look);
        self.write(&text)
    }

    /// Below the first `shown` of a list: that there are more, and how to see them.
    pub fn rest(&mut self, total: u64, shown: usize) -> io::Result<()> {
        match total.saturating_sub(shown as u64) {
            0 => Ok(()),
            more => self.line(Line::new().dim(format!("{} more; --limit shows them", count(more)))),
        }
    }

    /// Below a list: how many there are, and how many of them are not shown.
    pub fn tally(&mut self, total: u64, shown: usize, what: &str) -> io::Result<()> {
        let mut told = of(total, what);
        let more = total.saturating_sub(shown as u64);
        if more > 0 {
            told.push_str(&format!(", {} not shown: raise --limit", count(more)));
        }
        self.line(Line::new().dim(told))
    }

    /// One document on one line, so that many are JSON lines.
    pub fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(value)?;
        self.write(&clean_json(&text))?;
        self.write("\n")
    }

    /// Text of our own making, such as a shell's completions, as it is.
    pub fn verbatim(&mut self, text: &str) -> io::Result<()> {
        self.write(text)
    }

    /// Columns to fit into.
    pub fn width(&self) -> Option<u16> {
        self.look.width
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

/// Colour is for terminals, unless the reader does not want it (no-color.org).
pub fn colours(terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    terminal && !set("NO_COLOR") && !dumb
}

fn width() -> Option<u16> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(if size.ws_col == 0 {
        80
    } else {
        size.ws_col.max(40)
    })
}
