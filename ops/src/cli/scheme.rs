//! `hagukumi scheme`: check a scheme file, quote a case.
//!
//! It reads files and prints; it never touches the books.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use ledger::scheme::example::{Worked, made_up};
use ledger::scheme::{Case, Catalog, Problem, Quote, Scheme, file, quote};
use serde::Serialize;

use super::output::{Exit, Output};

/// What can be done with schemes.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a scheme file: every problem with its line, or worked figures where it is good.
    Check {
        /// The file; `-` reads standard input.
        file: PathBuf,
    },
    /// Quote what a scheme pays in one case.
    Quote {
        /// The id of a scheme that ships with the program, or a file.
        #[arg(long, value_name = "ID|FILE")]
        scheme: String,
        /// The case, in TOML; `-` reads standard input.
        #[arg(long, value_name = "CASE.toml")]
        case: PathBuf,
    },
}

/// Runs the command.
pub fn run(command: Command, output: &Output) -> anyhow::Result<Exit> {
    match command {
        Command::Check { file } => check(&file, *output),
        Command::Quote { scheme, case } => answer(&scheme, &case, *output),
    }
}

/// What `check` found.
#[derive(Debug, Serialize)]
struct Checked {
    good: bool,
    file: String,
    id: Option<String>,
    versions: Vec<String>,
    examples: Vec<Worked>,
    made_up: Vec<Worked>,
    notes: Vec<String>,
    problems: Vec<Problem>,
}

/// Why a command was refused.
#[derive(Debug, Serialize)]
struct Refusal {
    refused: bool,
    reason: String,
    problems: Vec<Problem>,
}

fn check(path: &Path, output: Output) -> anyhow::Result<Exit> {
    let text = match read(path) {
        Ok(text) => text,
        Err(reason) => return refuse(output, reason, Vec::new()),
    };
    match file::parse(&text) {
        Ok(scheme) => {
            let checked = checked(path, &scheme);
            output.answer(&checked, &checked)?;
            Ok(Exit::Done)
        }
        Err(problems) => {
            let reason = format!("{} is not a good scheme file: {}", path.display(), count(&problems));
            tell(output, path, &problems);
            output.message(format_args!("hagukumi: {reason}"));
            let file = path.display().to_string();
            let checked = Checked { good: false, file, id: None, versions: Vec::new(), examples: Vec::new(), made_up: Vec::new(), notes: Vec::new(), problems };
            output.answer(&checked, "refused")?;
            Ok(Exit::Refused)
        }
    }
}

fn checked(path: &Path, scheme: &Scheme) -> Checked {
    let versions = scheme.versions.iter().chain(&scheme.training);
    let notes = versions.clone().filter_map(|version| {
        let why = version.redeemable().err()?;
        let redeems = version.routes.iter().any(|route| route.kind == ledger::scheme::route::RouteKind::Redeem);
        redeems.then(|| format!("rules from {}: for quotes only, redemption is refused: {why}", version.from))
    });
    let name = |version: &ledger::scheme::Version| {
        let to = if version.is_open_ended() { "…".to_owned() } else { version.to.to_string() };
        format!("{} to {to}{}", version.from, if version.training { " (training)" } else { "" })
    };
    Checked {
        good: true,
        file: path.display().to_string(),
        id: Some(scheme.id().to_owned()),
        versions: versions.clone().map(name).collect(),
        // The file was refused if one of them did not come out.
        examples: scheme.examples.iter().filter_map(|example| example.work(scheme).ok()).collect(),
        made_up: made_up(scheme),
        notes: notes.collect(),
        problems: Vec::new(),
    }
}

fn answer(wanted: &str, case: &Path, output: Output) -> anyhow::Result<Exit> {
    let (name, text) = match scheme_text(wanted) {
        Ok(found) => found,
        Err(reason) => return refuse(output, reason, Vec::new()),
    };
    let scheme = match file::parse(&text) {
        Ok(scheme) => scheme,
        Err(problems) => return refuse_file(output, &name, "scheme", problems),
    };
    let text = match read(case) {
        Ok(text) => text,
        Err(reason) => return refuse(output, reason, Vec::new()),
    };
    let parsed = match Case::parse(&text) {
        Ok(parsed) => parsed,
        Err(problems) => return refuse_file(output, case, "case", problems),
    };
    match quote(&scheme, &parsed) {
        Ok(quote) => {
            output.answer(&quote, Readable(&quote))?;
            Ok(Exit::Done)
        }
        Err(overflow) => refuse(output, format!("{}: {overflow}: use smaller amounts or fewer costs", case.display()), Vec::new()),
    }
}

/// The text of the scheme that is meant: one that ships, by its id, or a file.
fn scheme_text(wanted: &str) -> Result<(PathBuf, Cow<'static, str>), String> {
    if let Some(text) = Catalog::shipped_text(wanted) {
        return Ok((PathBuf::from(wanted), Cow::Borrowed(text)));
    }
    let path = Path::new(wanted);
    if path.exists() {
        return read(path).map(|text| (path.to_owned(), Cow::Owned(text)));
    }
    let known: Vec<_> = Catalog::shipped_ids().collect();
    Err(format!("there is no scheme {wanted:?}: give one of {}, or the path of a scheme file", known.join(", ")))
}

fn read(path: &Path) -> Result<String, String> {
    let read = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    read.map_err(|failure| format!("cannot read {}: {failure}", path.display()))
}

fn count(problems: &[Problem]) -> String {
    match problems.len() {
        1 => "1 problem".to_owned(),
        several => format!("{several} problems"),
    }
}

fn tell(output: Output, path: &Path, problems: &[Problem]) {
    for problem in problems {
        output.message(format_args!("{}:{problem}", path.display()));
    }
}

fn refuse_file(output: Output, path: &Path, what: &str, problems: Vec<Problem>) -> anyhow::Result<Exit> {
    let reason = format!("{} is not a good {what} file: {}", path.display(), count(&problems));
    tell(output, path, &problems);
    refuse(output, reason, problems)
}

fn refuse(output: Output, reason: String, problems: Vec<Problem>) -> anyhow::Result<Exit> {
    output.message(format_args!("hagukumi: {reason}"));
    output.answer(&Refusal { refused: true, reason, problems }, "refused")?;
    Ok(Exit::Refused)
}

impl Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: good ({})", self.file, self.id.as_deref().unwrap_or(""))?;
        for version in &self.versions {
            writeln!(f, "  rules from {version}")?;
        }
        for note in &self.notes {
            writeln!(f, "  note: {note}")?;
        }
        for (heading, figures) in [("Worked figures in the file, which all come out:", &self.examples), ("Figures made up from the tables:", &self.made_up)] {
            if !figures.is_empty() {
                writeln!(f, "{heading}")?;
            }
            for Worked { title, price_yen, city_yen, family_yen, facility_yen } in figures {
                writeln!(f, "  {title}: price {price_yen} → city {city_yen}, family {family_yen}, facility {facility_yen}")?;
            }
        }
        Ok(())
    }
}

/// A quote for people.
struct Readable<'a>(&'a Quote);

impl Display for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = self.0;
        writeln!(f, "{}", if quote.eligible { "eligible" } else { "not eligible" })?;
        for reason in &quote.reasons {
            writeln!(f, "  {reason}")?;
        }
        let amounts = [("city", quote.city_yen), ("family", quote.family_yen), ("facility", quote.facility_yen), ("merchant receives", quote.merchant_yen)];
        for (who, amount) in amounts {
            writeln!(f, "{who:<18}{amount:>12} yen")?;
        }
        if let Some(balance) = quote.balance_after_yen {
            writeln!(f, "{:<18}{balance:>12} yen", "balance after")?;
        }
        if let Some(grant) = &quote.grant {
            let amount = match (grant.amount_yen, grant.amount_count) {
                (Some(yen), Some(count)) => format!("{count} tickets, {yen} yen"),
                (Some(yen), None) => format!("{yen} yen"),
                (None, Some(count)) => format!("{count} uses"),
                (None, None) => grant.kind.to_owned(),
            };
            let closes = grant.closes_on.map_or("no end".to_owned(), |day| day.to_string());
            writeln!(f, "grant             {amount}, {} to {closes}", grant.opens_on)?;
        }
        for line in &quote.lines {
            let what = line.expense.as_deref().or(line.service.as_deref()).unwrap_or("cost");
            let number = line.child.or(line.cost).map(|number| format!(" {number}")).unwrap_or_default();
            let what = if line.child.is_some() { "child" } else { what };
            let version = line.version.map(|from| format!(", rules from {from}")).unwrap_or_default();
            let deduct = if line.deduct_yen.is_positive() { format!(", less {}", line.deduct_yen) } else { String::new() };
            write!(f, "  {what}{number}{version}: counts {}{deduct}, city {}", line.counted_yen, line.city_yen)?;
            match &line.reason {
                Some(reason) => writeln!(f, " ({reason})")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    //! How the commands end: an answer is done, whatever it says; what cannot be read or understood is refused.

    use super::*;

    const KUMAMOTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ledger/schemes/kumamoto.toml");
    const NO_SCHEME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

    /// A case in a file of its own, gone with the value.
    struct CaseFile(PathBuf);

    impl CaseFile {
        fn new(name: &str, case: &str) -> Self {
            let path = std::env::temp_dir().join(format!("hagukumi-{}-{name}.toml", std::process::id()));
            fs::write(&path, case).unwrap();
            Self(path)
        }
    }

    impl Drop for CaseFile {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    fn quoted(scheme: &str, case: &Path) -> Exit {
        run(Command::Quote { scheme: scheme.to_owned(), case: case.to_owned() }, &Output::new(true)).unwrap()
    }

    #[test]
    fn a_case_is_answered_by_id_and_by_file_also_where_it_is_not_eligible() {
        let case = CaseFile::new("eligible", "on = 2022-06-01\nservice = \"short_stay\"\nfacts = { resident = \"osaka\" }\nprice_yen = 2_400\n");
        assert_eq!((quoted("kumamoto-tashi", &case.0), quoted(KUMAMOTO, &case.0)), (Exit::Done, Exit::Done));
    }

    #[test]
    fn a_wrong_key_an_unknown_scheme_and_a_missing_file_are_refused() {
        let case = CaseFile::new("wrong", "on = 2022-06-01\nprice = 2_400\n");
        let good = CaseFile::new("good", "on = 2022-06-01\nprice_yen = 2_400\n");
        assert_eq!(quoted("kumamoto-tashi", &case.0), Exit::Refused);
        assert_eq!((quoted("no-such-scheme", &good.0), quoted(NO_SCHEME, &good.0)), (Exit::Refused, Exit::Refused));
        assert_eq!(quoted("kumamoto-tashi", Path::new("/no/such/case.toml")), Exit::Refused);
    }

    #[test]
    fn a_good_file_is_checked_and_any_other_is_refused() {
        let checked = |file: &str| run(Command::Check { file: PathBuf::from(file) }, &Output::new(false)).unwrap();
        assert_eq!((checked(KUMAMOTO), checked(NO_SCHEME), checked("/no/such/scheme.toml")), (Exit::Done, Exit::Refused, Exit::Refused));
    }
}
