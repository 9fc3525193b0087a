//! The cities that can be rehearsed: what is plausible there. Training data: nobody in it exists.

use chrono::TimeDelta;
use ledger::city::{City, Remitter};
use ledger::ids::Municipality;

use super::names::Name;

/// A kind of class or provider: name, reading, service category, account holder.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// What families read.
    pub name: &'static str,
    /// The name's reading.
    pub kana: &'static str,
    /// The service category.
    pub category: &'static str,
    /// The account's holder, half-width kana.
    pub holder: &'static str,
}

const fn kind(name: &'static str, kana: &'static str, category: &'static str, holder: &'static str) -> Kind {
    Kind { name, kana, category, holder }
}

/// Lessons and cram schools.
const LESSONS: &[Kind] = &[
    kind("ひかり学習塾", "ヒカリガクシュウジュク", "cram_school", "ﾋｶﾘｶﾞｸｼﾕｳｼﾞﾕｸ"),
    kind("あおば書道教室", "アオバショドウキョウシツ", "culture", "ｱｵﾊﾞｼﾖﾄﾞｳｷﾖｳｼﾂ"),
    kind("みらいスイミング", "ミライスイミング", "sports", "ﾐﾗｲｽｲﾐﾝｸﾞ"),
    kind("そよかぜピアノ", "ソヨカゼピアノ", "culture", "ｿﾖｶｾﾞﾋﾟｱﾉ"),
    kind("のびのび英語教室", "ノビノビエイゴキョウシツ", "cram_school", "ﾉﾋﾞﾉﾋﾞｴｲｺﾞｷﾖｳｼﾂ"),
    kind("わかば体操クラブ", "ワカバタイソウクラブ", "sports", "ﾜｶﾊﾞﾀｲｿｳｸﾗﾌﾞ"),
    kind("こだま算数塾", "コダマサンスウジュク", "cram_school", "ｺﾀﾞﾏｻﾝｽｳｼﾞﾕｸ"),
    kind("つばさ絵画教室", "ツバサカイガキョウシツ", "culture", "ﾂﾊﾞｻｶｲｶﾞｷﾖｳｼﾂ"),
    kind("ほしぞらプログラミング", "ホシゾラプログラミング", "cram_school", "ﾎｼｿﾞﾗﾌﾟﾛｸﾞﾗﾐﾝｸﾞ"),
    kind("はばたきサッカー", "ハバタキサッカー", "sports", "ﾊﾊﾞﾀｷｻﾂｶ-"),
];

/// Providers of care for small children, one of each of the six services and then again.
const CARE: &[Kind] = &[
    kind("ひなた病児保育室", "ヒナタビョウジホイクシツ", "sick_child", "ﾋﾅﾀﾋﾞﾖｳｼﾞﾎｲｸｼﾂ"),
    kind("こもれびファミサポ", "コモレビファミサポ", "family_support", "ｺﾓﾚﾋﾞﾌｱﾐｻﾎﾟ"),
    kind("たんぽぽ一時預かり", "タンポポイチジアズカリ", "temporary_care", "ﾀﾝﾎﾟﾎﾟｲﾁｼﾞｱｽﾞｶﾘ"),
    kind("ゆりかごホームヘルプ", "ユリカゴホームヘルプ", "home_help", "ﾕﾘｶｺﾞﾎ-ﾑﾍﾙﾌﾟ"),
    kind("ほしのこショートステイ", "ホシノコショートステイ", "short_stay", "ﾎｼﾉｺｼﾖ-ﾄｽﾃｲ"),
    kind("はなうた産後ケア", "ハナウタサンゴケア", "postnatal_care", "ﾊﾅｳﾀｻﾝｺﾞｹｱ"),
];

/// What families there claim back, besides or instead of paying at a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// Nothing.
    Nothing,
    /// Receipts of lessons: for those who do not want the class to know.
    Receipts,
    /// Commuter passes of a year.
    Passes,
}

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
    pub wards: &'static [Name],
    /// The school ages of the children on its roster, from the first: some inside the scheme's, some outside.
    pub ages: (i32, u64),
    /// The cities of their schools.
    pub school_cities: &'static [&'static str],
    /// Who is paid there.
    pub classes: &'static [Kind],
    /// What they bill.
    pub expenses: &'static [&'static str],
    /// Whether a payment names the service, because each service has registrations of its own.
    pub names_service: bool,
    /// Prices begin here and rise by the second figure, in yen.
    pub prices: (i64, i64),
    /// What is claimed back.
    pub claimed: Claimed,
    /// 委託者名 of its bank file: one neutral name for all payouts.
    pub remitter_kana: &'static str,
    /// The day of the following month through which statements go.
    pub closing_day: u8,
    /// The day two months later on which payouts leave.
    pub pay_day: u8,
}

const OSAKA: Setting = Setting {
    slug: "osaka",
    name: "大阪市（訓練）",
    municipality: 271_004,
    scheme: "osaka-juku",
    wards: &[
        ("北区", "キタ"),
        ("都島区", "ミヤコジマ"),
        ("西成区", "ニシナリ"),
        ("東淀川区", "ヒガシヨドガワ"),
        ("住吉区", "スミヨシ"),
        ("城東区", "ジョウトウ"),
    ],
    ages: (10, 7),
    school_cities: &["osaka"],
    classes: LESSONS,
    expenses: &["tuition", "joining", "materials_from_provider"],
    names_service: false,
    prices: (2_500, 500),
    claimed: Claimed::Nothing,
    remitter_kana: "ｵｵｻｶｼｷﾖｳｲｸｸﾝﾚﾝ",
    closing_day: 15,
    pay_day: 10,
};

/// Every setting.
pub const SETTINGS: [Setting; 4] = [
    OSAKA,
    Setting {
        slug: "fukuoka",
        name: "福岡市（訓練）",
        municipality: 401_307,
        scheme: "fukuoka-naraigoto",
        wards: &[("東区", "ヒガシ"), ("博多区", "ハカタ"), ("中央区", "チュウオウ"), ("南区", "ミナミ"), ("早良区", "サワラ")],
        school_cities: &["fukuoka"],
        claimed: Claimed::Receipts,
        remitter_kana: "ﾌｸｵｶｼｺﾄﾞﾓｸﾝﾚﾝ",
        ..OSAKA
    },
    Setting {
        slug: "kumamoto",
        name: "熊本市（訓練）",
        municipality: 431_001,
        scheme: "kumamoto-tashi",
        wards: &[("中央区", "チュウオウ"), ("東区", "ヒガシ"), ("西区", "ニシ"), ("南区", "ミナミ"), ("北区", "キタ")],
        ages: (1, 4),
        school_cities: &["kumamoto"],
        classes: CARE,
        expenses: &["care_fee"],
        names_service: true,
        prices: (700, 350),
        remitter_kana: "ｸﾏﾓﾄｼｺｿﾀﾞﾃｸﾝﾚﾝ",
        ..OSAKA
    },
    Setting {
        slug: "kobe",
        name: "神戸市（訓練）",
        municipality: 281_000,
        scheme: "kobe-tsugaku",
        wards: &[("東灘区", "ヒガシナダ"), ("灘区", "ナダ"), ("中央区", "チュウオウ"), ("兵庫区", "ヒョウゴ"), ("須磨区", "スマ"), ("垂水区", "タルミ")],
        ages: (14, 7),
        school_cities: &["kobe", "kobe", "kobe", "akashi", "nishinomiya"],
        // Nothing of the scheme is spent at a desk. Families pay lessons there with their own money.
        expenses: &["tuition"],
        claimed: Claimed::Passes,
        remitter_kana: "ｺｳﾍﾞｼｺﾄﾞﾓｸﾝﾚﾝ",
        ..OSAKA
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
