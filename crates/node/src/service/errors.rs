//! What the planes' errors mean to a caller of the API.

use aurora_api::site::Error;
use aurora_codes::Code;

pub(super) fn records(error: aurora_records::Error) -> Error {
    Error::internal(error)
}

pub(super) fn detect(error: aurora_detect::Error) -> Error {
    use aurora_detect::Error as Detect;
    match error {
        Detect::NoSuchAlert(id) => Error::not_found("alert", id),
        Detect::NoSuchSuppression(id) => Error::not_found("suppression", id),
        Detect::NotNow { .. } => Error::conflict(error.to_string()),
        Detect::Incomplete { .. } => Error::invalid(error.to_string()),
        other => Error::internal(other),
    }
}

pub(super) fn incidents(error: aurora_incidents::Error) -> Error {
    use aurora_incidents::Error as Incidents;
    match error {
        Incidents::NoSuchIncident(id) => Error::not_found("incident", id),
        Incidents::NotNow { .. } => Error::conflict(error.to_string()),
        Incidents::Incomplete { .. } => Error::invalid(error.to_string()),
        other => Error::internal(other),
    }
}

pub(super) fn events(error: aurora_events::Error) -> Error {
    use aurora_events::Error as Events;
    match error {
        Events::Unavailable(_) | Events::Full { .. } => {
            Error::unavailable(error.to_string()).fix(Code::EngineDown.fix())
        }
        Events::TimedOut { .. } | Events::TooMuchMemory { .. } => {
            Error::too_expensive(error.to_string())
        }
        Events::Unanswerable(_) => Error::invalid(error.to_string()),
        other => Error::internal(other),
    }
}

pub(super) fn listeners(error: aurora_listeners::Error) -> Error {
    use aurora_listeners::Error as Listen;
    match error {
        Listen::NoSuchImport(id) => Error::not_found("import", id),
        Listen::NoSuchSource(id) => Error::not_found("source", id),
        Listen::Read { .. } => {
            let text = aurora_tasks::chain(&error);
            Error::invalid(text).fix("name a file that the user of the running site can read")
        }
        Listen::Directory { .. } | Listen::BadSourceName(_) | Listen::Frame { .. } => {
            Error::invalid(aurora_tasks::chain(&error))
        }
        Listen::Full => Error::unavailable(error.to_string()).fix(Code::BusFull.fix()),
        other => Error::internal(other),
    }
}
