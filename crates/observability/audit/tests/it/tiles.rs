use aurora_audit::{Kind, Tile};

#[test]
fn paths_are_those_of_tlog_tiles() {
    let check = |kind, index, width, path: &str| {
        let tile = Tile { kind, index, width };
        assert_eq!(tile.to_string(), path);
        assert_eq!(Tile::parse(path), Some(tile));
    };
    check(Kind::Hashes(0), 1_234_067, 256, "tile/0/x001/x234/067");
    check(Kind::Hashes(0), 273, 112, "tile/0/273.p/112");
    check(Kind::Hashes(2), 0, 1, "tile/2/000.p/1");
    check(Kind::Entries, 1000, 256, "tile/entries/x001/000");
    check(Kind::Records, 7, 255, "records/007.p/255");
    for path in [
        "tile/0/7",
        "tile/0/0007",
        "tile/00/007",
        "tile/8/000",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/x001/x234/067.p/",
        "tile/0/001/234",
        "tile/0/x000/001",
        "records/",
        "tile/0/x01/234",
        "entries/000",
        "tile/0/+07",
        "tile/0/x001/x002",
    ] {
        assert_eq!(Tile::parse(path), None, "{path}");
    }
}

/// The example of the specification: a tree of 70,000.
#[test]
fn a_log_has_the_tiles_that_the_specification_counts() {
    let tiles = |level| Kind::Hashes(level).tiles(70_000).collect::<Vec<_>>();
    assert_eq!(tiles(0).iter().filter(|tile| tile.is_full()).count(), 273);
    assert_eq!(tiles(0).last().unwrap().width, 112);
    assert_eq!(
        tiles(1).iter().map(|tile| tile.width).collect::<Vec<_>>(),
        [256, 17]
    );
    assert_eq!(
        tiles(2).iter().map(|tile| tile.width).collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(tiles(3), []);
    let kinds: Vec<_> = Kind::of(256).collect();
    let wanted = [
        Kind::Entries,
        Kind::Records,
        Kind::Hashes(0),
        Kind::Hashes(1),
    ];
    assert_eq!(kinds, wanted);
}
