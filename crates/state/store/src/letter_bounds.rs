use std::sync::Arc;
use std::time::Duration;

use aurora_artifacts::{Artifacts, Digest};
use aurora_clock::{Clock, Timestamp};
use aurora_model::{Action, Context, Scope};
use aurora_records::{Change, Collection, Document, Guard, Query, Records};

use crate::Error;

/// Raw bytes of dead letters kept, and of those let go; both only grow.
pub(crate) const BYTES_KEPT: &str = "dead_letters/bytes_kept";
const BYTES_GONE: &str = "dead_letters/bytes_gone";
const LETTERS_GONE: &str = "dead_letters/expired";
/// Letters let go with one commit.
const CHUNK: usize = 200;

/// How long dead letters are kept, and how many bytes of them.
#[derive(Clone, Debug)]
pub struct LetterBounds {
    pub keep: Duration,
    pub max_bytes: u64,
    pub scope: Scope,
    pub records: Arc<dyn Records>,
    pub artifacts: Arc<dyn Artifacts>,
    pub clock: Arc<dyn Clock>,
}

/// What was let go; the ledger goes on to count it as given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    pub letters: u64,
    pub bytes: u64,
    /// There were more bytes than may be kept: letters went before their time.
    pub full: bool,
}

impl LetterBounds {
    /// Lets the oldest letters go until the rest is young enough and small enough. Each commit is a
    /// decision on record that names them.
    ///
    /// # Errors
    /// When a store fails.
    pub async fn enforce(&self) -> Result<Expired, Error> {
        let mut held = self.held().await?;
        let before = self.clock.now().minus(self.keep);
        let mut expired = Expired::default();
        loop {
            let oldest = Query::of(Collection::DeadLetters)
                .oldest("received_at")
                .limit(CHUNK);
            let page = self.records.list(&self.scope, &oldest).await?;
            let mut gone = Vec::new();
            for letter in page.documents {
                let full = held > self.max_bytes;
                if !full && received(&letter) >= before {
                    break;
                }
                expired.full |= full && received(&letter) >= before;
                held = held.saturating_sub(size(&letter));
                gone.push(letter);
            }
            if gone.is_empty() {
                return Ok(expired);
            }
            expired.letters += gone.len() as u64;
            expired.bytes += gone.iter().map(size).sum::<u64>();
            self.let_go(&gone, expired.full).await?;
        }
    }

    /// Raw bytes that are kept now.
    async fn held(&self) -> Result<u64, Error> {
        let counters = self.records.counters(&self.scope, "dead_letters/").await?;
        let of = |name: &str| {
            let found = counters.iter().find(|(counter, _)| counter == name);
            found.map_or(0, |(_, count)| *count)
        };
        Ok(of(BYTES_KEPT).saturating_sub(of(BYTES_GONE)))
    }

    async fn let_go(&self, letters: &[Document], full: bool) -> Result<(), Error> {
        let why = if full {
            "dead letters fill the bytes they may take"
        } else {
            "dead letters are older than they are kept"
        };
        let context = Context::service(self.scope.clone(), "store", why);
        let ids = letters.iter().map(|letter| letter.id.clone());
        let mut change = Change::decided(Action::on("dead_letter.expire", ids))
            .count(LETTERS_GONE.to_owned(), letters.len() as u64)
            .count(BYTES_GONE.to_owned(), letters.iter().map(size).sum());
        for letter in letters {
            change = change.remove(Collection::DeadLetters, &letter.id, Guard::Any);
        }
        self.records.commit(&context, change).await?;
        // After the commit: bytes without a letter do less harm than a letter without its bytes.
        for letter in letters {
            let digest = letter.body["artifact"].as_str().and_then(Digest::parse);
            if let Some(digest) = digest {
                self.artifacts.remove(&context, digest).await?;
            }
        }
        Ok(())
    }
}

fn received(letter: &Document) -> Timestamp {
    let millis = letter.body["received_at"].as_i64();
    Timestamp::from_millis(millis.unwrap_or_default())
}

fn size(letter: &Document) -> u64 {
    letter.body["bytes"].as_u64().unwrap_or_default()
}
