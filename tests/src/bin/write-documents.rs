//! Writes `docs/`: the OpenAPI documents and the registry of problems, after a change of them that is meant.

use std::fs;

use tests::support::documents::kept;

fn main() -> std::io::Result<()> {
    for (file, text) in kept() {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text)?;
    }
    Ok(())
}
