//! The shipped files. This list is the documentation of what belongs to the demonstration.

/// A file's path below `content/demo` and its text.
pub(crate) type File = (&'static str, &'static str);

macro_rules! file {
    ($path:literal) => {
        (
            $path,
            include_str!(concat!("../../../../content/demo/", $path)),
        )
    };
}

/// What happens, and what always happens.
pub(crate) const SCRIPTS: [File; 8] = [
    file!("acts/1-phishing.story"),
    file!("acts/2-web-shell.story"),
    file!("acts/3-stolen-key.story"),
    file!("acts/4-broken-records.story"),
    file!("noise/windows.story"),
    file!("noise/linux.story"),
    file!("noise/network.story"),
    file!("noise/cloud.story"),
];

/// A table goes by its file's name.
pub(crate) const TABLES: [(&str, File); 7] = [
    ("workstation", file!("tables/workstation.tsv")),
    ("program", file!("tables/program.tsv")),
    ("site", file!("tables/site.tsv")),
    ("server", file!("tables/server.tsv")),
    ("admin", file!("tables/admin.tsv")),
    ("cron", file!("tables/cron.tsv")),
    ("call", file!("tables/call.tsv")),
];

pub(crate) const EXPECTED: File = file!("expected.tsv");
