//! Comparison with the general-purpose generator.

use crate::circuits::{Kind, Parameterised};
use crate::generate;
use crate::progress::Progress;
use crate::secrets::Secrets;
use anyhow::{ensure, Result};
use std::fs;
use std::path::Path;

/// Makes a circuit's parameters both ways, ours in `directory`, and refuses any difference in any byte.
pub fn identical_to_bellperson(directory: &Path, kind: Kind, sector_size: u64) -> Result<()> {
    let circuit = Parameterised::new(kind, sector_size)?;
    fs::create_dir_all(directory)?;
    generate::make(directory, &circuit, circuit.count()?, &mut Progress::new(std::io::sink(), 1))?;
    let ours = fs::read(directory.join(circuit.params_file()))?;
    let stock = circuit.generate_stock(&Secrets::of(&circuit.identifier))?;
    let mut theirs = Vec::with_capacity(ours.len());
    stock.write(&mut theirs)?;
    ensure!(ours == theirs, "{} parameters of {sector_size} bytes differ from bellperson's", kind.name());
    let mut key = Vec::new();
    stock.vk.write(&mut key)?;
    ensure!(fs::read(directory.join(circuit.key_file()))? == key, "{} verifying key differs", kind.name());
    Ok(())
}
