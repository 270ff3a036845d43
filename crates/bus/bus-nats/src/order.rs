//! Messages come in the stream's order, whatever was lost on the way.
//!
//! A service keeps how far it has come as one number, so a message must not come before an older one
//! that still has to. JetStream delivers what a dead process was given, or what went down with a
//! connection, after a time-out, and newer messages meanwhile. It numbers the deliveries of a consumer
//! without gaps, though, and a consumer has one process that reads. So when that process begins, when
//! its connection was lost and when a number is missing, everything that is out and not here is given
//! back at once: the server then delivers it before anything new. It does so in the order in which it was
//! given back, and some of it may have been before, so all of it is awaited here and sorted.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_nats::Subject;
use async_nats::jetstream::consumer::Info;
use aurora_bus::{Delivery, Error};
use aurora_model::Stream;
use tokio::time::Instant;

use crate::bus::Inner;
use crate::connection::Life;
use crate::consumer::NAK;
use crate::error::request;

/// The number of the next delivery, for as long as it can be known.
#[derive(Debug, Default)]
pub(crate) struct Order {
    known: Option<(u64, u64)>,
    /// So many messages were given back and have not come again; they are not newer than this one.
    back: Option<(usize, u64)>,
    /// What came again, until everything has that is older.
    early: BTreeMap<u64, Delivery>,
    /// Since when requests for messages fail.
    fails_since: Option<Instant>,
}

impl Order {
    /// Notes how a request for messages ended; for how long they have failed by now.
    pub(crate) fn asked<T>(&mut self, ended: &Result<T, Error>) -> Duration {
        match ended {
            Ok(_) => {
                self.fails_since = None;
                Duration::ZERO
            }
            Err(_) => self.fails_since.get_or_insert_with(Instant::now).elapsed(),
        }
    }

    /// Whether these deliveries are the next ones; none may be missing before or between them.
    pub(crate) fn follows(&mut self, numbers: impl IntoIterator<Item = u64>) -> bool {
        let mut numbers: Vec<u64> = numbers.into_iter().collect();
        numbers.sort_unstable();
        let Some((_, next)) = &mut self.known else {
            return false;
        };
        for number in numbers {
            if number != *next {
                self.known = None;
                return false;
            }
            *next += 1;
        }
        true
    }

    /// Whoever reads next begins anew.
    pub(crate) fn forget(&mut self) {
        *self = Self {
            fails_since: self.fails_since,
            ..Self::default()
        };
    }

    /// How many messages to ask for before anything is given out.
    pub(crate) fn awaited(&self) -> usize {
        self.back.map_or(0, |(count, _)| count)
    }

    /// Messages came, which follow; none when nothing is there. What was given back and does not come was settled
    /// meanwhile, by a last word of whoever had it: then the server tells once more what is out.
    pub(crate) fn came(&mut self, messages: Vec<Delivery>) {
        if let Some((count, last)) = self.back {
            let again = messages.iter().filter(|it| it.seq <= last).count();
            if messages.is_empty() {
                self.known = None;
            }
            // Newer ones come only after all of these.
            let is_over = again >= count || again < messages.len();
            self.back = (!is_over).then(|| (count - again, last));
        }
        self.early
            .extend(messages.into_iter().map(|it| (it.seq, it)));
    }

    /// The oldest of what is here, once nothing older can come.
    pub(crate) fn take(&mut self, max: usize) -> Vec<Delivery> {
        if self.back.is_some() {
            return Vec::new();
        }
        let oldest = std::iter::from_fn(|| self.early.pop_first());
        oldest.take(max).map(|(_, it)| it).collect()
    }

    /// Makes the order known in this life of the connection: gives back what is out and neither in
    /// `held` nor on its way here, for there is no other reader.
    pub(crate) async fn establish(
        &mut self,
        inner: &Inner,
        (stream, name): (Stream, &str),
        held: &BTreeSet<u64>,
        life: &Life,
    ) -> Result<(), Error> {
        if self.known.is_some_and(|(of, _)| of == life.number()) {
            return Ok(());
        }
        // A consumer that was deleted is told by the request for messages.
        if let Some(info) = inner.known(stream, name).await? {
            let count = give_back(inner, &info, held).await?;
            self.back = (count > 0).then_some((count, info.delivered.stream_sequence));
            self.known = Some((life.number(), info.delivered.consumer_sequence + 1));
        }
        Ok(())
    }
}

/// How many messages come again.
async fn give_back(inner: &Inner, info: &Info, held: &BTreeSet<u64>) -> Result<usize, Error> {
    let out = info.ack_floor.stream_sequence + 1..info.delivered.stream_sequence + 1;
    let ours = held.range(out.clone()).count();
    if info.num_ack_pending <= ours {
        return Ok(0);
    }
    let missing = info.num_ack_pending - ours;
    tracing::debug!(
        consumer = info.name,
        missing,
        "what is out is asked for again"
    );
    // Those that are settled already are none of the consumer's any more, and it ignores the word.
    let mut replies = out
        .filter(|seq| !held.contains(seq))
        .map(|seq| reply(info, seq));
    let last = replies.next_back();
    for reply in replies {
        let told = inner.client.publish(reply, NAK).await;
        told.map_err(|error| request(&error))?;
    }
    // Its answer says that all of them were heard.
    if let Some(last) = last {
        let heard = inner.client.request(last, NAK).await;
        heard.map_err(|error| request(&error))?;
    }
    Ok(missing)
}

/// Where to speak about a delivery that did not come here: attempt, message, delivery, time, messages
/// left. The server looks at the message, and at whether the delivery is one that it can have made.
fn reply(info: &Info, seq: u64) -> Subject {
    let (stream, name) = (&info.stream_name, &info.name);
    let delivery = info.delivered.consumer_sequence;
    format!("$JS.ACK.{stream}.{name}.1.{seq}.{delivery}.0.0").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_number_ends_what_is_known() {
        let mut order = Order::default();
        assert!(!order.follows([7]), "nothing is known");
        order.known = Some((0, 7));
        assert!(order.follows([8, 7, 9]));
        assert!(order.follows([]));
        assert!(!order.follows([11]), "10 is missing");
        assert!(
            !order.follows([10]),
            "and the order is to be established again"
        );
    }
}
