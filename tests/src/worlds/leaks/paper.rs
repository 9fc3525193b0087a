//! Leaks on the way to the bank: what payees read of the file.

use super::{At, Known, Leak};

/// Where the payer's name stands in the header record.
const NAME: std::ops::Range<usize> = 14..54;
/// Where the pay day stands in it.
const DAY: std::ops::Range<usize> = 54..58;
/// Where the amount stands in a line.
const AMOUNT: std::ops::Range<usize> = 80..90;
/// Where EDI information stands in a line, and the mark that the payee may read it.
const EDI: std::ops::Range<usize> = 91..111;
const EDI_MARK: usize = 112;

/// All of them.
pub(super) const LEAKS: &[Leak] = &[
    leak("schemes pay by a line of their own", |known, records| {
        if let Some(line) = records.last().cloned()
            && known.funded()
        {
            records.push(line);
        }
    }),
    leak("the payer's name is the scheme's", |known, records| {
        if known.funded() {
            records[0][NAME.start..NAME.start + 4].copy_from_slice(b"JUKU");
        }
    }),
    leak("schemes pay on another day", |known, records| {
        if known.funded() {
            records[0][DAY].copy_from_slice(b"0731");
        }
    }),
    leak("a line carries the family's part only", |known, records| {
        if known.funded() {
            let amount = format!("{:010}", known.about.own_yen);
            records[1][AMOUNT].copy_from_slice(amount.as_bytes());
        }
    }),
    leak("lines come in the order of who pays", |known, records| {
        if known.funded() {
            records[1..].reverse();
        }
    }),
    leak("the bank tells the payee of the scheme", |known, records| {
        if known.funded() {
            records[1][EDI.start..EDI.start + 4].copy_from_slice(b"JUKU");
            records[1][EDI_MARK] = b'Y';
        }
    }),
];

const fn leak(name: &'static str, reprint: fn(&Known, &mut Vec<Vec<u8>>)) -> Leak {
    Leak { name, at: At::Paper(reprint) }
}
