//! The post: staff print the letters that wait, and what stands on each sheet is brought to the address in its window.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::json;

use super::office::Office;

/// Letters that are printed at once.
const AT_A_TIME: usize = 200;

/// Has every letter printed that waits; the activation code by the address on the envelope.
pub(super) async fn letters(office: &Office) -> anyhow::Result<BTreeMap<String, String>> {
    let mut brought = BTreeMap::new();
    loop {
        let asked = json!({"most": AT_A_TIME, "reason": "利用開始のお知らせ"});
        let page = office.preparer.download("/letters", &format!("letters/{}", brought.len()), &asked).await?;
        let letters = read(&String::from_utf8(page)?)?;
        let last = letters.len() < AT_A_TIME;
        brought.extend(letters);
        if last {
            return Ok(brought);
        }
    }
}

/// What stands on the sheets of a printed page: address and code.
fn read(page: &str) -> anyhow::Result<Vec<(String, String)>> {
    let sheets = page.split("<section").skip(1);
    sheets.map(|sheet| Ok((marked(sheet, "address")?.to_owned(), marked(sheet, "code")?.replace("<b>", "").replace("</b>", "")))).collect()
}

/// The text of a paragraph by what it is.
fn marked<'a>(sheet: &'a str, what: &str) -> anyhow::Result<&'a str> {
    let found = sheet.split_once(&format!("<p class=\"{what}\">")).and_then(|(_, after)| after.split_once("</p>"));
    found.map(|(text, _)| text).with_context(|| format!("a letter without {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_and_code_stand_on_each_sheet() {
        let sheet = |address: &str, code: [&str; 2]| {
            format!("<section class=\"page letter\"><p class=\"address\">{address}</p><p class=\"code\"><b>{}</b><b>{}</b></p></section>", code[0], code[1])
        };
        let page = format!("<style></style>{}{}", sheet("北区1-1", ["ABC", "DEF"]), sheet("北区1-2", ["GHI", "JKL"]));
        let expected = [("北区1-1", "ABCDEF"), ("北区1-2", "GHIJKL")].map(|(address, code)| (address.to_owned(), code.to_owned()));
        assert_eq!(read(&page).unwrap(), expected);
        assert!(read("<section><p class=\"code\"></p></section>").is_err());
    }
}
