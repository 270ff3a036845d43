use std::io::BufRead;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::times::time;
use super::{Candidate, Format, Sink};
use crate::{About, Error, Kind, Validity, Value};

/// What a column holds, and the names that feeds give it.
const COLUMNS: &[(Column, &[&str])] = &[
    (
        Column::Value,
        &["value", "indicator", "ioc", "ioc_value", "observable"],
    ),
    (
        Column::Kind,
        &["type", "kind", "ioc_type", "indicator_type"],
    ),
    (
        Column::Until,
        &["expiry", "expires", "expiration", "valid_until", "expire"],
    ),
    (Column::From, &["valid_from", "from"]),
    (
        Column::Confidence,
        &["confidence", "confidence_level", "score"],
    ),
    (Column::Source, &["source", "provider", "reporter"]),
    (
        Column::Description,
        &["description", "comment", "note", "malware"],
    ),
    (Column::Labels, &["labels", "tags", "label"]),
    (Column::Reference, &["id", "reference", "uuid"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Value,
    Kind,
    Until,
    From,
    Confidence,
    Source,
    Description,
    Labels,
    Reference,
}

fn column(name: &str) -> Option<Column> {
    let plain = name
        .trim()
        .trim_matches('"')
        .to_ascii_lowercase()
        .replace([' ', '-'], "_");
    let named = |(_, names): &&(Column, &[&str])| names.contains(&plain.as_str());
    COLUMNS.iter().find(named).map(|(column, _)| *column)
}

/// Whether a first line names columns, the value's among them.
pub(super) fn is_header(line: &str) -> bool {
    let mut columns = line.split([',', ';', '\t']).map(column);
    line.contains([',', ';', '\t']) && columns.any(|column| column == Some(Column::Value))
}

/// Lines under a header. Columns that nobody knows are passed over.
pub(super) fn read(input: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), Error> {
    let delimiter = delimiter(input).map_err(|error| sink.unreadable(error))?;
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .flexible(true)
        .from_reader(input);
    let header = reader
        .headers()
        .map_err(|error| sink.malformed(Format::Csv, error))?;
    let columns: Vec<Option<Column>> = header.iter().map(column).collect();
    if !columns.contains(&Some(Column::Value)) {
        let reason = "no column of the header is called `value`";
        return Err(sink.malformed(Format::Csv, reason));
    }
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => line(&columns, &record, sink)?,
            Err(error) if error.is_io_error() => {
                return Err(sink.malformed(Format::Csv, error));
            }
            Err(error) => sink.reject(format!("line {}", reader.position().line()), "", error),
        }
    }
}

/// The one of comma, semicolon and tab that stands most often in the header.
fn delimiter(input: &mut dyn BufRead) -> std::io::Result<u8> {
    let beginning = input.fill_buf()?;
    let header = beginning
        .split(|b| *b == b'\n')
        .find(|line| !line.starts_with(b"#") && !line.trim_ascii().is_empty())
        .unwrap_or_default();
    let count = |delimiter: u8| header.iter().filter(|b| **b == delimiter).count();
    let best = [b'\t', b';', b','].into_iter().max_by_key(|d| count(*d));
    Ok(best.unwrap_or(b','))
}

fn line(
    columns: &[Option<Column>],
    record: &StringRecord,
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    let cell = |wanted: Column| {
        let cells = columns.iter().zip(record);
        let cells = cells.filter(|(column, _)| **column == Some(wanted));
        cells.map(|(_, cell)| cell).find(|cell| !cell.is_empty())
    };
    let place = format!("line {}", record.position().map_or(0, csv::Position::line));
    let text = cell(Column::Value).unwrap_or_default();
    match read_line(text, &cell) {
        Ok((value, candidate)) => sink.accept(value, &candidate),
        Err(reason) => {
            sink.reject(place, text, reason);
            Ok(())
        }
    }
}

fn read_line<'c>(
    text: &str,
    cell: &dyn Fn(Column) -> Option<&'c str>,
) -> Result<(Value, Candidate), String> {
    let value = match cell(Column::Kind) {
        None => Value::guess(text),
        Some(word) => Value::parse(word.parse::<Kind>().map_err(|e| e.to_string())?, text),
    };
    let when = |column| match cell(column) {
        None => Ok(None),
        Some(text) => time(text)
            .map(Some)
            .ok_or_else(|| format!("`{text}` is no time")),
    };
    let candidate = Candidate {
        confidence: cell(Column::Confidence).map(confidence).transpose()?,
        validity: Validity {
            from: when(Column::From)?,
            until: when(Column::Until)?,
        },
        about: About {
            source: cell(Column::Source).map(str::to_owned),
            description: cell(Column::Description).unwrap_or_default().to_owned(),
            labels: cell(Column::Labels).map(labels).unwrap_or_default(),
            reference: cell(Column::Reference).map(str::to_owned),
        },
    };
    Ok((value.map_err(|error| error.to_string())?, candidate))
}

fn labels(cell: &str) -> Vec<String> {
    let parts = cell.split([',', '|', ';']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// 0 to 100, or a word of STIX's scale.
fn confidence(text: &str) -> Result<u8, String> {
    match text.to_ascii_lowercase().as_str() {
        "none" => Ok(0),
        "low" => Ok(15),
        "medium" | "med" => Ok(50),
        "high" => Ok(85),
        _ => {
            let number: f64 = text.trim_end_matches('%').parse().unwrap_or(-1.0);
            if (0.0..=100.0).contains(&number) {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "0 to 100"
                )]
                return Ok(number as u8);
            }
            Err(format!("`{text}` is no confidence from 0 to 100"))
        }
    }
}
