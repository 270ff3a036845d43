//! An alert's life as a pure function: a command in, the changed alert out.

use aurora_clock::Timestamp;
use aurora_model::{Alert, AlertStatus, Disposition};

use crate::Error;

/// What people do with an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Somebody takes it, possibly from somebody else.
    Own { owner: String },
    /// Its owner gives it back to the queue.
    Release,
    Close {
        disposition: Disposition,
        note: Option<String>,
    },
    /// Undoes a close; whoever owned it owns it again.
    Reopen,
}

impl Command {
    /// The name in the permission taxonomy.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Own { .. } => "alert.own",
            Self::Release => "alert.release",
            Self::Close { .. } => "alert.close",
            Self::Reopen => "alert.reopen",
        }
    }
}

/// # Errors
/// [`Error::NotNow`] when the alert's state does not allow the command.
pub fn apply(alert: &mut Alert, command: &Command, now: Timestamp) -> Result<(), Error> {
    match (command, alert.status) {
        (Command::Own { .. }, AlertStatus::Closed) => {
            return Err(not_now("own", "it is closed; reopen it first"));
        }
        (Command::Own { owner }, _) => {
            alert.owner = Some(owner.clone());
            alert.status = AlertStatus::Owned;
        }
        (Command::Release, AlertStatus::Owned) => {
            alert.owner = None;
            alert.status = AlertStatus::New;
        }
        (Command::Release, _) => return Err(not_now("release", "nobody owns it")),
        (Command::Close { .. }, AlertStatus::Closed) => {
            return Err(not_now("close", "it is closed already"));
        }
        (Command::Close { disposition, note }, _) => {
            alert.status = AlertStatus::Closed;
            alert.disposition = Some(*disposition);
            alert.note.clone_from(note);
        }
        (Command::Reopen, AlertStatus::Closed) => {
            let owned = alert.owner.is_some();
            alert.status = if owned {
                AlertStatus::Owned
            } else {
                AlertStatus::New
            };
            alert.disposition = None;
        }
        (Command::Reopen, _) => return Err(not_now("reopen", "it is not closed")),
    }
    alert.updated_at = now;
    Ok(())
}

fn not_now(command: &'static str, reason: &str) -> Error {
    Error::NotNow {
        command,
        reason: reason.to_owned(),
    }
}
