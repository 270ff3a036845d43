use crate::attributes::Attributes;
use crate::error::{Error, Location};
use crate::rule::{Level, Related, Status};

/// What rules and correlation rules say of themselves.
#[derive(Clone, Debug)]
pub struct Header {
    /// Where the document begins.
    pub at: Location,
    /// First lines of the `action` documents of the same file that it takes attributes from.
    pub inherited: Vec<u32>,
    pub title: String,
    pub id: Option<String>,
    pub name: Option<String>,
    pub taxonomy: Option<String>,
    pub status: Option<Status>,
    pub level: Option<Level>,
    pub description: Option<String>,
    pub license: Option<String>,
    pub author: Option<String>,
    pub references: Vec<String>,
    /// As written; `YYYY-MM-DD` by the specification.
    pub date: Option<String>,
    pub modified: Option<String>,
    pub related: Vec<Related>,
    pub fields: Vec<String>,
    pub falsepositives: Vec<String>,
    pub tags: Vec<String>,
    pub scope: Vec<String>,
}

impl Header {
    pub(crate) fn read(of: &Attributes<'_>, inherited: &[u32]) -> Result<Self, Error> {
        Ok(Self {
            at: of.document.at(of.source),
            inherited: inherited.to_vec(),
            title: of.required("title")?,
            id: of.optional("id")?,
            name: of.optional("name")?,
            taxonomy: of.optional("taxonomy")?,
            status: of.status()?,
            level: of.level()?,
            description: of.optional("description")?,
            license: of.optional("license")?,
            author: of.optional("author")?,
            references: of.list("references")?,
            date: of.optional("date")?,
            modified: of.optional("modified")?,
            related: of.related()?,
            fields: of.list("fields")?,
            falsepositives: of.list("falsepositives")?,
            tags: of.list("tags")?,
            scope: of.list("scope")?,
        })
    }
}
