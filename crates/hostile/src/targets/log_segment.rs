//! The recovery decoder of a log segment: any bytes may stand in the file after a crash.

pub fn run(bytes: &[u8]) {
    if let Ok(scan) = aurora_log::scan(bytes) {
        assert!(scan.end <= bytes.len() as u64);
        assert!(scan.unproven <= scan.end);
        assert!(scan.last >= scan.base - 1);
    }
}
