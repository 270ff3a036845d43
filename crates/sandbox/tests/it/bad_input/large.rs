use std::io::Write as _;

use aurora_messages::ImportState;
use aurora_model::DeadLetterReason;
use aurora_sandbox::{Sandbox, Stores, config};

use crate::support::{balanced, dead_letters, launch};

const LINE: usize = 100 << 20;
/// A tenth of the line, and room for what runs beside the import.
const MEMORY: u64 = 64 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_100_mb_is_one_record_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.jsonl");
    write(&path);
    let sandbox = Sandbox::start_with(config(), Stores::Files).await.unwrap();
    let before = peak_memory(true);
    let job = sandbox.import(&path, None).await.unwrap();
    let grown = peak_memory(false).saturating_sub(before);
    eprintln!(
        "a line of {} MB: peak memory grew by {} MB",
        LINE >> 20,
        grown >> 20
    );
    assert_eq!((job.state, job.records), (ImportState::Done, 3));
    let ledger = balanced(&sandbox, 3).await;
    let total = &ledger.total;
    assert_eq!(
        (total.received, total.stored, total.dead_lettered),
        (3, 2, 1)
    );
    let letters = dead_letters(&sandbox).await.letters;
    assert!(
        letters
            .iter()
            .all(|letter| letter.reason == DeadLetterReason::TooLarge)
    );
    assert!(
        letters[0]
            .detail
            .contains("a record of more than 1048576 bytes"),
        "{}",
        letters[0].detail
    );
    // Every byte of it is kept.
    assert_eq!(
        letters.iter().map(|letter| letter.bytes).sum::<u64>(),
        LINE as u64
    );
    // Only a process of its own can tell its memory from that of other tests.
    if std::env::var_os("NEXTEST").is_some() {
        assert!(grown < MEMORY, "{grown} bytes");
    }
    sandbox.stop().await.unwrap();
}

fn write(path: &std::path::Path) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "{}", launch(1, "powershell -v")).unwrap();
    let piece: Vec<u8> = (0..1 << 20)
        .map(|n: u32| b'a' + u8::try_from(n % 997 * n % 25).unwrap())
        .collect();
    file.write_all(b"{\"a\":\"").unwrap();
    (0..99).for_each(|_| file.write_all(&piece).unwrap());
    file.write_all(&piece[8..]).unwrap();
    file.write_all(b"\"}\n").unwrap();
    writeln!(file, "{}", launch(2, "powershell -v")).unwrap();
    file.flush().unwrap();
}

/// The most bytes that were resident since the last reset; see proc(5), `clear_refs`.
fn peak_memory(reset: bool) -> u64 {
    if reset {
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
