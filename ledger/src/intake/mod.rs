//! A roster taken in whole: people are written down, and what former guardians had set aside is given back.

mod former;

use crate::Ledger;
use crate::actor::Actor;
use crate::error::Error;
use crate::ids::Municipality;
use crate::people::roster::FileRefused;
use crate::people::{Progress, Report};

impl Ledger {
    /// Imports `file`: what it says of families, guardians and children holds from 適用日, or from today. `progress` hears of each chunk.
    ///
    /// # Errors
    /// Rejected with [`FileRefused`] if nothing of the file may be used. Refused lines are no error: the report lists them.
    pub async fn import_roster(
        &self,
        municipality: Municipality,
        actor: &Actor,
        file: &[u8],
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Report, Error<FileRefused>> {
        let report = self.write_roster(municipality, actor, file, progress).await?;
        self.clear_former_access(municipality).await?;
        Ok(report)
    }
}
