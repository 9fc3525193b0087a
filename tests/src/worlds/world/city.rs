//! What time, the city's staff and its jobs do; and what depends on the secret.

use chrono::{Days, NaiveDate, NaiveTime};
use ledger::claim::{Cost, FileClaim};
use ledger::money::Yen;
use ledger::time::{next_day, tokyo_instant};

use super::super::cast::{self, FAMILIES, Secret};
use super::super::history::{Dice, Event};
use super::super::view::Seen;
use super::World;
use crate::support::test_city::{rejection, staff};

/// The bank where merchants have their accounts; families have theirs elsewhere.
const BANK_OF_MERCHANTS: &[u8] = b"9998";

impl World {
    pub(super) async fn of_city(&mut self, event: &Event) {
        let (ledger, municipality) = (self.ledger(), self.municipality());
        match *event {
            Event::Minutes(minutes) => self.city.test.clock.advance(chrono::TimeDelta::minutes(minutes)),
            Event::Evening(minutes) => self.go_to(self.today(), (23, u32::try_from(60 - minutes).expect("minutes"))),
            Event::Tomorrow => self.go_to(next_day(self.today()), (9, 0)),
            Event::MonthOver => {
                let month = self.month();
                let last = ledger::statement::state::days(month, 15).1;
                let last = if last < self.today() { ledger::statement::state::days(month.plus_months(1), 15).1 } else { last };
                self.go_to(next_day(last), (9, 0));
            }
            Event::Expire => {
                let _ = ledger.expire_holds(municipality).await.expect("expired");
            }
            Event::Due => self.settle_due().await,
            Event::Settle => {
                let _ = ledger.settle_refunds(municipality).await.expect("settled");
            }
            Event::Lapse => {
                let _ = ledger.lapse(municipality).await.expect("lapsed");
            }
            Event::ClosePayments { today } => self.city.close_payments(self.today() - Days::new(u64::from(!today))).await,
            Event::Draw => self.draw().await,
            Event::Approve => self.approve().await,
            Event::PayOut => self.pay_out().await,
            _ => self.by_secret(event).await,
        }
    }

    /// Sets the clock to a time of a day, if that lies ahead and within the year.
    fn go_to(&self, day: NaiveDate, (hour, minute): (u32, u32)) {
        let then = tokyo_instant(day, NaiveTime::from_hms_opt(hour, minute, 0).expect("a time"));
        if then > self.ledger().clock.now() && self.may_still_pass() {
            self.city.test.clock.set(then);
        }
    }

    async fn draw(&self) {
        let month = self.month();
        self.ledger().settle_refunds(self.municipality()).await.expect("settled");
        // Not over yet: then there is nothing to draw.
        let _ = rejection(self.ledger().draw_statements(self.municipality(), &staff("a", &format!("draw {month}")), month).await);
    }

    async fn approve(&self) {
        let (ledger, municipality) = (self.ledger(), self.municipality());
        let statements = ledger.list_statements(municipality, None, None).await.expect("statements");
        let claimed: Vec<_> =
            statements.iter().filter(|statement| statement.state == ledger::statement::Standing::Claimed).map(|statement| statement.id).collect();
        if !claimed.is_empty() {
            ledger.examine_statements(municipality, &staff("a", &self.key()), &claimed).await.expect("examined");
            ledger.approve_statements(municipality, &staff("b", &self.key()), &claimed).await.expect("approved");
        }
    }

    /// Remits what is approved. What the merchants' bank tells them are the payer and their own lines.
    async fn pay_out(&mut self) {
        let (ledger, municipality, key) = (self.ledger(), self.municipality(), self.key());
        let Ok(remittance) = rejection(ledger.prepare_remittance(municipality, &staff("a", &key), self.month()).await) else { return };
        ledger.approve_remittance(municipality, &staff("b", &key), remittance.id).await.expect("approved");
        let file = ledger.build_remittance(municipality, &staff("a", &format!("{key}/build")), remittance.id).await.expect("a file");
        ledger.mark_remittance_sent(municipality, &staff("a", &format!("{key}/send")), remittance.id, &file.sha256).await.expect("sent");
        let records: Vec<&[u8]> = file.bytes.split(|byte| *byte == b'\n').map(|record| record.strip_suffix(b"\r").unwrap_or(record)).collect();
        let of_merchants = |record: &&&[u8]| record.first() == Some(&b'2') && record.get(1..5) == Some(BANK_OF_MERCHANTS);
        let lines: Vec<_> = records.iter().filter(of_merchants).map(|record| record.to_vec()).collect();
        if lines.is_empty() {
            return;
        }
        let mut paper = vec![records[0].to_vec()];
        paper.extend(lines);
        self.planted.reprint(&mut paper);
        self.seen.extend(paper.into_iter().map(|record| Seen::other("the merchants' bank", record)));
    }

    async fn by_secret(&mut self, event: &Event) {
        let Secret::Mixed(seed) = self.secret else { return };
        let (ledger, municipality) = (self.ledger(), self.municipality());
        match *event {
            Event::Grant { throw } => cast::grant_some(ledger, municipality, &self.cast, &mut Dice::new(seed ^ throw, "grant")).await,
            Event::Revoke { throw } => self.revoke(Dice::new(seed ^ throw, "revoke")).await,
            Event::Reimburse { throw } => self.reimburse(Dice::new(seed ^ throw, "reimburse")).await,
            Event::OwnMoney { throw } => {
                let mut dice = Dice::new(seed ^ throw, "own money");
                let family = self.cast.families[dice.place(FAMILIES)].id;
                let (key, yen) = (self.key(), dice.yen(1, 30_000));
                if dice.happens(50) {
                    cast::top_up(ledger, municipality, family, (&key, yen)).await;
                } else {
                    let _ = rejection(ledger.pay_back_own_money(municipality, &staff("a", &key), family, Yen::new(yen)).await);
                }
            }
            _ => {}
        }
    }

    async fn revoke(&self, mut dice: Dice) {
        let children: Vec<_> = self.cast.families.iter().flat_map(|family| family.children.iter().copied()).collect();
        let spendable = self.ledger().spendable(self.municipality(), &children).await.expect("an answer");
        if !spendable.is_empty() {
            let account = spendable[dice.place(spendable.len())].account;
            let _ = rejection(self.ledger().revoke(self.municipality(), staff("a", &self.key()), account, "転出").await);
        }
    }

    /// A claim for something that was bought elsewhere: filed, examined, decided, owed to the family.
    async fn reimburse(&self, mut dice: Dice) {
        let (ledger, municipality, key, today) = (self.ledger(), self.municipality(), self.key(), self.today());
        let family = &self.cast.families[dice.place(FAMILIES)];
        let cost = Cost {
            expense: "tuition".to_owned(),
            service: None,
            amount: Yen::new(dice.yen(1, 20_000)),
            from: today,
            to: today,
            merchant: None,
            paid_to: Some("他市の教室".to_owned()),
        };
        let child = family.children[dice.place(family.children.len())];
        let asked = FileClaim { family: family.id, child, scheme: "year".to_owned(), costs: vec![cost] };
        let Ok(claim) = rejection(ledger.file_claim(municipality, &staff("a", &key), &asked).await) else { return };
        if dice.happens(70) {
            let examine = staff("a", &format!("{key}/examine"));
            ledger.examine_claim(municipality, &examine, (claim.id, claim.filing), claim.reserved, "領収書のとおり").await.expect("examined");
            ledger.decide_claim(municipality, &staff("b", &key), claim.id, claim.reserved, "領収書のとおり").await.expect("decided");
        }
    }
}
