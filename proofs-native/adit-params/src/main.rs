//! `adit-params make|list|check`: see [`adit_params`].

use adit_params::circuits::{sector_size, Kind, Parameterised};
use adit_params::progress::Progress;
use adit_params::{check, files, generate, srs};
use anyhow::{bail, Context, Result};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "Insecure, reproducible proof parameters for development networks.

usage:
  adit-params make  --sector-size SIZE [--only KIND,…] [--update] [--srs] DIRECTORY
      makes what is not there yet; progress goes to standard output as lines of JSON
  adit-params list  --sector-size SIZE [--only KIND,…] [--update] [--srs] [DIRECTORY]
      prints the files that `make` would make; with a directory, whether they are complete
  adit-params check [--sector-size SIZE] [--only KIND] DIRECTORY
      makes parameters both ways and compares every byte (default: window PoSt of 2KiB, half a minute)

SIZE: 2KiB, 8MiB, 512MiB   KIND: winning, window, porep, update
--update adds the parameters for updating a sector, --srs those for aggregating proofs.
Never use these files on a network with value: anyone can make the secrets behind them.";

struct Arguments {
    command: String,
    sector_size: u64,
    kinds: Vec<Kind>,
    srs: bool,
    directory: Option<PathBuf>,
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Arguments> {
    let mut arguments = arguments;
    let command = arguments.next().context(USAGE)?;
    let (mut size, mut only, mut update, mut srs, mut directory) = (None, None, false, false, None);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--sector-size" => size = Some(sector_size(&value()?)?),
            "--only" => only = Some(value()?.split(',').map(kind).collect::<Result<Vec<Kind>>>()?),
            "--update" => update = true,
            "--srs" => srs = true,
            other if other.starts_with('-') => bail!("unknown option {other}\n\n{USAGE}"),
            path => directory = Some(PathBuf::from(path)),
        }
    }
    let mut kinds = match (&only, command.as_str()) {
        (Some(kinds), _) => kinds.clone(),
        (None, "check") => vec![Kind::Window],
        (None, _) => Kind::DEAL.to_vec(),
    };
    if update && !kinds.contains(&Kind::Update) {
        kinds.push(Kind::Update);
    }
    let size = match (size, command.as_str()) {
        (Some(size), _) => size,
        (None, "check") => 2048,
        (None, _) => bail!("--sector-size is missing\n\n{USAGE}"),
    };
    Ok(Arguments { command, sector_size: size, kinds, srs, directory })
}

fn kind(name: &str) -> Result<Kind> {
    let all = [Kind::Winning, Kind::Window, Kind::PoRep, Kind::Update];
    all.into_iter().find(|k| k.name() == name).with_context(|| format!("unknown kind '{name}'\n\n{USAGE}"))
}

fn run() -> Result<()> {
    let first = std::env::args().nth(1);
    if matches!(first.as_deref(), Some("-h" | "--help")) {
        println!("{USAGE}");
        return Ok(());
    }
    let arguments = parse(std::env::args().skip(1))?;
    let circuits: Vec<Parameterised> =
        arguments.kinds.iter().map(|k| Parameterised::new(*k, arguments.sector_size)).collect::<Result<_>>()?;
    match (arguments.command.as_str(), &arguments.directory) {
        ("make", Some(directory)) => make(directory, &circuits, arguments.srs),
        ("list", directory) => {
            list(directory.as_deref(), &circuits, arguments.srs);
            Ok(())
        }
        ("check", Some(directory)) => {
            for circuit in &circuits {
                check::identical_to_bellperson(directory, circuit.kind, circuit.sector_size)?;
                println!("{} parameters are byte-identical to bellperson's", circuit.kind.name());
            }
            Ok(())
        }
        ("make" | "check", None) => bail!("the directory is missing\n\n{USAGE}"),
        (other, _) => bail!("unknown command '{other}'\n\n{USAGE}"),
    }
}

fn make(directory: &Path, circuits: &[Parameterised], with_srs: bool) -> Result<()> {
    let _lock = files::DirectoryLock::take(directory)?;
    files::remove_temporaries(directory)?;
    let shapes = circuits.iter().map(Parameterised::count).collect::<Result<Vec<_>>>()?;
    let total = shapes.iter().map(generate::planned_work).sum();
    let mut progress = Progress::new(std::io::stdout(), total);
    for (circuit, shape) in circuits.iter().zip(shapes) {
        generate::make(directory, circuit, shape, &mut progress)
            .with_context(|| format!("making {} in {}", circuit.params_file(), directory.display()))?;
    }
    if with_srs {
        let skipped = srs::is_complete(directory);
        if !skipped {
            srs::make(directory)?;
        }
        progress.file_done(srs::FILE, skipped);
    }
    progress.all_done();
    Ok(())
}

fn list(directory: Option<&Path>, circuits: &[Parameterised], with_srs: bool) {
    for circuit in circuits {
        let state = directory.map(|d| format!(",\"complete\":{}", files::is_complete(d, circuit))).unwrap_or_default();
        println!(
            "{{\"kind\":\"{}\",\"sectorSize\":{},\"identifier\":\"{}\"{state}}}",
            circuit.kind.name(),
            circuit.sector_size,
            circuit.identifier
        );
    }
    if with_srs {
        let state = directory.map(|d| format!(",\"complete\":{}", srs::is_complete(d))).unwrap_or_default();
        println!("{{\"kind\":\"srs\",\"file\":\"{}\"{state}}}", srs::FILE);
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("adit-params: {error:#}");
            ExitCode::FAILURE
        }
    }
}
