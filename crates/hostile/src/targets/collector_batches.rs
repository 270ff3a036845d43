//! What a collector posts: batches, one after the other. Whatever is in them, reading ends, and a batch that is read takes no
//! more than it said.

use aurora_model::{RawBatch, RawRecord, relay};

pub fn run(data: &[u8]) {
    let mut count = 0;
    for batch in relay::read(data) {
        let Ok((header, body)) = batch else { return };
        count += 1;
        assert!(count <= data.len());
        let said = RawBatch::decoded_bytes(body);
        if said > 1 << 20 {
            continue;
        }
        if let Ok(batch) = RawBatch::decode(&header, body) {
            let bytes: usize = batch.records.iter().map(|record| record.body.len()).sum();
            assert!(bytes <= said);
            let most = RawRecord::MAX_DROPPED;
            assert!(batch.records.iter().all(|record| record.weight() <= most));
        }
    }
}
