//! The Merkle tree of RFC 6962 §2.1, grown a leaf at a time: pure. Kept are the roots of the perfect trees that its size is made of (a bit of the size
//! each), the largest first; nothing else is needed to add a leaf or to name the root.

use crate::digest::{sha256, sha256_of_all};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// The hash of a leaf: SHA-256 of 0x00 and what it stands for.
#[must_use]
pub fn leaf(bytes: &[u8]) -> Hash {
    sha256_of_all([&[0][..], bytes])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    sha256_of_all([&[1][..], left, right])
}

/// A tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>,
}

impl Tree {
    /// The tree of so many leaves whose peaks these are; none if that is not how many it has.
    #[must_use]
    pub fn new(size: u64, peaks: &[u8]) -> Option<Self> {
        let (peaks, rest) = peaks.as_chunks::<32>();
        let fits = rest.is_empty() && u32::try_from(peaks.len()).is_ok_and(|count| count == size.count_ones());
        fits.then(|| Self { size, peaks: peaks.to_vec() })
    }

    /// How many leaves it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of its perfect trees, one after the other.
    #[must_use]
    pub fn peaks(&self) -> Vec<u8> {
        self.peaks.concat()
    }

    /// Adds a leaf: as many of the smallest perfect trees are joined as the size has ones at its end.
    pub fn push(&mut self, leaf: Hash) {
        let mut last = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                last = node(&left, &last);
            }
        }
        self.peaks.push(last);
        self.size = self.size.saturating_add(1);
    }

    /// Its root. That of a tree without leaves is SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        let joined = self.peaks.iter().copied().rev().reduce(|right, left| node(&left, &right));
        joined.unwrap_or_else(|| sha256(&[]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6962 §2.1, word for word.
    fn by_the_rfc(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Tree::default().root(),
            [one] => *one,
            more => {
                let (left, right) = more.split_at(more.len().next_power_of_two().checked_div(2).unwrap());
                node(&by_the_rfc(left), &by_the_rfc(right))
            }
        }
    }

    /// The roots that Certificate Transparency's own tests expect.
    #[test]
    fn the_roots_are_those_of_certificate_transparency() {
        let leaves: [&[u8]; 8] = [
            &[],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Tree::default();
        let mut found = vec![hex::encode(tree.root())];
        for bytes in leaves {
            tree.push(leaf(bytes));
            found.push(hex::encode(tree.root()));
        }
        assert_eq!(found, roots);
    }

    proptest! {
        #[test]
        fn a_tree_that_is_kept_and_taken_up_again_has_the_root_of_the_rfc(count in 0_u16..300, broken_at in 0_u16..300) {
            let leaves: Vec<_> = (0..count).map(|number| leaf(&number.to_be_bytes())).collect();
            let mut tree = Tree::default();
            for (number, leaf) in (0..).zip(&leaves) {
                if number == broken_at {
                    tree = Tree::new(tree.size(), &tree.peaks()).unwrap();
                }
                tree.push(*leaf);
            }
            prop_assert_eq!(tree.root(), by_the_rfc(&leaves));
            prop_assert_eq!(Tree::new(u64::MAX, &tree.peaks()), None);
        }
    }
}
