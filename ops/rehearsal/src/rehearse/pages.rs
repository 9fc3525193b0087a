//! Lists that come page by page.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::http::Client;

/// The most that one page holds.
const PAGE: usize = 500;

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl Client {
    /// Asks for a list, page by page, until there is no next one. `path` has a query.
    pub async fn pages<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<Vec<T>> {
        let mut all = Vec::new();
        let mut after = String::new();
        loop {
            let Page { items, next } = self.get(&format!("{path}&limit={PAGE}{after}")).await?;
            all.extend(items);
            let Some(next) = next else { return Ok(all) };
            after = format!("&after={next}");
        }
    }
}
