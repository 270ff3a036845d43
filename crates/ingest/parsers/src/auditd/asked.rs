//! Which fields of an event its program reads.

/// The fields that a program is given; the others it would only carry to `unmapped`.
#[derive(Debug, PartialEq)]
pub(super) struct Asked(Option<Vec<String>>);

/// How a program leaves the fields that it does not name.
const LEAVES: &str = ".unmapped = del(";
const BODY: &str = ".body";
const FIELDS: &str = "fields";

impl Asked {
    /// Told from its text: those that it names as `.body.fields.NAME`, when it does nothing else with them than
    /// `.unmapped = del(.body.fields)`, in the end. Of a program that does, it is every field.
    pub(super) fn by(program: &str) -> Self {
        let mut names = Vec::new();
        let mut left = false;
        let lines = program.lines();
        for line in lines.filter(|line| !line.trim_start().starts_with('#')) {
            for (at, _) in line.match_indices(BODY) {
                match named(&line[at + BODY.len()..]) {
                    Named::Field(name) => names.push(name.to_owned()),
                    Named::Other => {}
                    Named::Fields if !left && line[..at].ends_with(LEAVES) => left = true,
                    Named::Fields | Named::All => return Self(None),
                }
            }
        }
        names.sort_unstable();
        names.dedup();
        Self(left.then_some(names))
    }

    /// In their order; `None` for every field.
    pub(super) fn names(&self) -> Option<&[String]> {
        self.0.as_deref()
    }
}

/// What a path behind `.body` means.
enum Named<'p> {
    /// `.fields.NAME`
    Field(&'p str),
    /// `.fields`, and nothing behind it.
    Fields,
    /// Another member.
    Other,
    /// Everything, or what cannot be told.
    All,
}

fn named(path: &str) -> Named<'_> {
    let member = path.strip_prefix('.').map(name);
    match member {
        None | Some(("", _)) => Named::All,
        Some((FIELDS, rest)) => match rest.strip_prefix('.').map(name) {
            Some(("", _)) => Named::All,
            Some((field, _)) => Named::Field(field),
            None => Named::Fields,
        },
        Some(_) => Named::Other,
    }
}

/// The name at the start of a text, and what follows it.
fn name(text: &str) -> (&str, &str) {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let end = text.bytes().position(|byte| !is_name(byte));
    text.split_at(end.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(program: &str, wanted: Option<&[&str]>) {
        let asked = Asked::by(program);
        let names = asked.names().map(|names| names.iter().map(String::as_str));
        let names: Option<Vec<_>> = names.map(Iterator::collect);
        assert_eq!(names.as_deref(), wanted, "{program}");
    }

    #[test]
    fn the_shipped_program_is_given_no_more() {
        let shipped = crate::shipped::FOLDERS.iter();
        let mut shipped = shipped.filter(|folder| folder.name == "auditd");
        let folder = shipped.next().expect("it is shipped");
        assert!(Asked::by(&folder.program).names().is_some());
    }

    #[test]
    fn a_program_is_given_what_it_names() {
        let leaves = ".unmapped = del(.body.fields)";
        check(leaves, Some(&[]));
        check(
            &format!(".a = .body.fields.b_1\n.body.fields.a = .body.item.c\n{leaves}"),
            Some(&["a", "b_1"]),
        );
        check(&format!("# `.body` is one event\n{leaves}"), Some(&[]));
        // It may do anything with them.
        check(".a = .body.fields.b", None);
        check(&format!("{leaves}\n{leaves}"), None);
        check(&format!("for_each(.body.fields) -> {{}}\n{leaves}"), None);
        check(&format!(".a = .body.fields.\"b-c\"\n{leaves}"), None);
        check(&format!(".a = .body\n{leaves}"), None);
        check(&format!(".a = .body.\"fields\".b\n{leaves}"), None);
    }
}
