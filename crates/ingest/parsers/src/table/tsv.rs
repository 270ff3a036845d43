//! Tab-separated tables with comments.

/// The rows of a table without comments and header, each with its line number.
pub(crate) fn rows<const COLUMNS: usize>(
    name: &str,
    text: &'static str,
) -> Result<Vec<(usize, [&'static str; COLUMNS])>, String> {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .skip(1)
        .map(|(at, line)| {
            let columns: Vec<_> = line.split('\t').collect();
            let columns = columns.try_into().map_err(|columns: Vec<_>| {
                format!(
                    "{name}:{}: {} columns, want {COLUMNS}",
                    at + 1,
                    columns.len()
                )
            })?;
            Ok((at + 1, columns))
        })
        .collect()
}
