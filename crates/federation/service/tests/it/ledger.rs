//! An audit log for tests: entries are words, its head names all of them, a witness compares beginnings.

use std::sync::{Arc, Mutex};

use aurora_federation::{AuditHead, Hash};
use aurora_federation_service::{AuditLog, Checked, Failed, Judged};
use aurora_model::SiteId;

/// Entries of a log, and what witnesses signed of it.
#[derive(Clone, Debug, Default)]
pub struct Pages(pub Arc<Mutex<(Vec<String>, Vec<String>)>>);

impl Pages {
    pub fn write(&self, word: &str) {
        self.0.lock().unwrap().0.push(word.to_owned());
    }

    pub fn cosigned(&self) -> Vec<String> {
        self.0.lock().unwrap().1.clone()
    }
}

#[derive(Debug)]
pub struct Ledger(pub Pages);

impl AuditLog for Ledger {
    fn head(&self) -> Option<AuditHead> {
        let size = self.0.0.lock().unwrap().0.len() as u64;
        let root = Hash([u8::try_from(size).unwrap(); 32]);
        (size > 0).then_some(AuditHead { size, root })
    }

    fn key(&self) -> String {
        "log".to_owned()
    }

    fn witness_key(&self) -> String {
        "witness".to_owned()
    }

    fn request(&self, old: u64) -> Result<String, Failed> {
        let words = self.0.0.lock().unwrap().0.join(" ");
        Ok(format!("old {old}\n\n{words}"))
    }

    fn judge(&self, _: &str, request: &str, seen: Option<&str>) -> Result<Checked, Judged> {
        let (head, note) = request.split_once("\n\n").unwrap();
        let old: u64 = head.strip_prefix("old ").unwrap().parse().unwrap();
        let known = seen.map_or(0, |seen| seen.split(' ').count() as u64);
        if old != known {
            return Err(Judged::Moved(known));
        }
        if !note.starts_with(seen.unwrap_or_default()) {
            return Err(Judged::Forked("the log was forked".to_owned()));
        }
        Ok(Checked {
            note: note.to_owned(),
            size: note.split(' ').count() as u64,
        })
    }

    fn cosign(&self, _: &str, note: &str) -> Result<String, Failed> {
        Ok(format!("seen: {note}"))
    }

    fn keep(&self, _: SiteId, note: &str, cosignature: &str, _: &str) -> Result<(), Failed> {
        assert_eq!(cosignature, format!("seen: {note}"));
        self.0.0.lock().unwrap().1.push(note.to_owned());
        Ok(())
    }
}
