//! What a merchant asks of itself: to be taken in, how that stands, where it is paid. Little is shown of an account: enough to tell it from another.

use serde::Serialize;

use super::{Application, Merchant, Rejected, TakenIn, account, repo};
use crate::Ledger;
use crate::actor::{Actor, Command};
use crate::bank::account::Written;
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::ids::{MerchantId, Municipality};
use crate::session::repo as attempts;
use crate::time::Instant;
use crate::token::CityToken;
use crate::token::Token;
use crate::vault::KeyOwner;

/// So many applications from one place within a window, and no more: anybody may send them.
const APPLICATIONS_MAX: i32 = 20;

/// Why an application is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyRejected {
    /// It cannot be used.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// Too many from one place.
    #[error("too many applications from one place: try again in {seconds} seconds")]
    TooMany {
        /// When the window is over.
        seconds: u32,
    },
}

/// An application that was taken in.
#[derive(Debug, Clone)]
pub struct Applied {
    /// What it will be.
    pub merchant: MerchantId,
    /// What asks how it stands. Shown now and by a replay.
    pub token: CityToken,
}

/// An account of which little is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedAccount {
    /// Four digits.
    pub bank: String,
    /// Three digits.
    pub branch: String,
    /// The last three digits behind dots.
    pub number_masked: String,
    /// When it was asked for.
    pub applied_at: Instant,
    /// When it was approved; none while it waits.
    pub approved_at: Option<Instant>,
}

/// What is asked, for the fingerprint of the command.
#[derive(Serialize)]
struct Asked<'a> {
    application: &'a Application,
    account: [&'a str; 5],
}

impl Ledger {
    /// Takes in an application that a merchant brings itself, from the place `origin`. Two people of the city look at it before it is approved:
    /// nobody has taken it in.
    ///
    /// # Errors
    /// [`ApplyRejected`]: what cannot be used, or too many from one place.
    pub async fn apply_as_merchant(
        &self,
        municipality: Municipality,
        (key, origin): (&str, &str),
        application: &Application,
        written: Written<'_>,
    ) -> Result<Applied, Error<ApplyRejected>> {
        let account = [written.bank, written.branch, written.kind, written.number, written.holder];
        let command = Command::new(Actor::Applicant, key, &Asked { application, account });
        let secret = Token::new(self.entropy.bits(Draw { command: &command.scope(municipality), purpose: "application token", index: 0 }));
        let token = CityToken::new(municipality, secret);
        let mut tx = self.pool.begin().await?;
        let taken_in = self.take_in_in_tx(&mut tx, municipality, &command, (application, written)).await.map_err(|error| error.map(ApplyRejected::Rejected))?;
        if let TakenIn::Now(merchant) = taken_in {
            let place = self.place_of(municipality, "application", origin);
            if attempts::count_refused_in_tx(&mut tx, &place).await? >= APPLICATIONS_MAX {
                return Err(Error::Rejected(ApplyRejected::TooMany { seconds: place.seconds_left }));
            }
            attempts::count_refusal_in_tx(&mut tx, &place).await?;
            repo::insert_application_in_tx(&mut tx, &token, merchant, place.now).await?;
            tx.commit().await?;
        }
        Ok(Applied { merchant: taken_in.id(), token })
    }

    /// Somebody in the city has looked an application through that came by itself; another person decides on it.
    ///
    /// # Errors
    /// [`Rejected`]: not staff, unknown, decided on, or taken in by somebody.
    pub async fn receive_application(&self, municipality: Municipality, command: &Command, merchant: MerchantId) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some(life) = self.begin_about_in_tx(&mut tx, municipality, command, merchant).await? else { return Ok(()) };
        let act = self.act(command);
        life.receive(act.clone()).map_err(Error::Rejected)?;
        repo::mark_received_in_tx(&mut tx, municipality, merchant, &act).await?;
        repo::insert_decision_in_tx(&mut tx, municipality, merchant, ("received", None), &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The merchant that an application has become, for whoever shows its token; and why it was refused, where it was.
    pub async fn find_application(&self, token: &CityToken) -> Result<Option<(Merchant, Option<String>)>, Failure> {
        let municipality = token.municipality();
        let mut tx = self.pool.begin().await?;
        let Some(merchant) = repo::find_application_in_tx(&mut tx, token).await? else { return Ok(None) };
        let found = repo::find_in_tx(&mut tx, municipality, merchant).await?;
        let reason = repo::find_refusal_in_tx(&mut tx, municipality, merchant).await?;
        Ok(found.map(|found| (found, reason)))
    }

    /// Where a merchant is paid, and where it has asked to be paid and waits.
    pub async fn masked_accounts(&self, municipality: Municipality, merchant: MerchantId) -> Result<(Option<MaskedAccount>, Option<MaskedAccount>), Failure> {
        let mut tx = self.pool.begin().await?;
        let rows = account::repo::list_accounts_in_tx(&mut tx, municipality, merchant).await?;
        let Some(newest) = rows.first() else { return Ok((None, None)) };
        let key = self.find_vault_key_of_in_tx(&mut tx, municipality, KeyOwner::Merchant(merchant)).await?;
        let key = key.ok_or(Failure::Vault("the merchant's key is gone"))?;
        let masked = |row: &account::repo::AccountRow| {
            let account = account::open(&key, merchant, &row.sealed)?;
            let number = account.number.to_string();
            let last = number.get(number.len().saturating_sub(3)..).unwrap_or_default();
            let (bank, branch, number_masked) = (account.bank.to_string(), account.branch.to_string(), format!("●●●●{last}"));
            Ok::<_, Failure>(MaskedAccount { bank, branch, number_masked, applied_at: row.applied_at, approved_at: row.approved_at })
        };
        let in_force = rows.iter().find(|row| row.approved_at.is_some()).map(masked).transpose()?;
        let waiting = Some(newest).filter(|row| row.approved_at.is_none()).map(masked).transpose()?;
        Ok((in_force, waiting))
    }
}
