//! Sealed bytes open only where and under what they were sealed; they do not show what they hold.

use proptest::prelude::*;

use super::*;
use crate::ids::FamilyId;

const CITY: Municipality = Municipality::new(271_004);

fn key(number: u128) -> DataKey {
    let id = VaultKeyId::new(Uuid::from_u128(number));
    let bits: [u8; 32] = std::array::from_fn(|_| u8::try_from(number).unwrap());
    Vault::new(&[7; 32], 1).make_key(CITY, id, KeyOwner::Family(FamilyId::new(Uuid::from_u128(9))), &bits).unwrap().1
}

fn place(table: &'static str, column: &'static str, row: u128) -> Place {
    Place::new(table, column, Uuid::from_u128(row))
}

const NAME: &str = "育実 花子";

#[test]
fn what_is_sealed_opens_in_its_place() {
    let home = place("children", "person", 1);
    let sealed = key(1).seal(home, NAME.as_bytes()).unwrap();
    assert_eq!(key(1).open(home, &sealed).unwrap(), NAME.as_bytes());
    assert_eq!(sealed.len(), NAME.len() + 29);
}

#[test]
fn bytes_moved_to_another_row_column_table_or_key_do_not_open() {
    let sealed = key(1).seal(place("children", "person", 1), NAME.as_bytes()).unwrap();
    let day = chrono::NaiveDate::MIN;
    for elsewhere in
        [place("children", "person", 1).edition(1, day), place("children", "person", 2), place("children", "facts", 1), place("guardians", "person", 1)]
    {
        assert!(key(1).open(elsewhere, &sealed).is_err(), "{elsewhere:?}");
    }
    assert!(key(2).open(place("children", "person", 1), &sealed).is_err());
}

#[test]
fn the_same_key_bits_under_another_id_do_not_open() {
    let vault = Vault::new(&[7; 32], 1);
    let owner = KeyOwner::BankRecord(Uuid::from_u128(9));
    let make = |id| vault.make_key(CITY, VaultKeyId::new(Uuid::from_u128(id)), owner, &[5; 32]).unwrap().1;
    let home = place("t", "c", 1);
    assert!(make(2).open(home, &make(1).seal(home, b"x").unwrap()).is_err());
}

#[test]
fn a_wrapped_key_opens_only_in_its_row_under_its_own_key_encryption_key() {
    let vault = Vault::new(&[7; 32], 1);
    let (id, other) = (VaultKeyId::new(Uuid::from_u128(1)), VaultKeyId::new(Uuid::from_u128(2)));
    let (new, made) = vault.make_key(CITY, id, KeyOwner::Family(FamilyId::new(Uuid::from_u128(9))), &[5; 32]).unwrap();
    let home = place("t", "c", 1);
    let sealed = made.seal(home, b"x").unwrap();
    assert_eq!(vault.unwrap_key(CITY, id, &new.wrapped, 1).unwrap().open(home, &sealed).unwrap(), b"x");
    assert!(vault.unwrap_key(CITY, other, &new.wrapped, 1).is_err());
    assert!(vault.unwrap_key(Municipality::new(281_000), id, &new.wrapped, 1).is_err());
    assert!(vault.unwrap_key(CITY, id, &new.wrapped, 2).is_err());
    assert!(Vault::new(&[8; 32], 1).unwrap_key(CITY, id, &new.wrapped, 1).is_err());
    assert!(!new.wrapped.windows(32).any(|window| window == [5; 32]), "the key stands open in its own wrapping");
}

#[test]
fn indexes_differ_by_purpose_city_and_key_and_repeat_for_the_same() {
    let vault = Vault::new(&[7; 32], 1);
    let first = vault.index(CITY, "child", "0001");
    assert_eq!(first, vault.index(CITY, "child", "0001"));
    let others = [
        vault.index(CITY, "child", "1"),
        vault.index(CITY, "household", "0001"),
        vault.index(Municipality::new(281_000), "child", "0001"),
        Vault::new(&[8; 32], 1).index(CITY, "child", "0001"),
    ];
    assert!(others.iter().all(|other| *other != first));
}

#[test]
fn secrets_do_not_print_themselves() {
    let shown = format!("{:?} {:?}", Vault::new(&[7; 32], 1), key(3));
    assert_eq!(shown, "Vault { kek_version: 1, .. } DataKey { id: VaultKeyId(00000000-0000-0000-0000-000000000003), .. }");
}

proptest! {
    #[test]
    fn one_flipped_bit_anywhere_does_not_open(text in "\\PC{0,40}", at in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let home = place("children", "person", 1);
        let mut sealed = key(1).seal(home, text.as_bytes()).unwrap();
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        prop_assert!(key(1).open(home, &sealed).is_err());
    }

    #[test]
    fn bytes_cut_short_do_not_open(text in "\\PC{0,40}", at in any::<prop::sample::Index>()) {
        let home = place("children", "person", 1);
        let sealed = key(1).seal(home, text.as_bytes()).unwrap();
        prop_assert!(key(1).open(home, &sealed[..at.index(sealed.len())]).is_err());
    }

    #[test]
    fn the_plaintext_does_not_occur_in_what_is_stored(text in "\\PC{4,40}") {
        let sealed = key(1).seal(place("children", "person", 1), text.as_bytes()).unwrap();
        prop_assert!(!sealed.windows(4).any(|window| text.as_bytes().windows(4).any(|part| part == window)));
    }

    #[test]
    fn two_plaintexts_or_places_never_share_a_nonce(first in "\\PC{0,20}", second in "\\PC{0,20}", row in 1_u128..3) {
        let one = key(1).seal(place("t", "c", 1), first.as_bytes()).unwrap();
        let two = key(1).seal(place("t", "c", row), second.as_bytes()).unwrap();
        prop_assert_eq!(one[1..13] == two[1..13], row == 1 && first == second);
    }
}
