//! Which schemes a city runs: what the grant job asks.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Serialize;

use super::repo;
use crate::Ledger;
use crate::error::{Error, Failure};
use crate::ids::Municipality;
use crate::refusal::{Kind, Refusal};

/// A scheme that a city runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CityScheme {
    /// The scheme's id.
    pub scheme: String,
    /// Periods that open from this day on are granted.
    pub from: NaiveDate,
    /// Up to this one; none while the city goes on with it.
    pub to: Option<NaiveDate>,
}

/// Why a scheme does not begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemeRejected {
    /// No file of that name.
    #[error("there is no scheme {0}")]
    Unknown(String),
    /// It ends before it begins, or another stretch of it overlaps.
    #[error("these days of scheme {0} end before they begin, or overlap with others of it")]
    Days(String),
}

impl Refusal for SchemeRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_scheme",
            Self::Days(_) => "scheme_days",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Unknown(_) | Self::Days(_) => Kind::Unacceptable,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown(scheme) => format!("制度 {scheme} はありません。制度のファイルを確認してください。").into(),
            Self::Days(scheme) => format!("制度 {scheme} の期間が逆になっているか、登録済みの期間と重なっています。").into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown(scheme) => format!("制度「{scheme}」はありません。名前を確かめてください。").into(),
            Self::Days(scheme) => format!("制度「{scheme}」の日が正しくありません。始まる日と終わる日を確かめてください。").into(),
        }
    }
}

impl Ledger {
    /// A city begins to run a scheme: its periods are granted by themselves. Idempotent; a known beginning with another end
    /// changes the end.
    pub async fn run_scheme(&self, municipality: Municipality, begins: &CityScheme) -> Result<(), Error<SchemeRejected>> {
        if self.schemes.get(&begins.scheme).is_none() {
            return Err(Error::Rejected(SchemeRejected::Unknown(begins.scheme.clone())));
        }
        let mut tx = self.pool.begin().await?;
        let known = repo::list_schemes_in_tx(&mut tx, municipality).await?;
        let ends = |scheme: &CityScheme| scheme.to.unwrap_or(NaiveDate::MAX);
        let others = known.iter().filter(|other| other.scheme == begins.scheme && other.from != begins.from);
        let overlaps = others.clone().any(|other| other.from <= ends(begins) && begins.from <= ends(other));
        if begins.from > ends(begins) || overlaps {
            return Err(Error::Rejected(SchemeRejected::Days(begins.scheme.clone())));
        }
        repo::put_scheme_in_tx(&mut tx, municipality, begins).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The schemes that a city runs or has run, by id and beginning.
    pub async fn city_schemes(&self, municipality: Municipality) -> Result<Vec<CityScheme>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_schemes_in_tx(&mut tx, municipality).await
    }
}
