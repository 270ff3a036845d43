//! What every disk does alike.

use std::path::Path;
use std::sync::Arc;

use aurora_disk::{Disk, Error, Kind, Open, RealDisk, SimDisk, SubDisk, read, write_atomic};

fn on_each_disk(case: fn(&dyn Disk)) {
    let dir = tempfile::tempdir().unwrap();
    case(&RealDisk::new(dir.path().join("real/below")).unwrap());
    case(&SimDisk::new(1));
    case(&SubDisk::new(Arc::new(SimDisk::new(1)), "a/b").unwrap());
}

#[test]
fn writes_at_offsets_and_reads_back() {
    on_each_disk(|disk| {
        let file = disk.open(Path::new("f"), Open::CreateNew).unwrap();
        assert!(file.is_empty().unwrap());
        assert_eq!(file.append(b"hello").unwrap(), 0);
        assert_eq!(file.append(b" world").unwrap(), 5);
        file.write_at(b"J", 0).unwrap();
        file.write_at(b"!", 12).unwrap();
        file.sync().unwrap();
        let mut buf = [9; 20];
        assert_eq!(file.read_at(&mut buf, 0).unwrap(), 13);
        assert_eq!(&buf[..13], b"Jello world\0!");
        assert_eq!(file.read_at(&mut buf, 13).unwrap(), 0);
        file.truncate(5).unwrap();
        assert_eq!(read(disk, Path::new("f")).unwrap(), b"Jello");
    });
}

#[test]
fn opens_as_asked() {
    on_each_disk(|disk| {
        let path = Path::new("f");
        assert!(matches!(
            disk.open(path, Open::Read),
            Err(Error::NotFound { .. })
        ));
        assert!(matches!(
            disk.open(path, Open::Write),
            Err(Error::NotFound { .. })
        ));
        disk.open(path, Open::Create).unwrap().append(b"x").unwrap();
        assert!(matches!(
            disk.open(path, Open::CreateNew),
            Err(Error::Exists { .. })
        ));
        assert_eq!(disk.open(path, Open::Create).unwrap().len().unwrap(), 1);
        assert!(matches!(
            disk.open(Path::new("no/such"), Open::Create),
            Err(Error::NotFound { .. })
        ));
    });
}

#[test]
fn keeps_directories() {
    on_each_disk(|disk| {
        disk.create_dir_all(Path::new("x/y")).unwrap();
        disk.create_dir_all(Path::new("x/y")).unwrap();
        disk.open(Path::new("x/b"), Open::Create)
            .unwrap()
            .append(b"b")
            .unwrap();
        disk.open(Path::new("x/a"), Open::Create)
            .unwrap()
            .append(b"a")
            .unwrap();
        let names = |dir: &str| {
            let entries = disk.list(Path::new(dir)).unwrap().into_iter();
            entries
                .map(|e| (e.name, e.kind == Kind::Dir))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names("x"),
            [("a".into(), false), ("b".into(), false), ("y".into(), true)]
        );
        disk.rename(Path::new("x/a"), Path::new("x/b")).unwrap();
        assert_eq!(names("x"), [("b".into(), false), ("y".into(), true)]);
        assert_eq!(read(disk, Path::new("x/b")).unwrap(), b"a");
        disk.remove(Path::new("x/b")).unwrap();
        assert!(matches!(
            disk.remove(Path::new("x/b")),
            Err(Error::NotFound { .. })
        ));
        disk.sync_dir(Path::new("x")).unwrap();
        assert_eq!(names(""), [("x".into(), true)]);
        assert!(matches!(
            disk.list(Path::new("z")),
            Err(Error::NotFound { .. })
        ));
    });
}

#[test]
fn an_open_file_outlives_its_name() {
    on_each_disk(|disk| {
        let path = Path::new("f");
        disk.open(path, Open::Create)
            .unwrap()
            .append(b"kept")
            .unwrap();
        let file = disk.open(path, Open::Read).unwrap();
        disk.remove(path).unwrap();
        let mut buf = [0; 4];
        assert_eq!(file.read_at(&mut buf, 0).unwrap(), 4);
        assert_eq!(&buf, b"kept");
    });
}

#[test]
fn stays_below_its_root() {
    on_each_disk(|disk| {
        for path in ["../f", "/etc/passwd", "a/../../f"] {
            let outcome = disk.open(Path::new(path), Open::Create);
            assert!(matches!(outcome, Err(Error::Outside { .. })), "{path}");
        }
    });
}

#[test]
fn replaces_a_file_whole() {
    on_each_disk(|disk| {
        let path = Path::new("state");
        write_atomic(disk, path, b"a long first version").unwrap();
        write_atomic(disk, path, b"second").unwrap();
        assert_eq!(read(disk, path).unwrap(), b"second");
        assert_eq!(disk.list(Path::new("")).unwrap().len(), 1);
        assert!(disk.free_space().unwrap() > 0);
        assert_ne!(disk.entropy().unwrap(), disk.entropy().unwrap());
    });
}
