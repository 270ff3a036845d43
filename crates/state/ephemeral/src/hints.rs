use bytes::Bytes;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender, channel};

/// Hints that wait for a listener; whoever is slower is told that he missed some.
const WAITING: usize = 256;

/// A word that there is something to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    Said(Bytes),
    /// Some were lost on the way: look at everything.
    Missed,
}

/// What somebody hears of a topic from now on.
#[derive(Debug)]
pub struct Hints(Receiver<Hint>);

/// Where an adapter puts what it hears.
#[derive(Clone, Debug)]
pub struct HintSender(Sender<Hint>);

/// A topic's two ends.
pub fn hints() -> (HintSender, Hints) {
    let (sender, receiver) = channel(WAITING);
    (HintSender(sender), Hints(receiver))
}

impl Hints {
    /// The next hint; `None` when there will be none. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Hint> {
        match self.0.recv().await {
            Ok(hint) => Some(hint),
            Err(RecvError::Lagged(_)) => Some(Hint::Missed),
            Err(RecvError::Closed) => None,
        }
    }
}

impl HintSender {
    /// False when nobody listens any more.
    pub fn say(&self, hint: Hint) -> bool {
        self.0.send(hint).is_ok()
    }

    /// Another listener of the same topic.
    pub fn listen(&self) -> Hints {
        Hints(self.0.subscribe())
    }

    /// Ends when the last listener has gone.
    pub async fn deserted(&self) {
        self.0.closed().await;
    }
}
