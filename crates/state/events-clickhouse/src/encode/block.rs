use crate::body::Block;

/// LEB128, as ClickHouse writes lengths.
pub(super) fn write_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

pub(super) fn write_text(out: &mut Vec<u8>, text: &[u8]) {
    write_varint(out, text.len() as u64);
    out.extend_from_slice(text);
}

/// A column in the making. A row that sets nothing gets the empty value.
#[derive(Debug, Default)]
pub(super) struct Column {
    data: Vec<u8>,
    /// Rows whose value is written.
    rows: usize,
}

impl Column {
    /// The value of row `row`; a second one for the same row is left out.
    pub(super) fn set(&mut self, row: usize, text: &[u8]) {
        if self.rows > row {
            return;
        }
        self.fill(row);
        write_text(&mut self.data, text);
        self.rows = row + 1;
    }

    /// Empty values up to `row`.
    pub(super) fn fill(&mut self, row: usize) {
        self.data.resize(self.data.len() + (row - self.rows), 0);
        self.rows = row;
    }

    pub(super) fn finish(self, out: &mut Block, name: &str) {
        Self::write(out, name, "String", self.data);
    }

    /// Name, type and data of a finished column.
    pub(super) fn write(out: &mut Block, name: &str, declared: &str, data: Vec<u8>) {
        write_text(out.tail(), name.as_bytes());
        write_text(out.tail(), declared.as_bytes());
        out.push(data);
    }
}

/// A column of arrays: where each row's values end, then all values.
#[derive(Debug, Default)]
pub(super) struct Arrays {
    ends: Vec<u8>,
    count: u64,
    values: Vec<u8>,
}

impl Arrays {
    pub(super) fn push(&mut self, text: &[u8]) {
        write_text(&mut self.values, text);
        self.count += 1;
    }

    pub(super) fn end_row(&mut self) {
        self.ends.extend_from_slice(&self.count.to_le_bytes());
    }

    pub(super) fn finish(self, out: &mut Block, name: &str) {
        Column::write(out, name, "Array(String)", self.ends);
        out.push(self.values);
    }
}

/// A column of maps: where each row's entries end, then all keys, then all values.
#[derive(Debug, Default)]
pub(super) struct Maps {
    ends: Vec<u8>,
    count: u64,
    keys: Vec<u8>,
    values: Vec<u8>,
}

impl Maps {
    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) {
        write_text(&mut self.keys, key);
        write_text(&mut self.values, value);
        self.count += 1;
    }

    pub(super) fn end_row(&mut self) {
        self.ends.extend_from_slice(&self.count.to_le_bytes());
    }

    pub(super) fn finish(self, out: &mut Block, name: &str) {
        Column::write(out, name, "Map(String, String)", self.ends);
        out.push(self.keys);
        out.push(self.values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_leb128() {
        for (number, wanted) in [
            (0, vec![0]),
            (127, vec![127]),
            (128, vec![128, 1]),
            (300, vec![172, 2]),
        ] {
            let mut out = Vec::new();
            write_varint(&mut out, number);
            assert_eq!(out, wanted);
        }
    }

    #[test]
    fn rows_without_a_value_are_empty() {
        let mut column = Column::default();
        column.set(1, b"x");
        column.set(1, b"y");
        column.fill(3);
        assert_eq!(column.data, [0, 1, b'x', 0]);
    }
}
