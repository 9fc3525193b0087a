//! What a bank line may be (standards §2.5). Pure: decides, never posts.
//!
//! Invariant: a return is only ever proposed; what is ambiguous is left to a person.

use chrono::NaiveDate;

use crate::bank::calendar::{BeyondHorizon, business_days_apart};
use crate::ids::{EntryId, RemittanceId};
use crate::money::Yen;

/// What a bank line says, opened.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Said {
    /// The record as the bank wrote it, in hexadecimal digits.
    pub raw: String,
    /// 振込依頼人コード.
    pub payer_code: Option<String>,
    /// 振込依頼人名.
    pub payer_name: String,
    /// 仕向銀行名.
    pub bank_name: String,
    /// 仕向店名.
    pub branch_name: String,
    /// 摘要内容.
    pub summary: String,
}

/// A file that the bank has and has not debited yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentFile {
    /// Which.
    pub remittance: RemittanceId,
    /// Its pay day.
    pub pay_on: NaiveDate,
    /// What the bank debits: its total, less lines that came back before.
    pub total: Yen,
}

/// A paid line that may have come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidLine {
    /// The file.
    pub remittance: RemittanceId,
    /// The line.
    pub number: i32,
    /// Its pay day.
    pub pay_on: NaiveDate,
    /// Its amount.
    pub amount: Yen,
    /// The payee's bank and branch in half-width kana.
    pub place: Option<(String, String)>,
}

/// A return, with how likely it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The file.
    pub remittance: RemittanceId,
    /// The line.
    pub number: i32,
    /// 0 to 100.
    pub score: i16,
    /// What the bank says of it.
    pub reason: String,
}

/// A debit or credit may lie this many business days from where it was expected.
pub const SLACK_DAYS_MAX: u32 = 3;
/// A payout comes back within this many business days.
pub const RETURN_DAYS_MAX: u32 = 30;
/// The most that a bank keeps of a return as its fee, in yen.
pub const RETURN_FEE_MAX: Yen = Yen::new(1_100);
/// What banks write beside a return; each bank its own way.
const RETURN_WORDS: [&str; 4] = ["ﾍﾝｷﾔｸ", "ｸﾐﾓﾄﾞ", "ｼｷﾝﾍﾝｷﾔｸ", "ﾌﾘｺﾐﾌﾉｳ"];
/// What banks write beside their fee.
const FEE_WORD: &str = "ﾃｽｳ";

/// The one file that a debit confirms: equal total, near its pay day, and no other debit that might be it.
pub fn debited_file(amount: Yen, booked_on: NaiveDate, files: &[SentFile], rivals: &[(Yen, NaiveDate)]) -> Result<Option<RemittanceId>, BeyondHorizon> {
    let mut fitting = Vec::new();
    for file in files.iter().filter(|file| file.total == amount) {
        if business_days_apart(file.pay_on, booked_on)? <= SLACK_DAYS_MAX {
            fitting.push(file);
        }
    }
    let [file] = fitting[..] else { return Ok(None) };
    for (_, rival_on) in rivals.iter().filter(|(rival, _)| *rival == amount) {
        if business_days_apart(file.pay_on, *rival_on)? <= SLACK_DAYS_MAX {
            return Ok(None);
        }
    }
    Ok(Some(file.remittance))
}

/// Whether a debit is the bank's fee.
#[must_use]
pub fn is_fee(said: &Said) -> bool {
    said.summary.contains(FEE_WORD)
}

/// The one entry by which staff have announced this money of the city.
pub fn announced_fund(amount: Yen, booked_on: NaiveDate, funds: &[(EntryId, Yen, NaiveDate)]) -> Result<Option<EntryId>, BeyondHorizon> {
    let mut fitting = Vec::new();
    for (entry, fund, on) in funds {
        if *fund == amount && business_days_apart(*on, booked_on)? <= SLACK_DAYS_MAX {
            fitting.push(*entry);
        }
    }
    Ok(if let [entry] = fitting[..] { Some(entry) } else { None })
}

/// The texts that may hold a family's payer number: 振込依頼人コード, and the leading digits of 依頼人名.
pub fn payer_numbers(said: &Said) -> impl Iterator<Item = String> {
    let leading: String = said.payer_name.chars().take_while(char::is_ascii_digit).collect();
    said.payer_code.iter().cloned().chain((leading.len() >= 10).then(|| leading.chars().take(10).collect()))
}

/// The payouts that a credit may be the return of, likeliest first. `own_name` and `own_code` are the city's in its files.
pub fn returns<'a>(
    amount: Yen,
    booked_on: NaiveDate,
    said: &Said,
    own: (&str, &str),
    lines: impl IntoIterator<Item = &'a PaidLine>,
) -> Result<Vec<Proposal>, BeyondHorizon> {
    let (own_name, own_code) = own;
    let own_payer = said.payer_name.trim_end() == own_name || said.payer_code.as_deref() == Some(own_code);
    let word = RETURN_WORDS.iter().any(|word| said.summary.contains(word));
    let mut proposals = Vec::new();
    for line in lines {
        let kept = line.amount.minus(amount).unwrap_or(Yen::MAX);
        let place = line.place.as_ref().is_some_and(|(bank, branch)| said.bank_name.trim_end() == bank && said.branch_name.trim_end() == branch);
        if kept < Yen::ZERO || kept > RETURN_FEE_MAX || !(own_payer || word || place) {
            continue;
        }
        if line.pay_on > booked_on || business_days_apart(line.pay_on, booked_on)? > RETURN_DAYS_MAX {
            continue;
        }
        let points = [(kept == Yen::ZERO, 40), (own_payer, 20), (word, 20), (place, 20)];
        let score = points.iter().filter(|(holds, _)| *holds).fold(0_i16, |sum, (_, points)| sum.saturating_add(*points));
        proposals.push(Proposal { remittance: line.remittance, number: line.number, score, reason: said.summary.trim_end().to_owned() });
    }
    proposals.sort_by_key(|proposal| (std::cmp::Reverse(proposal.score), proposal.remittance, proposal.number));
    Ok(proposals)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn remittance(number: u128) -> RemittanceId {
        RemittanceId::new(Uuid::from_u128(number))
    }

    fn file(number: u128, total: i64) -> SentFile {
        SentFile { remittance: remittance(number), pay_on: day("2026-07-10"), total: Yen::new(total) }
    }

    fn said(summary: &str, bank: &str, branch: &str) -> Said {
        let text = str::to_owned;
        Said {
            raw: String::new(), payer_code: None, payer_name: text("ﾔﾏﾀﾞ"), bank_name: text(bank), branch_name: text(branch), summary: text(summary)
        }
    }

    #[test]
    fn a_debit_confirms_the_one_file_with_its_total_within_three_business_days() {
        let files = [file(1, 500), file(2, 700)];
        let debited = |amount, on| debited_file(Yen::new(amount), day(on), &files, &[]).unwrap();
        assert_eq!(debited(500, "2026-07-15"), Some(remittance(1)));
        assert_eq!(debited(500, "2026-07-07"), Some(remittance(1)));
        assert_eq!(debited(500, "2026-07-16"), None, "four business days");
        assert_eq!(debited(501, "2026-07-10"), None);
    }

    #[test]
    fn two_files_or_two_debits_that_fit_are_left_to_a_person() {
        let on = day("2026-07-10");
        assert_eq!(debited_file(Yen::new(500), on, &[file(1, 500), file(2, 500)], &[]), Ok(None));
        assert_eq!(debited_file(Yen::new(500), on, &[file(1, 500)], &[(Yen::new(500), on)]), Ok(None));
    }

    #[test]
    fn a_return_needs_an_amount_and_a_sign_of_its_own() {
        let line = |number, amount| PaidLine {
            remittance: remittance(1),
            number,
            pay_on: day("2026-07-10"),
            amount: Yen::new(amount),
            place: Some(("ｸﾝﾚﾝ8".to_owned(), "ｸﾝﾚﾝ001".to_owned())),
        };
        let lines = [line(1, 8_000), line(2, 9_000), line(3, 8_300)];
        let found = |said: &Said| {
            let found = returns(Yen::new(8_000), day("2026-07-13"), said, ("ﾃｽﾄｼ", "0000012345"), &lines).unwrap();
            found.iter().map(|proposal| (proposal.number, proposal.score)).collect::<Vec<_>>()
        };
        assert_eq!(found(&said("ﾌﾘｺﾐﾍﾝｷﾔｸ", "ｸﾝﾚﾝ8", "ｸﾝﾚﾝ001")), [(1, 80), (2, 40), (3, 40)]);
        assert_eq!(found(&said("ﾌﾘｺﾐ", "ﾍﾞﾂ", "ﾍﾞﾂ")), []);
        let late = returns(Yen::new(8_000), day("2026-09-01"), &said("ﾌﾘｺﾐﾍﾝｷﾔｸ", "", ""), ("", ""), &lines).unwrap();
        assert_eq!(late, []);
    }

    #[test]
    fn a_payer_number_is_read_from_the_code_or_from_the_head_of_the_name() {
        let name = Said { payer_name: "1234567897ﾔﾏﾀﾞ".to_owned(), ..said("", "", "") };
        assert_eq!(payer_numbers(&name).collect::<Vec<_>>(), ["1234567897"]);
        let code = Said { payer_code: Some("1234567897".to_owned()), ..said("", "", "") };
        assert_eq!(payer_numbers(&code).collect::<Vec<_>>(), ["1234567897"]);
    }
}
