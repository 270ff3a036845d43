//! A message as it stands in a frame of the local bus.

pub fn run(bytes: &[u8]) {
    let frame = bytes::Bytes::copy_from_slice(bytes);
    if let Some(message) = aurora_bus_local::decode_message(&frame) {
        assert!(message.header.len() + message.body.len() <= bytes.len());
    }
}
