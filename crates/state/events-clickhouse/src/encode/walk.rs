use std::fmt;

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::block::{Arrays, Column, Maps};
use super::layout::{Layout, Place};
use super::text::Text;
use crate::body::Block;
use crate::columns::{Kind, PROMOTED, name};

/// The buffers of all columns that are read from events.
pub(super) struct Sink {
    texts: Vec<Column>,
    arrays: Vec<Arrays>,
    unmapped: Maps,
    row: usize,
}

impl Sink {
    pub(super) fn new() -> Self {
        let many = PROMOTED
            .iter()
            .filter(|(_, kind)| *kind == Kind::Many)
            .count();
        Self {
            texts: (many..PROMOTED.len()).map(|_| Column::default()).collect(),
            arrays: (0..many).map(|_| Arrays::default()).collect(),
            unmapped: Maps::default(),
            row: 0,
        }
    }

    fn put(&mut self, place: Place, text: &str) {
        match place {
            Place::Text(column) => self.texts[column].set(self.row, text.as_bytes()),
            Place::Many(column) => self.arrays[column].push(text.as_bytes()),
            Place::Nothing | Place::Unmapped => {}
        }
    }

    pub(super) fn end_row(&mut self) {
        self.row += 1;
        self.arrays.iter_mut().for_each(Arrays::end_row);
        self.unmapped.end_row();
    }

    /// All columns in the order of the schema.
    pub(super) fn write(mut self, out: &mut Block) {
        let row = self.row;
        self.texts.iter_mut().for_each(|column| column.fill(row));
        let (mut texts, mut arrays) = (self.texts.into_iter(), self.arrays.into_iter());
        for (path, kind) in PROMOTED {
            let name = name(path);
            match kind {
                Kind::Many => arrays.next().expect("one per path").finish(out, &name),
                Kind::Text | Kind::Few => texts.next().expect("one per path").finish(out, &name),
            }
        }
        self.unmapped.finish(out, "unmapped");
    }
}

/// Walks one value of an event, along the tree of promoted paths. Values of an unexpected shape are
/// passed over: they are still in the event's text.
pub(super) struct Walk<'a> {
    pub(super) layout: &'a Layout,
    pub(super) node: usize,
    pub(super) sink: &'a mut Sink,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        let node = self.layout.node(self.node);
        if let Place::Text(_) | Place::Many(_) = node.place {
            let text = Text::deserialize(from)?;
            self.sink.put(node.place, &text.0);
            return Ok(());
        }
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let node = self.layout.node(self.node);
        if node.place == Place::Unmapped {
            while let Some((key, value)) = map.next_entry::<Text<'de>, Text<'de>>()? {
                self.sink
                    .unmapped
                    .push(key.0.as_bytes(), value.0.as_bytes());
            }
            return Ok(());
        }
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match node.find(&key.0) {
                Some(node) => {
                    map.next_value_seed(Walk {
                        layout: self.layout,
                        node,
                        sink: &mut *self.sink,
                    })?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some(node) = self.layout.node(self.node).each else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        loop {
            let element = Walk {
                layout: self.layout,
                node,
                sink: &mut *self.sink,
            };
            if seq.next_element_seed(element)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
