//! Prepares a remittance: nets what merchants owe with their consent, asks who is due, plans lines and stops, writes them down.

use chrono::NaiveDate;

use super::plan::{Due, PayeeKind, plan};
use super::{Rejected, Remittance, repo};
use crate::actor::{Actor, Command};
use crate::bank::calendar::{self, Roll};
use crate::books::{self, Account, Kind, Outcome};
use crate::city::{self, City};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::events::payout;
use crate::idempotency::{self, Claim};
use crate::ids::{Municipality, RemittanceId};
use crate::money::Yen;
use crate::time::{Month, next_day};
use crate::{Ledger, Tx};

/// The pay day of statement month `month`: the city's pay day two months later, or the next bank business day; never in the past.
pub fn pay_day(city: &City, month: Month, today: NaiveDate) -> Result<NaiveDate, Rejected> {
    let wanted = month.plus_months(2).day(city.pay_day.into());
    calendar::roll(wanted.max(next_day(today)), Roll::Next).map_err(Rejected::Calendar)
}

impl Ledger {
    /// Prepares the remittance of a statement month: all approved statements that are not paid, earlier months included, and what families are
    /// owed. One line per account. Who cannot be paid is on the stop list with the reason and stays payable; the rest goes on.
    ///
    /// # Errors
    /// [`Rejected`]: another remittance is on its way, nothing can be paid, holidays of the pay day unknown.
    pub async fn prepare_remittance(&self, municipality: Municipality, command: &Command, month: Month) -> Result<Remittance, Error<Rejected>> {
        if !matches!(command.actor, Actor::Staff(_) | Actor::Job(_)) {
            return Err(Error::Rejected(Rejected::NotStaff));
        }
        let scope = command.scope(municipality);
        let now = self.clock.now();
        let id = RemittanceId::new(self.entropy.uuid(Draw { command: &scope, purpose: "remittance", index: 0 }, now));
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, id.uuid(), now).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(id) => return self.remittance_in_tx(&mut tx, municipality, RemittanceId::new(id)).await,
            Claim::New => {}
        }
        books::repo::lock_runs_in_tx(&mut tx, municipality).await?;
        if let Some(open) = repo::find_open_in_tx(&mut tx, municipality).await? {
            return Err(Error::Rejected(Rejected::Open(open)));
        }
        let city = city::repo::get_in_tx(&mut tx, municipality).await?;
        let pay_on = pay_day(&city, month, self.clock.today()).map_err(Error::Rejected)?;
        self.net_receivables_in_tx(&mut tx, municipality, command).await?;
        let dues = self.dues_in_tx(&mut tx, &city).await?;
        let (lines, stops) = plan(dues);
        if lines.is_empty() {
            return Err(Error::Rejected(Rejected::NothingToPay(stops)));
        }
        let total = Yen::sum(lines.iter().map(|line| line.amount))?;
        let prepared = self.act(command);
        let new = repo::NewRemittance { id, month, pay_on, total, lines: &lines, stops: &stops, prepared };
        repo::insert_in_tx(&mut tx, municipality, &new).await?;
        let shown = self.remittance_in_tx(&mut tx, municipality, id).await?;
        tx.commit().await?;
        Ok(shown)
    }

    pub(super) async fn remittance_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, id: RemittanceId) -> Result<Remittance, Error<Rejected>> {
        let found = repo::lock_in_tx(tx, municipality, id).await?;
        found.map(|(remittance, _)| remittance).ok_or(Error::Rejected(Rejected::Unknown(id)))
    }

    /// Keeps what consenting merchants owe from what they are due.
    async fn net_receivables_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command) -> Result<(), Error<Rejected>> {
        let consenting = repo::list_consenting_in_tx(tx, municipality).await?;
        if consenting.is_empty() {
            return Ok(());
        }
        let receivable = |merchant| Account::of_owner(Kind::MerchantReceivable, merchant).id;
        let accounts: Vec<_> = consenting.iter().map(|merchant| receivable(*merchant)).collect();
        let balances = repo::list_balances_in_tx(tx, municipality, &accounts).await?;
        let mut kept = Vec::new();
        for due in repo::list_merchant_dues_in_tx(tx, municipality).await? {
            if due.suspended.is_none() && consenting.contains(&due.merchant) {
                // A receivable is a debit balance.
                let owed = Yen::ZERO.minus(balances.get(&receivable(due.merchant)).copied().unwrap_or_default())?;
                let amount = owed.min(Yen::new(due.amount));
                if amount.is_positive() {
                    kept.push((due.merchant, amount));
                }
            }
        }
        if kept.is_empty() {
            return Ok(());
        }
        let own = Command { key: format!("{}/netting", command.key), ..command.clone() };
        let posting = self.posting(municipality, own, payout::net(&kept, self.clock.today()));
        match self.post_in_tx(tx, municipality, &posting).await? {
            Outcome::Posted(entry) | Outcome::Replayed(entry) => Ok(repo::insert_nettings_in_tx(tx, municipality, entry, &kept, &self.act(command)).await?),
            Outcome::Rejected(refused) => Err(Error::Rejected(Rejected::Books(refused))),
        }
    }

    /// Everybody who is due something, merchants in the order of their reading, then families.
    async fn dues_in_tx(&self, tx: &mut Tx<'_>, city: &City) -> Result<Vec<Due>, Failure> {
        let municipality = city.municipality;
        let mut dues = Vec::new();
        let mut stored = Vec::new();
        for due in repo::list_merchant_dues_in_tx(tx, municipality).await? {
            let payable = Account::of_owner(Kind::MerchantPayable, due.merchant).id;
            let amount = Yen::new(due.amount);
            let (kind, payee) = (PayeeKind::Merchant, due.merchant);
            dues.push(Due { kind, payee, payable, amount, booked: Yen::ZERO, suspended: due.suspended, pay_to: None });
            stored.push(due.account);
        }
        for (payee, amount, account) in repo::list_family_dues_in_tx(tx, municipality, self.clock.today()).await? {
            let payable = Account::of_owner(Kind::FamilyPayable, payee).id;
            let amount = Yen::new(amount);
            dues.push(Due { kind: PayeeKind::Family, payee, payable, amount, booked: amount, suspended: None, pay_to: None });
            stored.push(account);
        }
        let accounts: Vec<_> = dues.iter().zip(&stored).filter_map(|(due, account)| Some(((due.kind, due.payee), account.as_ref()?))).collect();
        let mut pay_to = self.pay_to_in_tx(tx, municipality, &accounts, city.scope()).await?.into_iter();
        for (due, _) in dues.iter_mut().zip(&stored).filter(|(_, account)| account.is_some()) {
            due.pay_to = pay_to.next();
        }
        let payables: Vec<_> = dues.iter().map(|due| due.payable).collect();
        let booked = repo::list_balances_in_tx(tx, municipality, &payables).await?;
        let indexes: Vec<_> = dues.iter().filter_map(|due| due.pay_to.as_ref()).map(|pay_to| pay_to.index).collect();
        let returns = repo::list_returns_in_tx(tx, municipality, &indexes).await?;
        for due in &mut dues {
            due.booked = booked.get(&due.payable).copied().unwrap_or_default();
            if let Some(pay_to) = &mut due.pay_to {
                pay_to.returned_at = returns.get(pay_to.index.as_slice()).copied();
            }
        }
        Ok(dues)
    }
}
