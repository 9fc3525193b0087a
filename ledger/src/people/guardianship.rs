//! A change of guardian ends the old one's access at once.
//!
//! When a roster says that somebody raises a child no more, or that a child belongs to another household, then from that day on:
//! - whoever has left a household to another guardian is signed out there with everybody else, and the code of its letter is another one, in the
//!   database transaction that finds it out;
//! - what they had set aside is given back: all of it, or what draws on the child that has gone; booklets and cards of the household end.
//!
//! It is found out by the import; for a day that is still to come by the day's first job, by the first request of a session on that day, and by a
//! sign-in, whichever is first. Invariant: nobody is let in on the strength of a day that is over.

use chrono::NaiveDate;
use uuid::Uuid;

use super::activation_of;
use super::repo::{guardianships as repo, read};
use super::sealed::uuids;
use crate::code::Code;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, Municipality};
use crate::session;
use crate::{Ledger, Tx};

/// Children that are looked at in one database transaction.
const CHUNK: i64 = 5_000;

impl Ledger {
    /// Looks who raises these children today, and ends the access of whoever does no more.
    pub(super) async fn review_guardians_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, children: &[ChildId]) -> Result<(), Failure> {
        self.review_in_tx(tx, municipality, &uuids(children, ChildId::uuid)).await
    }

    /// The same for everybody who has ever belonged to a family: before it is let in.
    pub(crate) async fn review_family_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<(), Failure> {
        let children = repo::list_children_ever_in_tx(tx, municipality, family).await?;
        self.review_in_tx(tx, municipality, &children).await
    }

    async fn review_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, children: &[Uuid]) -> Result<(), Failure> {
        let (day, now) = (self.clock.today(), self.clock.now());
        let families = repo::mark_ended_in_tx(tx, municipality, children, (day, now)).await?;
        repo::insert_current_in_tx(tx, municipality, children, day).await?;
        if families.is_empty() {
            return Ok(());
        }
        for family in repo::list_left_in_tx(tx, municipality, &families, now).await? {
            self.renew_access_in_tx(tx, municipality, family).await?;
        }
        Ok(())
    }

    /// Another activation code, and nobody is signed in any more. None if there is no such family.
    pub(crate) async fn renew_access_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Option<Code>, Failure> {
        let Some(code) = self.renew_activation_in_tx(tx, municipality, family).await? else { return Ok(None) };
        session::repo::end_oldest_in_tx(tx, municipality, &session::Principal::Family(family), 0, self.clock.now()).await?;
        Ok(Some(code))
    }

    /// Another activation code. None if there is no such family.
    pub(crate) async fn renew_activation_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Option<Code>, Failure> {
        let Some(issue) = read::lock_activation_issue_in_tx(tx, municipality, family).await? else { return Ok(None) };
        let next = issue.checked_add(1).ok_or_else(|| Failure::inconsistent("families", "too many activation codes"))?;
        let code = activation_of(&*self.entropy, municipality, family, next);
        read::update_activation_in_tx(tx, municipality, family, (next, &code.digest())).await?;
        Ok(Some(code))
    }

    /// Looks at every child of whom something holds from `day` on. Idempotent.
    pub(crate) async fn review_day(&self, municipality: Municipality, day: NaiveDate) -> Result<usize, Failure> {
        let (mut after, mut reviewed) = (None, 0_usize);
        loop {
            let mut tx = self.pool.begin().await?;
            let children = repo::list_children_since_in_tx(&mut tx, municipality, day, (after, CHUNK)).await?;
            let Some(last) = children.last().copied() else { return Ok(reviewed) };
            self.review_in_tx(&mut tx, municipality, &children).await?;
            tx.commit().await?;
            reviewed = reviewed.saturating_add(children.len());
            after = Some(last);
        }
    }
}
