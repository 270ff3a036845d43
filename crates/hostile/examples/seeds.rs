//! Writes what a target begins with into a folder, a file each: `cargo run -p aurora-hostile --example seeds -- TARGET FOLDER`.
#![allow(clippy::print_stdout)]

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), Some(folder)) = (arguments.next(), arguments.next()) else {
        for target in aurora_hostile::TARGETS {
            println!("{}", target.name);
        }
        return Ok(());
    };
    std::fs::create_dir_all(&folder)?;
    for (at, seed) in aurora_hostile::seeds::of(&name).iter().enumerate() {
        std::fs::write(
            std::path::Path::new(&folder).join(format!("seed-{at}")),
            seed,
        )?;
    }
    Ok(())
}
