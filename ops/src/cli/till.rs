//! `hagukumi till-certificates`: what the two ends of the private line show each other.

use std::path::PathBuf;

use clap::Args;
use ledger::time::{Clock as _, SystemClock};

use super::output::{Exit, Output};
use private_line::certificates;

/// What is made.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The host by which the merchants' face reaches the inner service.
    #[arg(long)]
    host: String,
    /// The folder in which the folders `inner` and `face` are made, or made anew.
    #[arg(long)]
    out: PathBuf,
}

/// Makes both ends' certificates. The key of their authority is thrown away: to replace one, make both anew.
pub fn run(arguments: &Arguments, output: &Output) -> anyhow::Result<Exit> {
    certificates::make(&arguments.host, &arguments.out, SystemClock.today())?;
    let [inner, face] = ["inner", "face"].map(|end| arguments.out.join(end));
    let readable = format!(
        "inner service:   hagukumi serve --faces inner --till-listen ADDRESS:PORT --till-certificates {}\n\
         merchants' face: hagukumi serve --faces merchant --till https://{}:PORT --till-certificates {}\n\
         Move the second folder to the other machine, and leave no copy here. Both are good for three years.",
        inner.display(),
        arguments.host,
        face.display()
    );
    output.answer(&serde_json::json!({ "inner": inner, "face": face }), readable)?;
    Ok(Exit::Done)
}
