//! A shard from its keys.

use crate::codec::{self, Fault, Key, Part, Parts};
use crate::key::Namespace;
use crate::plan::Plan;
use crate::{Error, Shard};

/// Takes a shard's keys in their order, and makes each group as soon as all of it is there.
#[derive(Debug)]
pub struct Restore<'p> {
    plan: &'p Plan,
    shard: Shard,
    /// The group whose keys come.
    group: Option<(Namespace, [u8; 16], Parts)>,
}

impl<'p> Restore<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            shard: Shard::new(),
            group: None,
        }
    }

    /// The next key, behind all that came before, and its value.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::Newer`], whatever the bytes are.
    pub fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), Error> {
        let name = codec::read_key(key);
        let name = name.ok_or_else(|| damaged(key, Fault::Damaged("the key is none")))?;
        let (namespace, group) = match name {
            Key::Progress => {
                let progress = codec::read_progress(value);
                self.shard.progress = progress.map_err(|fault| damaged(key, fault))?;
                return Ok(());
            }
            Key::Rule(namespace) => (namespace, None),
            Key::Group(namespace, id, part) => (namespace, Some((id, part))),
        };
        let Some(it) = self.plan.find(namespace) else {
            self.shard.orphans.push(key.to_vec());
            return Ok(());
        };
        let Some((id, part)) = group else {
            let is_full = codec::read_rule(value).map_err(|fault| damaged(key, fault))?;
            self.shard.rule(it).is_full = is_full;
            return Ok(());
        };
        let is_next = |(of, its, _): &(Namespace, [u8; 16], Parts)| (*of, *its) != (namespace, id);
        if self.group.as_ref().is_none_or(is_next) {
            self.close()?;
            self.group = Some((namespace, id, Parts::default()));
        }
        if let Some((_, _, parts)) = &mut self.group {
            match part {
                Part::Head => parts.head = Some(value.to_vec()),
                Part::Chunk(name) => drop(parts.chunks.insert(name, value.to_vec())),
                Part::Bucket(index) => drop(parts.buckets.insert(index, value.to_vec())),
            }
        }
        Ok(())
    }

    /// All keys were given. Those of correlations that the plan does not have are removed by the
    /// next [`Shard::touched`].
    ///
    /// # Errors
    /// As [`Restore::put`].
    pub fn finish(mut self) -> Result<Shard, Error> {
        self.close()?;
        Ok(self.shard)
    }

    fn close(&mut self) -> Result<(), Error> {
        let Some((namespace, id, parts)) = self.group.take() else {
            return Ok(());
        };
        let Some(it) = self.plan.find(namespace) else {
            return Ok(());
        };
        let group = codec::read_group(it, id, &parts);
        let name = codec::key(namespace, &id, Part::Head);
        let mut group = group.map_err(|fault| damaged(&name, fault))?;
        group.resume(it);
        let rule = self.shard.rule(it);
        let slot = rule.put(group);
        rule.set_timers(it, slot);
        Ok(())
    }
}

fn damaged(key: &[u8], fault: Fault) -> Error {
    match fault {
        Fault::Newer(found) => Error::Newer {
            found,
            known: codec::VERSION,
        },
        Fault::Damaged(reason) => Error::Damaged {
            key: key.iter().map(|byte| format!("{byte:02x}")).collect(),
            reason,
        },
    }
}
