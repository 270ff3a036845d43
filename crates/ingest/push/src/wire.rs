//! Protocol buffers by the field, for what repeats: a message is never decoded whole, or two bytes
//! on the wire would become hundreds in memory, a million times.

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use crate::Error;

/// A field of a message: its number, and its bytes if it has a length.
pub(crate) type Field<'b> = (u32, Option<&'b [u8]>);

/// The fields of a message in their order.
pub(crate) struct Fields<'b> {
    rest: &'b [u8],
    protocol: &'static str,
}

impl<'b> Fields<'b> {
    pub(crate) fn of(protocol: &'static str, message: &'b [u8]) -> Self {
        Self {
            rest: message,
            protocol,
        }
    }

    fn read(&mut self) -> Result<Field<'b>, prost::DecodeError> {
        let (number, kind) = decode_key(&mut self.rest)?;
        if kind != WireType::LengthDelimited {
            skip_field(kind, number, &mut self.rest, DecodeContext::default())?;
            return Ok((number, None));
        }
        let length = usize::try_from(decode_varint(&mut self.rest)?).unwrap_or(usize::MAX);
        let Some((field, rest)) = self.rest.split_at_checked(length) else {
            self.rest = &[];
            return Err(prost::DecodeError::new(
                "a field is longer than its message",
            ));
        };
        self.rest = rest;
        Ok((number, Some(field)))
    }
}

impl<'b> Iterator for Fields<'b> {
    type Item = Result<Field<'b>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let read = self.read();
        if read.is_err() {
            self.rest = &[];
        }
        Some(read.map_err(|error| Error::malformed(self.protocol, error)))
    }
}
