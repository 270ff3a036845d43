use aurora_formats::Framed;
use aurora_ids::Id128;
use aurora_model::{OriginId, RawRecord, SourceName};
use aurora_tasks::Shutdown;

use crate::acceptor::{BATCH_BYTES, BATCH_RECORDS, record};
use crate::{Acceptor, Error};

/// Collects the records of one peer until a batch is full or the socket has no more for now.
///
/// Each gatherer is an origin of its own: syslog has no identity that survives a reconnection.
pub(super) struct Gather {
    acceptor: Acceptor,
    origin: OriginId,
    host: String,
    next: u64,
    bytes: usize,
    records: Vec<RawRecord>,
}

impl Gather {
    pub(super) fn new(acceptor: Acceptor, host: String) -> Self {
        let origin = OriginId(Id128::random());
        Self {
            acceptor,
            origin,
            host,
            next: 0,
            bytes: 0,
            records: Vec::new(),
        }
    }

    /// Takes a datagram, which is a record.
    pub(super) fn datagram(&mut self, body: Vec<u8>) {
        let record = RawRecord::whole(self.next, self.acceptor.now(), body);
        self.next += 1;
        self.take(record);
    }

    /// Takes what a connection's framing found.
    pub(super) fn framed(&mut self, framed: Framed) {
        if !framed.bytes().is_empty() {
            let record = record(framed, self.acceptor.now());
            self.take(record);
        }
    }

    fn take(&mut self, record: RawRecord) {
        self.bytes += record.body.len();
        self.records.push(record);
    }

    pub(super) fn full(&self) -> bool {
        self.records.len() >= BATCH_RECORDS || self.bytes >= BATCH_BYTES
    }

    /// Makes what was collected durable; waits while the site is full.
    pub(super) async fn flush(&mut self, shutdown: &Shutdown) -> Result<(), Error> {
        if self.records.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        let records = std::mem::take(&mut self.records);
        let source = SourceName::new(SourceName::AUTO);
        let accepting =
            self.acceptor
                .accept_patiently(&source, self.origin, &self.host, records, shutdown);
        accepting.await?;
        Ok(())
    }
}
