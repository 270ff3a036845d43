//! What people do with an incident, as a pure function.

use aurora_clock::Timestamp;
use aurora_model::{AlertStatus, Disposition, Incident, IncidentState, Note};

use crate::Error;

/// The longest note, in characters.
pub const NOTE_CHARS: usize = 4_000;
/// Notes kept with one incident or entity; the decision log has all of them.
pub const MAX_NOTES: usize = 200;

/// What people do with an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Somebody takes it, possibly from somebody else.
    Own {
        owner: String,
    },
    /// Its owner gives it back.
    Release,
    Close {
        disposition: Disposition,
        note: Option<String>,
    },
    /// Undoes a close; whoever owned it owns it again.
    Reopen,
    Note {
        text: String,
    },
}

impl Command {
    /// The name in the permission taxonomy.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Own { .. } => "incident.own",
            Self::Release => "incident.release",
            Self::Close { .. } => "incident.close",
            Self::Reopen => "incident.reopen",
            Self::Note { .. } => "incident.note",
        }
    }
}

/// # Errors
/// [`Error::NotNow`] when the incident's state does not allow the command, [`Error::Incomplete`]
/// for an empty note.
pub fn apply(
    incident: &mut Incident,
    command: &Command,
    author: &str,
    now: Timestamp,
) -> Result<(), Error> {
    if incident.state == IncidentState::Dissolved && !matches!(command, Command::Note { .. }) {
        return Err(not_now("change", "nothing joins its alerts any more"));
    }
    match (command, incident.status) {
        (Command::Own { .. }, AlertStatus::Closed) => {
            return Err(not_now("own", "it is closed; reopen it first"));
        }
        (Command::Own { owner }, _) => {
            incident.owner = Some(owner.clone());
            incident.status = AlertStatus::Owned;
        }
        (Command::Release, AlertStatus::Owned) => {
            incident.owner = None;
            incident.status = AlertStatus::New;
        }
        (Command::Release, _) => return Err(not_now("release", "nobody owns it")),
        (Command::Close { .. }, AlertStatus::Closed) => {
            return Err(not_now("close", "it is closed already"));
        }
        (Command::Close { disposition, note }, _) => {
            incident.status = AlertStatus::Closed;
            incident.disposition = Some(*disposition);
            if let Some(text) = note.as_deref().filter(|text| !text.trim().is_empty()) {
                write(&mut incident.notes, author, text, now);
            }
        }
        (Command::Reopen, AlertStatus::Closed) => reopen(incident),
        (Command::Reopen, _) => return Err(not_now("reopen", "it is not closed")),
        (Command::Note { text }, _) if text.trim().is_empty() => {
            let reason = "it says nothing".to_owned();
            return Err(Error::Incomplete {
                command: "write the note",
                reason,
            });
        }
        (Command::Note { text }, _) => write(&mut incident.notes, author, text, now),
    }
    incident.updated_at = now;
    Ok(())
}

pub(crate) fn reopen(incident: &mut Incident) {
    incident.status = match incident.owner {
        Some(_) => AlertStatus::Owned,
        None => AlertStatus::New,
    };
    incident.disposition = None;
}

/// Adds a note; of more than [`MAX_NOTES`] the oldest go, and stay in the decision log.
pub(crate) fn write(notes: &mut Vec<Note>, author: &str, text: &str, now: Timestamp) {
    notes.push(Note {
        at: now,
        author: author.to_owned(),
        text: text.chars().take(NOTE_CHARS).collect(),
    });
    let over = notes.len().saturating_sub(MAX_NOTES);
    notes.drain(..over);
}

fn not_now(command: &'static str, reason: &str) -> Error {
    Error::NotNow {
        command,
        reason: reason.to_owned(),
    }
}
