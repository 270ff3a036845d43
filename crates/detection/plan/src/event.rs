use aurora_sigma::{FieldSource, Flow, Presence};

use crate::values::Loaded;

/// A field that some rule asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Fields of the same name are one field within a namespace: sections whose rules find a name
    /// in different places have different ones.
    pub namespace: u32,
    /// `None` for the texts that keywords are looked for in.
    pub name: Option<String>,
}

/// An event under evaluation.
pub trait Event {
    /// The JSON text that [`Loaded::push_json`] points into; empty when there is none.
    fn json(&self) -> &str {
        ""
    }

    /// Texts in one of which every word stands that some text which keywords are looked for in holds,
    /// but perhaps for ASCII case; `None` when there are no such texts. A word is of ASCII characters,
    /// none of them but the first ones one that JSON escapes, and it is no number.
    fn haystacks(&self) -> Option<[&str; 3]> {
        None
    }

    /// Hands over the field's values and says whether the event has the field at all. `field` is
    /// the index of `wanted` in [`crate::Plan::fields`].
    fn load(&self, field: usize, wanted: &Field, into: &mut Loaded<'_>) -> bool;

    /// The event as the plain evaluator sees it, for rules of the namespace.
    fn source(&self, namespace: u32) -> &dyn FieldSource;
}

/// Any source of fields as an event.
#[derive(Clone, Copy)]
pub struct Sourced<'s>(pub &'s dyn FieldSource);

impl std::fmt::Debug for Sourced<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sourced").finish_non_exhaustive()
    }
}

impl Event for Sourced<'_> {
    fn load(&self, _field: usize, wanted: &Field, into: &mut Loaded<'_>) -> bool {
        load(self.0, wanted, into)
    }

    fn source(&self, _namespace: u32) -> &dyn FieldSource {
        self.0
    }
}

/// Reads a field from a source.
pub fn load(source: &dyn FieldSource, wanted: &Field, into: &mut Loaded<'_>) -> bool {
    let Some(name) = &wanted.name else {
        source.texts(&mut |text| {
            into.push(aurora_sigma::FieldValue::Str(text));
            Flow::Continue(())
        });
        return true;
    };
    let presence = source.field(name, &mut |value| {
        into.push(value);
        Flow::Continue(())
    });
    presence == Presence::Present
}
