//! Places in an event from which a field's text is read.

mod inverse;
mod table;

pub(crate) use inverse::Inverse;
pub(crate) use table::{Candidate, FieldMap, Fields};

use aurora_ocsf::Path;
use aurora_sigma::{FieldValue, Flow, Presence};
use serde_json::Value;

/// A path, and how its value becomes the field's text again.
#[derive(Debug)]
pub(crate) struct Place {
    pub path: Path,
    /// `domain` beside a user's `name`, `name` beside a registry value's `path`.
    pub sibling: Option<Path>,
    pub inverse: Inverse,
}

impl Place {
    pub fn new(path: &str, inverse: Inverse) -> Result<Self, String> {
        let parse = |text: &str| Path::parse(text).map_err(|error| error.to_string());
        let sibling = match inverse.sibling() {
            Some(name) => {
                let (parent, _) = path
                    .rsplit_once('.')
                    .ok_or("a path below an object is wanted")?;
                Some(parse(&format!("{parent}.{name}"))?)
            }
            None => None,
        };
        Ok(Self {
            path: parse(path)?,
            sibling,
            inverse,
        })
    }

    /// Visits the field's values; absent when nothing stands at the path.
    pub fn visit(&self, event: &Value, visit: &mut dyn FnMut(FieldValue<'_>) -> Flow) -> Presence {
        let mut presence = Presence::Absent;
        let mut flow = Flow::Continue(());
        let sibling = self
            .sibling
            .as_ref()
            .and_then(|path| path.get(event)?.as_str());
        self.path.visit(event, &mut |value| {
            presence = Presence::Present;
            if flow.is_continue() {
                flow = self.inverse.visit(value, sibling, visit);
            }
        });
        presence
    }
}
