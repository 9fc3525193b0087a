//! Table 4, share: which part of a cost the city bears, flat or by the formula, and how it is cut and split.
//!
//! Invariants: rates lie between 0 and 1; the funders of a share add up to the whole.

use rust_decimal::Decimal;

use super::ratio::Ratio;
use super::reader::{Node, Read, Table};
use super::who::ByClass;
use foundation::money::{Overflow, Yen};

/// The terms for everyone, or for each class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRule(pub ByClass<Terms>);

/// The terms of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// A flat amount instead of a share; never more than the cost.
    pub flat: Option<ByClass<Yen>>,
    /// The most of one cost that counts.
    pub cost_cap: Option<ByClass<Yen>>,
    /// What does not count of each cost.
    pub deduct: Option<ByClass<Yen>>,
    /// What does not count of all costs together, for each month that counts.
    pub deduct_per_month: Option<Yen>,
    /// Whether the versions of one fiscal year share one deduction.
    pub pool: Option<Pool>,
    /// The city's part of the rest.
    pub rate: Ratio,
    /// Amounts are cut down to whole multiples of this.
    pub unit: Yen,
    /// Where they are cut.
    pub stage: Stage,
    /// The provider's part of what is paid.
    pub provider_rate: Ratio,
    /// Who bears the city's part; empty: the city alone.
    pub funders: Vec<(String, Ratio)>,
}

/// How far a deduction reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// Over every version of the fiscal year with the same rate and deduction.
    Year,
}

/// Where amounts are cut to the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Once, on the final amount of the claim.
    Final,
    /// On the amount under each version.
    Version,
    /// On the amount for each cost.
    Cost,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            flat: None,
            cost_cap: None,
            deduct: None,
            deduct_per_month: None,
            pool: None,
            rate: Ratio::ONE,
            unit: Yen::new(1),
            stage: Stage::Final,
            provider_rate: Ratio::ZERO,
            funders: Vec::new(),
        }
    }
}

impl Default for ShareRule {
    fn default() -> Self {
        Self(ByClass::All(Terms::default()))
    }
}

impl Terms {
    /// Whether both mean the same share of a year's costs, so that a pool takes them together.
    #[must_use]
    pub fn pools_with(&self, other: &Self) -> bool {
        self.deduct_per_month.is_some() && self.deduct_per_month == other.deduct_per_month && self.rate == other.rate
    }

    /// Splits what the city pays over its funders: whole yen each, the last one bears the rest.
    pub fn split_funders(&self, city: Yen) -> Result<Vec<(String, Yen)>, Overflow> {
        let mut left = city;
        let mut parts = Vec::new();
        for (index, (name, rate)) in self.funders.iter().enumerate() {
            let last = index.saturating_add(1) == self.funders.len();
            let part = if last { left } else { Ratio::whole(city).times(*rate)?.floor()? };
            left = left.minus(part)?;
            parts.push((name.clone(), part));
        }
        Ok(parts)
    }

    /// Reads the keys that are written over `base`.
    fn read_over(table: &Table<'_>, base: &Self) -> Self {
        let or = |rate: Option<Rate>, other: Ratio| rate.map_or(other, |rate| rate.0);
        Self {
            flat: table.optional("flat").or_else(|| base.flat.clone()),
            cost_cap: table.optional("cost_cap").or_else(|| base.cost_cap.clone()),
            deduct: table.optional("deduct").or_else(|| base.deduct.clone()),
            deduct_per_month: table.optional("deduct_per_month").or(base.deduct_per_month),
            pool: table.node("pool").and_then(|node| node.one_of(&[("year", Pool::Year)])).or(base.pool),
            rate: or(table.optional("rate"), base.rate),
            unit: table.optional("unit").unwrap_or(base.unit),
            stage: table
                .node("stage")
                .and_then(|node| node.one_of(&[("final", Stage::Final), ("version", Stage::Version), ("cost", Stage::Cost)]))
                .unwrap_or(base.stage),
            provider_rate: or(table.optional("provider_rate"), base.provider_rate),
            funders: table.node("funders").map_or_else(|| Some(base.funders.clone()), |node| read_funders(&node)).unwrap_or_default(),
        }
    }

    fn check(&self, table: &Table<'_>) {
        if !self.unit.is_positive() {
            table.problem_at("unit", "a rounding unit is at least 1 yen");
        }
        if self.flat.is_some() && (self.deduct.is_some() || self.deduct_per_month.is_some()) {
            table.problem_at("flat", "a flat amount has no deduction");
        }
        if self.deduct.is_some() && self.deduct_per_month.is_some() {
            table.problem_at("deduct", "either `deduct` for each cost or `deduct_per_month` for all together");
        }
        if self.pool.is_some() && self.deduct_per_month.is_none() {
            table.problem_at("pool", "pools the deduction of a year: needs `deduct_per_month`");
        }
    }
}

impl Read for ShareRule {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let base = Terms::read_over(&table, &Terms::default());
        let classes: Vec<_> = table.rest().into_iter().filter(|(_, value)| value.is_table()).collect();
        if classes.is_empty() {
            base.check(&table);
            table.finish()?;
            return Some(Self(ByClass::All(base)));
        }
        let mut each = Vec::new();
        for (class, value) in &classes {
            let terms = value.table()?;
            let read = Terms::read_over(&terms, &base);
            read.check(&terms);
            if value.is_class(class) {
                each.push(((*class).to_owned(), read));
            }
            // Keys of a class are closed as well; a problem is already kept.
            let _ = terms.finish();
        }
        table.finish_but(&classes.iter().map(|(class, _)| *class).collect::<Vec<_>>())?;
        Some(Self(ByClass::Each(each)))
    }
}

/// A fraction `[numerator, denominator]` between 0 and 1.
struct Rate(Ratio);

impl Read for Rate {
    /// A fraction `[1, 2]`, or the decimal that an ordinance writes: `"0.5"`, `"5.5%"`.
    fn read(node: &Node<'_>) -> Option<Self> {
        let rate = if node.is_list() { fraction(node)? } else { decimal(node)? };
        if rate.is_share() { Some(Self(rate)) } else { node.problem("a rate lies between 0 and 1, as in [0, 1], [1, 2], [1, 1]") }
    }
}

fn fraction(node: &Node<'_>) -> Option<Ratio> {
    let numbers = Vec::<i64>::read(node)?;
    let [numerator, denominator] = numbers.as_slice() else {
        return node.problem("write a fraction as [numerator, denominator], such as [1, 2] for one half");
    };
    Ratio::new(*numerator, *denominator).or_else(|| node.problem("the denominator must be 1 or more"))
}

fn decimal(node: &Node<'_>) -> Option<Ratio> {
    const WANTED: &str = "a fraction [numerator, denominator], such as [1, 2] for one half, or a decimal in quotes, such as \"0.5\" or \"5.5%\"";
    if !node.is_text() {
        return node.expected(WANTED);
    }
    let text = node.text()?;
    let (digits, hundredths) = text.strip_suffix('%').map_or((text, 0), |digits| (digits, 2));
    let ratio = Decimal::from_str_exact(digits).ok().and_then(|decimal| {
        let denominator = 10_i64.checked_pow(decimal.scale().checked_add(hundredths)?)?;
        Ratio::new(i64::try_from(decimal.mantissa()).ok()?, denominator)
    });
    ratio.or_else(|| node.problem(format!("{text:?} is not {WANTED}")))
}

fn read_funders(node: &Node<'_>) -> Option<Vec<(String, Ratio)>> {
    let rates: Option<Vec<_>> = node.table()?.rest().iter().map(|(name, value)| Rate::read(value).map(|rate| ((*name).to_owned(), rate.0))).collect();
    let rates = rates?;
    let sum = rates.iter().try_fold(Ratio::ZERO, |sum, (_, rate)| sum.plus(*rate));
    if sum == Ok(Ratio::ONE) { Some(rates) } else { node.problem("the funders' parts must add up to [1, 1]") }
}

#[cfg(test)]
mod tests {
    use crate::{Problem, file};

    /// What the city bears of 1,000 yen under `rate`.
    fn rate(rate: &str) -> Result<String, Vec<Problem>> {
        let text = format!(
            "[scheme]\nid = \"a\"\n[[version]]\nfrom = 2026-04-01\n[version.who]\nunit = \"child\"\ntest = {{ resident = \"a\" }}\n\
             [version.grant]\nkind = \"none\"\n[version.share]\nrate = {rate}\n[[version.route]]\nkind = \"claim\"\n"
        );
        let scheme = file::parse(&text)?;
        Ok(format!("{:?}", scheme.versions[0].share.0.values().next().unwrap().rate))
    }

    #[test]
    fn a_rate_is_a_fraction_or_the_decimal_of_an_ordinance() {
        assert_eq!(rate("\"0.055\""), rate("[55, 1000]"));
        assert_eq!(rate("\"5.5%\""), rate("[11, 200]"));
        assert_eq!(rate("\"100%\""), rate("[1, 1]"));
        for wrong in ["0.5", "\"1.5\"", "\"half\"", "\"0,5\"", "\"-10%\"", "\"0.0000000000000000000000000001\""] {
            assert_eq!(rate(wrong).unwrap_err()[0].line, 11, "{wrong}");
        }
    }
}
