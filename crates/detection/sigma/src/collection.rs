//! Rule collections: documents of one file that lend attributes to those after them.

use crate::error::Error;
use crate::yaml::{Entry, Kind, Node, Source, quoted};
use aurora_nearest::nearest;

const ACTIONS: [&str; 3] = ["global", "reset", "repeat"];

/// What the documents so far have left for the next.
#[derive(Default)]
pub(crate) struct Collection {
    global: Option<Node>,
    /// First lines of the documents that `global` was made of.
    global_lines: Vec<u32>,
    previous: Option<Whole>,
}

/// A document with everything that it takes from others.
#[derive(Clone)]
pub(crate) struct Whole {
    pub node: Node,
    /// First lines of the documents it takes from, in their order.
    pub inherited: Vec<u32>,
}

impl Collection {
    /// The whole document; none for `action: global` and `action: reset`, which only change what
    /// follows. A document's own attributes win over those it takes from others.
    pub fn take(&mut self, source: &Source, document: Node) -> Result<Option<Whole>, Error> {
        let Some(action) = document.entry("action") else {
            let whole = self.with_global(&document);
            self.previous = Some(whole.clone());
            return Ok(Some(whole));
        };
        match action.value.text(source, "action")?.as_str() {
            "global" => {
                self.global_lines.push(document.line);
                let lent = without_action(&document);
                self.global = Some(match &self.global {
                    Some(before) => merge(before, &lent),
                    None => lent,
                });
                Ok(None)
            }
            "reset" => {
                self.global = None;
                self.global_lines.clear();
                only_action(source, &document)?;
                Ok(None)
            }
            "repeat" => self.repeat(source, &document, action).map(Some),
            other => Err(Error::Invalid {
                at: action.value.at(source),
                what: "action".to_owned(),
                found: quoted(other),
                want: ACTIONS.join(", "),
                nearest: nearest(other, ACTIONS).map(str::to_owned),
            }),
        }
    }

    fn with_global(&self, document: &Node) -> Whole {
        match &self.global {
            None => Whole {
                node: document.clone(),
                inherited: Vec::new(),
            },
            Some(global) => Whole {
                node: merge(global, document),
                inherited: self.global_lines.clone(),
            },
        }
    }

    /// The document before, with this one's attributes over it.
    fn repeat(&mut self, source: &Source, document: &Node, action: &Entry) -> Result<Whole, Error> {
        let Some(previous) = &self.previous else {
            let want = "a rule before it, which it repeats";
            return Err(action.value.invalid(source, "action", want));
        };
        let mut inherited = previous.inherited.clone();
        inherited.push(previous.node.line);
        let whole = Whole {
            node: merge(&previous.node, &without_action(document)),
            inherited,
        };
        self.previous = Some(whole.clone());
        Ok(whole)
    }
}

fn only_action(source: &Source, document: &Node) -> Result<(), Error> {
    let Kind::Map(entries) = &document.kind else {
        return Ok(());
    };
    match entries.iter().find(|entry| entry.key != "action") {
        None => Ok(()),
        Some(other) => Err(Error::Contradiction {
            at: other.at(source),
            reason: format!(
                "`action: reset` takes nothing beside it: give `{}` in a document of its own",
                other.key
            ),
        }),
    }
}

fn without_action(document: &Node) -> Node {
    let mut lent = document.clone();
    if let Kind::Map(entries) = &mut lent.kind {
        entries.retain(|entry| entry.key != "action");
    }
    lent
}

/// `over` wins; maps are merged key by key, everything else is replaced whole.
fn merge(under: &Node, over: &Node) -> Node {
    let (Kind::Map(lent), Kind::Map(own)) = (&under.kind, &over.kind) else {
        return over.clone();
    };
    let mut entries: Vec<Entry> = Vec::with_capacity(lent.len() + own.len());
    for entry in lent {
        entries.push(match own.iter().find(|o| o.key == entry.key) {
            Some(same) => Entry {
                value: merge(&entry.value, &same.value),
                ..same.clone()
            },
            None => entry.clone(),
        });
    }
    let new = own.iter().filter(|o| !lent.iter().any(|l| l.key == o.key));
    entries.extend(new.cloned());
    Node {
        kind: Kind::Map(entries),
        ..over.clone()
    }
}
