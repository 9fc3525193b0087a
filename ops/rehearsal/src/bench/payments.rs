//! `redeem`: a payment set aside, and its code captured at a desk.

use std::sync::Arc;

use ledger::Ledger;
use ledger::ids::Municipality;
use ledger::money::Yen;
use ledger::payment::{Capture, HoldPayment};

use super::Bench;
use super::figures::Figures;
use super::measured_city::{Payee, Payer};

/// Small: what a child is granted for a month suffices for a thousand of them.
pub(super) const PRICE: Yen = Yen::new(10);
/// What is paid for.
pub(super) const EXPENSE: &str = "tuition";

/// Who pays whom.
#[derive(Clone)]
pub(super) struct Cast {
    pub(super) payers: Arc<Vec<Payer>>,
    pub(super) payees: Arc<Vec<Payee>>,
}

impl Cast {
    pub(super) fn of(&self, index: usize) -> anyhow::Result<(Payer, &Payee)> {
        let payer = index.checked_rem(self.payers.len()).and_then(|at| self.payers.get(at).copied());
        let payee = index.checked_rem(self.payees.len()).and_then(|at| self.payees.get(at));
        payer.zip(payee).ok_or_else(|| anyhow::anyhow!("nobody pays or is paid"))
    }

    async fn redeem(&self, ledger: &Ledger, municipality: Municipality, index: usize) -> anyhow::Result<()> {
        let (payer, payee) = self.of(index)?;
        let asked = HoldPayment {
            family: payer.family,
            children: vec![payer.child],
            merchant: payee.merchant,
            invoice: None,
            expense: EXPENSE.to_owned(),
            service: None,
            price: PRICE,
            month: None,
            own_money: true,
        };
        let held = ledger.hold(municipality, &format!("hold-{index}"), &asked).await?;
        let capture = Capture { merchant: payee.merchant, terminal: Some(payee.terminal), amount: PRICE };
        ledger.capture(municipality, &format!("capture-{index}"), &ledger.payment_code(&held), &capture).await?;
        Ok(())
    }
}

impl Bench {
    pub(super) async fn cast(&self) -> anyhow::Result<Cast> {
        let payers = self.city.payers(self.size.payers).await?;
        let payees = self.city.payees(self.size.payees).await?;
        if self.size.present > 0 {
            super::repo::fill(&self.city.owner, self.city.municipality(), self.city.ledger.clock.now(), self.size.present).await?;
        }
        Ok(Cast { payers: Arc::new(payers), payees: Arc::new(payees) })
    }

    pub(super) async fn redeem(&self) -> anyhow::Result<Figures> {
        let cast = self.cast().await?;
        let (ledger, municipality) = (self.city.ledger.clone(), self.city.municipality());
        let measured = self
            .measure(move |index| {
                let (ledger, cast) = (ledger.clone(), cast.clone());
                async move { cast.redeem(&ledger, municipality, index).await }
            })
            .await?;
        self.city.ledger.pool.close().await;
        let check = self.receipts_check(measured.times.len());
        self.figures(measured, check).await
    }

    /// The books prove themselves, and there is a receipt for every redemption that was answered.
    pub(super) async fn receipts_check(&self, answered: usize) -> anyhow::Result<String> {
        let check = self.city.check_with(&self.database).await?;
        let held = super::repo::count_receipts(&self.city.owner).await?;
        let expected = i64::try_from(answered.saturating_add(self.size.present / 2))?;
        Ok(if check == "ok" && held != expected { format!("{answered} were answered, {held} are there") } else { check })
    }
}
