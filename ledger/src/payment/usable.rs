//! 使える費用: what of a class's offer each child's entitlements may pay. Read only; nothing of it ever leaves the family's own screen.

use std::collections::BTreeSet;

use crate::Ledger;
use crate::city;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, MerchantId, Municipality};
use crate::merchant::{Merchant, Service, Standing};
use crate::scheme::Reason;

/// Whether one scheme of one child pays for one thing that a class offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usable {
    /// What is offered.
    pub service: Service,
    /// The child.
    pub child: ChildId,
    /// The scheme.
    pub scheme: String,
    /// Whether it pays.
    pub usable: bool,
    /// Why not, where the scheme says so.
    pub reason: Option<Reason>,
}

impl Ledger {
    /// A class as a family sees it, with what each of its children's schemes that may be spent now pays there. None where nobody can pay.
    pub async fn usable_at(&self, municipality: Municipality, family: FamilyId, merchant: MerchantId) -> Result<Option<(Merchant, Vec<Usable>)>, Failure> {
        let Some(merchant) = self.get_merchant(municipality, merchant).await?.filter(|merchant| merchant.state == Standing::Approved) else { return Ok(None) };
        let today = self.clock.today();
        let mut tx = self.pool.begin().await?;
        let rules = city::repo::get_in_tx(&mut tx, municipality).await?.rules();
        let children: Vec<_> = self.child_ids_of_family_in_tx(&mut tx, municipality, family, today).await?.into_iter().collect();
        let facts = self.scheme_facts_in_tx(&mut tx, municipality, &children, today).await?;
        drop(tx);
        let mut versions = BTreeSet::new();
        for spendable in self.spendable(municipality, &children).await? {
            versions.insert((spendable.child, spendable.scheme, spendable.service_from));
        }
        let mut usable: Vec<Usable> = Vec::new();
        for service in merchant.services.iter().filter(|(_, approved)| *approved).map(|(service, _)| service) {
            for (child, scheme, on) in &versions {
                let Some(version) = self.schemes.get(scheme).and_then(|scheme| scheme.rules_on(*on, rules)) else { continue };
                let category = Some(service.category.as_str());
                let known = facts.get(child).cloned().unwrap_or_default();
                let accepted = version.cost.accepts(Some(&service.expense), category).and_then(|()| version.cost.admits(&known, category));
                let pays = accepted.is_ok() && version.redeemable().is_ok();
                // Of several periods of one scheme the friendliest counts: one of them may pay.
                let same = usable.iter_mut().find(|other| other.service == *service && other.child == *child && other.scheme == *scheme);
                match same {
                    Some(known) if pays => (known.usable, known.reason) = (true, None),
                    Some(_) => {}
                    None => {
                        let (service, scheme) = (service.clone(), scheme.clone());
                        usable.push(Usable { service, child: *child, scheme, usable: pays, reason: accepted.err() });
                    }
                }
            }
        }
        Ok(Some((merchant, usable)))
    }
}
