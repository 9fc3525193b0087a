//! The cities that can be rehearsed: what is plausible there. Training data: nobody in it exists.

use chrono::TimeDelta;
use ledger::city::{City, Remitter};
use ledger::ids::Municipality;

/// What a training city is like.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// What people type.
    pub slug: &'static str,
    /// What people read.
    pub name: &'static str,
    /// 全国地方公共団体コード.
    pub municipality: i32,
    /// The scheme.
    pub scheme: &'static str,
    /// Some of its wards.
    pub wards: &'static [&'static str],
    /// 委託者名 of its bank file: one neutral name for all payouts.
    pub remitter_kana: &'static str,
    /// The day of the following month through which statements go.
    pub closing_day: u8,
    /// The day two months later on which payouts leave.
    pub pay_day: u8,
}

/// Every setting.
pub const SETTINGS: [Setting; 2] = [
    Setting {
        slug: "osaka",
        name: "大阪市（訓練）",
        municipality: 271_004,
        scheme: "osaka-juku",
        wards: &["北区", "都島区", "西成区", "東淀川区", "住吉区"],
        remitter_kana: "ｵｵｻｶｼｷﾖｳｲｸｸﾝﾚﾝ",
        closing_day: 15,
        pay_day: 10,
    },
    Setting {
        slug: "fukuoka",
        name: "福岡市（訓練）",
        municipality: 401_307,
        scheme: "fukuoka-naraigoto",
        wards: &["東区", "博多区", "中央区", "南区", "早良区"],
        remitter_kana: "ﾌｸｵｶｼｺﾄﾞﾓｸﾝﾚﾝ",
        closing_day: 15,
        pay_day: 10,
    },
];

impl Setting {
    /// The setting that people call `slug`.
    #[must_use]
    pub fn named(slug: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.slug == slug)
    }

    /// Its code.
    #[must_use]
    pub const fn municipality(&self) -> Municipality {
        Municipality::new(self.municipality)
    }

    /// The training city.
    #[must_use]
    pub fn city(&self) -> City {
        City {
            municipality: self.municipality(),
            slug: self.slug.to_owned(),
            name: self.name.to_owned(),
            training: true,
            own_money_custodian: Some(format!("{} 会計管理者", self.name)),
            closing_day: self.closing_day,
            pay_day: self.pay_day,
            hold: TimeDelta::minutes(10),
            remitter: Remitter {
                consignor_code: format!("{:010}", self.municipality),
                name_kana: self.remitter_kana.to_owned(),
                bank: "9999".to_owned(),
                branch: "001".to_owned(),
                account_kind: "1".to_owned(),
                account_number: "1234567".to_owned(),
            },
        }
    }
}
