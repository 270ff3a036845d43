use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use super::{Entry, Kind, MAX_DEPTH, MAX_NODES, Node, Scalar};
use crate::error::{Error, Location};

/// The file that errors name.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub file: Arc<str>,
}

impl Source {
    pub fn location(&self, line: u32, column: u32) -> Location {
        Location {
            file: Arc::clone(&self.file),
            line,
            column,
        }
    }
}

/// Every document of the text. A document that cannot be read ends the list with its error: what
/// follows broken YAML has no known meaning.
pub(crate) fn read(source: &Source, text: &str) -> Vec<Result<Node, Error>> {
    let mut builder = Builder {
        source,
        open: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
    };
    let mut documents = Vec::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let step = match event {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => Err(Error::Yaml {
                at: builder.place(error.marker()),
                reason: error.info().to_owned(),
            }),
        };
        match step {
            Ok(Some(document)) => documents.push(Ok(document)),
            Ok(None) => {}
            Err(error) => {
                documents.push(Err(error));
                break;
            }
        }
    }
    documents
}

struct Builder<'s> {
    source: &'s Source,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    /// Spent of [`MAX_NODES`], copies for anchors and aliases included.
    nodes: usize,
}

/// A list or map whose end has not come yet.
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value.
    key: Option<(String, u32, u32)>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<Option<Node>, Error> {
        let at = span.start;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let scalar = scalar(&text, style, tag.as_deref());
                self.close(node(at, Kind::Scalar(scalar)), anchor)
            }
            Event::SequenceStart(anchor, _) => self.open(at, Kind::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.open(at, Kind::Map(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop().expect("the parser pairs starts with ends");
                self.close(open.node, open.anchor)
            }
            Event::Alias(id) => {
                let Some(target) = self.anchors.get(&id) else {
                    return Err(self.yaml(&at, "an alias inside its own anchor"));
                };
                let copy = Node {
                    line: line(&at),
                    column: column(&at),
                    ..target.clone()
                };
                self.spend(copy.count(), &at)?;
                self.close(copy, 0)
            }
            _ => Ok(None),
        }
    }

    fn open(&mut self, at: Marker, kind: Kind, anchor: usize) -> Result<Option<Node>, Error> {
        if self.open.len() >= MAX_DEPTH {
            let at = self.place(&at);
            return Err(Error::TooLarge {
                at,
                what: "nesting",
                limit: MAX_DEPTH,
            });
        }
        if let Some(Open {
            node: Node {
                kind: Kind::Map(_), ..
            },
            key: None,
            ..
        }) = self.open.last()
        {
            return Err(self.yaml(&at, "a key must be text, not a list or map"));
        }
        self.open.push(Open {
            node: node(at, kind),
            anchor,
            key: None,
        });
        Ok(None)
    }

    /// Puts a finished node into the list or map around it, or hands it back as a document.
    fn close(&mut self, node: Node, anchor: usize) -> Result<Option<Node>, Error> {
        let at = Marker::new(0, node.line as usize, node.column as usize - 1);
        self.spend(1, &at)?;
        if anchor > 0 {
            self.spend(node.count(), &at)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            return Ok(Some(node));
        };
        match &mut parent.node.kind {
            Kind::List(nodes) => nodes.push(node),
            Kind::Map(entries) => match parent.key.take() {
                Some((key, line, column)) => entries.push(Entry {
                    key,
                    line,
                    column,
                    value: node,
                }),
                None => {
                    let Kind::Scalar(scalar) = &node.kind else {
                        return Err(self.yaml(&at, "a key must be text, not a list or map"));
                    };
                    let key = scalar.text();
                    if entries.iter().any(|entry| entry.key == key) {
                        return Err(self.yaml(&at, &format!("duplicate key `{key}`")));
                    }
                    parent.key = Some((key, node.line, node.column));
                }
            },
            Kind::Scalar(_) => unreachable!("only lists and maps are opened"),
        }
        Ok(None)
    }

    fn spend(&mut self, nodes: usize, at: &Marker) -> Result<(), Error> {
        self.nodes += nodes;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        Err(Error::TooLarge {
            at: self.place(at),
            what: "the number of nodes",
            limit: MAX_NODES,
        })
    }

    fn place(&self, at: &Marker) -> Location {
        self.source.location(line(at), column(at))
    }

    fn yaml(&self, at: &Marker, reason: &str) -> Error {
        Error::Yaml {
            at: self.place(at),
            reason: reason.to_owned(),
        }
    }
}

fn node(at: Marker, kind: Kind) -> Node {
    Node {
        line: line(&at),
        column: column(&at),
        kind,
    }
}

fn line(at: &Marker) -> u32 {
    u32::try_from(at.line().max(1)).unwrap_or(u32::MAX)
}

/// The scanner counts columns from 0.
fn column(at: &Marker) -> u32 {
    u32::try_from(at.col() + 1).unwrap_or(u32::MAX)
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Scalar {
    let as_text = tag.is_some_and(|tag| tag.suffix == "str");
    if style == ScalarStyle::Plain && !as_text {
        Scalar::resolve(text)
    } else {
        Scalar::Text(text.to_owned())
    }
}
