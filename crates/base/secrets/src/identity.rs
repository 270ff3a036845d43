use std::path::Path;

use aurora_clock::Timestamp;
use aurora_ids::{Derive, Id128};
use serde::{Deserialize, Serialize};

use crate::{Error, file};

const FILE: &str = "site.json";
const FORMAT: u32 = 1;

/// Who a site is: drawn at its first start, never changed, not secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiteIdentity {
    pub id: Id128,
    pub created: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    format: u32,
    id: Id128,
    /// RFC 3339, for people.
    created: String,
    /// Tells a changed id from the one that was drawn.
    check: Id128,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl SiteIdentity {
    /// Reads `site.json` in the folder `keys`, or makes both at the first start, dated `now`.
    ///
    /// # Errors
    /// Every variant of [`Error`]; a file that is there is never replaced.
    pub fn open(keys: &Path, now: Timestamp) -> Result<Self, Error> {
        file::folder(keys)?;
        let path = keys.join(FILE);
        if let Some(text) = file::read(&path)? {
            return parse(&path, &text);
        }
        file::make(&path, &render(Id128::random(), now))?;
        // Another process may have been first.
        let text = file::read(&path)?.ok_or(Error::Damaged {
            path: path.clone(),
            why: "it vanished",
        })?;
        parse(&path, &text)
    }
}

fn render(id: Id128, created: Timestamp) -> Vec<u8> {
    let created = created.to_string();
    let kept = Kept {
        format: FORMAT,
        id,
        check: check(id, &created),
        created,
    };
    let mut text = serde_json::to_vec_pretty(&kept).expect("an identity is plain data");
    text.push(b'\n');
    text
}

fn check(id: Id128, created: &str) -> Id128 {
    Derive::new("aurora.site-identity.v1")
        .part(id.as_bytes())
        .part(created)
        .finish()
}

fn parse(path: &Path, text: &[u8]) -> Result<SiteIdentity, Error> {
    let damaged = |why| Error::Damaged {
        path: path.to_owned(),
        why,
    };
    // The format first: a newer one may have other fields.
    let Format { format } =
        serde_json::from_slice(text).map_err(|_| damaged("it is not JSON with a format"))?;
    if format > FORMAT {
        return Err(Error::NewerFormat {
            path: path.to_owned(),
            found: format,
            known: FORMAT,
        });
    }
    let kept: Kept =
        serde_json::from_slice(text).map_err(|_| damaged("fields are missing or malformed"))?;
    let created = kept
        .created
        .parse()
        .map_err(|_| damaged("`created` is no time"))?;
    if format != FORMAT || kept.check != check(kept.id, &kept.created) {
        return Err(damaged("its check does not fit its id"));
    }
    Ok(SiteIdentity {
        id: kept.id,
        created,
    })
}
