use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// More files than this under one pattern are a mistake.
const MAX_FILES: usize = 1024;

/// The files that a path names now, in the order of their names: itself, or those whose names fit
/// where it holds `*`. A folder that is not there holds none.
///
/// # Errors
/// When the folder cannot be read.
pub fn matching(path: &Path) -> io::Result<Vec<PathBuf>> {
    let name = path.file_name().map(|name| name.to_string_lossy());
    let Some(name) = name.filter(|name| name.contains('*')) else {
        return Ok(vec![path.to_owned()]);
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if fits(&name, &entry.file_name().to_string_lossy()) {
            found.push(entry.path());
        }
    }
    found.sort();
    found.truncate(MAX_FILES);
    Ok(found)
}

/// `a*b` fits what begins with `a` and ends with `b`, without overlap; any number of stars.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(name) = name.strip_prefix(head) else {
        return false;
    };
    (0..=name.len()).any(|at| name.is_char_boundary(at) && fits(rest, &name[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, name, want) in [
            ("*.log", "a.log", true),
            ("*.log", "a.log.1", false),
            ("a*b*c", "aXbYc", true),
            ("a*a", "a", false),
            ("*", "ä", true),
        ] {
            assert_eq!(fits(pattern, name), want, "{pattern} {name}");
        }
    }
}
