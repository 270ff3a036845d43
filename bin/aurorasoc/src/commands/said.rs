//! What people said of an object: their notes and their decisions.

use aurora_messages::DecisionEntry;
use aurora_model::Note;

use crate::output::{Line, Screen};
use crate::time;

/// Both under headings of their own, oldest first; nothing where nothing was said.
pub fn show(screen: &mut Screen, notes: &[Note], history: &[DecisionEntry]) -> std::io::Result<()> {
    if !notes.is_empty() {
        screen.heading("Notes")?;
        for note in notes {
            let line = Line::new().dim(format!("  {}  ", time::exact(note.at)));
            screen.line(line.plain(&note.author).plain("  ").plain(&note.text))?;
        }
    }
    self::history(screen, history)
}

pub fn history(screen: &mut Screen, history: &[DecisionEntry]) -> std::io::Result<()> {
    if history.is_empty() {
        return Ok(());
    }
    screen.heading("History")?;
    for entry in history {
        let line = Line::new().dim(format!("  {}  ", time::exact(entry.at)));
        let line = line.plain(entry.actor.name()).plain("  ");
        let line = line.bold(&entry.action.name);
        screen.line(match entry.reason.as_str() {
            "" => line,
            reason => line.plain("  ").plain(reason),
        })?;
    }
    Ok(())
}
