//! Every refusal reads well in three languages, says the same figures in each, and keeps its code and kind.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::bank::account::{AccountError, BankCode, BranchCode};
use crate::bank::calendar::BeyondHorizon;
use crate::bank::directory::{DirectoryError, Unpayable};
use crate::bank::file_error::{FileError, Place, Problem};
use crate::bank::kana::KanaError;
use crate::bank::meisai::Flow;
use crate::books::Refused;
use crate::claim::Unusable;
use crate::code::CodeError;
use crate::ids::Municipality;
use crate::money::Yen;
use crate::payment::invoice::due::ConsentRejected;
use crate::payment::invoice::{BatchRejected, BillRejected, CancelRejected, PayRejected};
use crate::payment::refund::RefundRejected;
use crate::payment::split::Short;
use crate::payment::{CaptureRejected, HoldRejected, NotCapturable};
use crate::people::roster::FileRefused;
use crate::people::sign_in::ChangeRejected;
use crate::refusal::{Kind, Refusal, Text, Word};
use crate::scheme::Reason;
use crate::session::SignInRejected;
use crate::time::Instant;
use crate::{city, claim, entitlement, job, merchant, own_money, paper, people, reconciliation, remittance, staff, statement};

/// What samples are made of: where one of these stands in English, it stands in Japanese.
const FIGURES: [&str; 6] = ["31,415", "2,718", "2026-02-03", "4242", "marker", "000000000000000000000000000004d2"];
const YEN: Yen = Yen::new(31_415);
const WORD: Word = Word { en: "approved", ja: "承認済みの", easy: "決まった" };

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 2, 3).unwrap()
}

fn name() -> String {
    "marker".to_owned()
}

const fn uuid() -> Uuid {
    Uuid::from_u128(1234)
}

/// Fails unless the refusal says in each language what happened, in whole sentences and with the same figures.
pub(crate) fn reads_well(refusal: &dyn Refusal) {
    let Text { ja, easy, en } = refusal.text();
    let kana = |text: &str| text.chars().any(|sign| ('ぁ'..='ん').contains(&sign));
    for text in [&ja, &easy] {
        assert!(kana(text) && text.ends_with('。') && !text.contains("。。"), "{refusal:?}: {text}");
    }
    let begins = en.chars().next().unwrap();
    assert!(begins.is_ascii() && en.contains(' ') && !en.contains('。'), "{refusal:?}: {en}");
    for figure in FIGURES.into_iter().filter(|figure| en.contains(figure)) {
        assert!(ja.contains(figure) && easy.contains(figure), "{refusal:?} says {figure} in English only");
    }
    assert!(refusal.code().bytes().all(|sign| sign.is_ascii_lowercase() || sign == b'_' || sign.is_ascii_digit()), "{}", refusal.code());
}

fn one(refusal: impl Refusal) -> Box<dyn Refusal> {
    Box::new(refusal)
}

macro_rules! boxed {
    ($($refusal:expr),+ $(,)?) => { vec![$(one($refusal)),+] };
}

/// Refusals of posting, of the city and of its staff.
fn of_the_office() -> Vec<Box<dyn Refusal>> {
    use staff::reversal::ReverseRejected;
    use staff::{Denied, Rejected};
    boxed![
        Refused::Conflict,
        Refused::Closed,
        Refused::Reversed,
        Refused::UnknownAccount,
        Refused::MixedUnits,
        Refused::Window,
        Refused::Short,
        Refused::Busy,
        city::Rejected::Taken(Municipality::new(271_004)),
        city::Rejected::Days,
        city::Rejected::Slug(name()),
        city::Rejected::Remitter(AccountError::Number),
        city::BudgetRejected::Amount(YEN),
        city::BudgetRejected::Overspent { scheme: name(), missing: YEN },
        city::BudgetRejected::Books(Refused::Short),
        job::SchemeRejected::Unknown(name()),
        job::SchemeRejected::Days(name()),
        entitlement::RunRejected::Budget,
        entitlement::RunRejected::Closed,
        entitlement::RunRejected::NoRules,
        entitlement::RunRejected::NotMoney,
        entitlement::RunRejected::Conflict,
        entitlement::RunRejected::Nothing,
        Rejected::Conflict,
        Rejected::Name(name()),
        Rejected::DisplayName,
        Rejected::Taken(name()),
        Rejected::Unknown(name()),
        Rejected::NoRoles,
        Rejected::RolesTogether,
        Rejected::Oneself,
        Rejected::State(name(), WORD),
        Rejected::NotFirst,
        Denied::Role,
        Denied::Reason,
        ReverseRejected::Unknown(crate::ids::EntryId::new(uuid())),
        ReverseRejected::NotAlone,
        ReverseRejected::Matched,
        ReverseRejected::Books(Refused::Reversed),
    ]
}

/// Refusals about merchants and what they are paid.
fn of_merchants() -> Vec<Box<dyn Refusal>> {
    use crate::ids::{MerchantId, PersonId, RemittanceId, StatementId, TerminalId};
    use merchant::Rejected;
    use merchant::application::ApplyRejected;
    let (merchant, statement, file) = (MerchantId::new(uuid()), StatementId::new(uuid()), RemittanceId::new(uuid()));
    let month = "2026-02".parse().unwrap();
    boxed![
        Rejected::Conflict,
        Rejected::NotStaff,
        Rejected::SamePerson(name()),
        Rejected::NotReceived,
        Rejected::UnknownMerchant(merchant),
        Rejected::UnknownTerminal(TerminalId::new(uuid())),
        Rejected::UnknownPerson(PersonId::new(uuid())),
        Rejected::State { state: WORD, asked: "approved" },
        Rejected::Text { field: Word { en: "name", ja: "名称", easy: "名前" }, max: 4242 },
        Rejected::Service(name()),
        Rejected::NothingToApprove,
        Rejected::Account(vec![AccountError::Number]),
        Rejected::NotTraining(BankCode::parse("4242").unwrap()),
        Rejected::Books(Refused::Short),
        ApplyRejected::TooMany { seconds: 4242 },
        statement::Rejected::Conflict,
        statement::Rejected::NotOver { month, last_on: day() },
        statement::Rejected::Unknown(statement),
        statement::Rejected::State { statement, state: WORD, asked: "claimed" },
        statement::Rejected::SamePerson { statement, by: name() },
        statement::Rejected::NotAllowed,
        remittance::Rejected::Conflict,
        remittance::Rejected::NotStaff,
        remittance::Rejected::SamePerson(name()),
        remittance::Rejected::Open(file),
        remittance::Rejected::NothingToPay(vec![]),
        remittance::Rejected::Unknown(file),
        remittance::Rejected::State { state: WORD, asked: "sent" },
        remittance::Rejected::Stopped(merchant),
        remittance::Rejected::OtherFile,
        remittance::Rejected::NoSuchLine(4242),
        remittance::Rejected::ToldBefore(4242),
        remittance::Rejected::NotTold(4242),
        remittance::Rejected::SamePersonTold(name()),
        remittance::Rejected::Calendar(BeyondHorizon { day: day(), from: day(), through: day() }),
        remittance::Rejected::City(city::Rejected::Days),
        remittance::Rejected::Books(Refused::Short),
    ]
}

/// Refusals about the bank.
fn of_the_bank() -> Vec<Box<dyn Refusal>> {
    use crate::ids::{BankLineId, RemittanceId};
    use reconciliation::{Misfit, Missing, Rejected};
    let (bank, branch) = (BankCode::parse("4242").unwrap(), BranchCode::parse("424").unwrap());
    let file = |place, problem| FileError { place, problem };
    let field = Place::Field { record: 4242, name: "金額", first_byte: 1, last_byte: 9 };
    let line = BankLineId::new(uuid());
    let remittance = RemittanceId::new(uuid());
    let missing = vec![
        Missing::NotOver,
        Missing::Undrawn(4242),
        Missing::Unapproved(4242),
        Missing::Unmatched { lines: 4242, sum: YEN },
        Missing::TrialBalance(4242),
        Missing::Stored(name()),
    ];
    boxed![
        Rejected::Conflict,
        Rejected::NotStaff,
        Rejected::SamePerson(name()),
        Rejected::File(file(Place::File, Problem::Empty)),
        Rejected::OtherAccount(bank, branch),
        Rejected::SeveralAccounts,
        Rejected::NoBalance,
        Rejected::Overlap { record: 4242 },
        Rejected::Gap { expected: YEN, found: Yen::new(2_718) },
        Rejected::UnknownLine(line),
        Rejected::State { line, flow: Flow::Credit, matched: None, asked: "explained" },
        Rejected::State { line, flow: Flow::Debit, matched: Some("payout".to_owned()), asked: "explained" },
        Rejected::NotProposed,
        Rejected::Remittance { remittance, why: Misfit::Unknown },
        Rejected::Remittance { remittance, why: Misfit::Total },
        Rejected::Remittance { remittance, why: Misfit::NotSent },
        Rejected::Remittance { remittance, why: Misfit::NoSuchLine },
        Rejected::Remittance { remittance, why: Misfit::Amount },
        Rejected::NoOwnMoney,
        Rejected::Calendar(BeyondHorizon { day: day(), from: day(), through: day() }),
        Rejected::NotReady(missing),
        Rejected::Books(Refused::Closed),
        file(field, Problem::Sum { stated: 4242, computed: 4243 }),
        file(Place::Record(4242), Problem::Length { found: 4242, wanted: 4243 }),
        file(Place::File, Problem::WrongFile { found: name(), wanted: "21", hint: "another kind" }),
        file(Place::File, Problem::OutsidePeriod { day: day(), from: day(), to: day() }),
        file(Place::File, Problem::LineCount { found: 4242, lines_max: 4243 }),
        KanaError::Empty,
        KanaError::Kanji { character: '山', position: 4242 },
        KanaError::NotAllowed { character: '@', position: 4242 },
        KanaError::OrphanMark { position: 4242 },
        KanaError::TooLong { bytes: 4242 },
        AccountError::Bank(String::new()),
        AccountError::Branch(String::new()),
        AccountError::Number,
        AccountError::Payer(String::new()),
        DirectoryError::UnknownBank { bank, snapshot: day() },
        DirectoryError::UnknownBranch { bank, branch, snapshot: day() },
        Unpayable::NotTraining(bank),
    ]
}

/// Refusals about families: the roster, letters, accounts, claims.
fn of_families() -> Vec<Box<dyn Refusal>> {
    use crate::ids::{ClaimId, ClawbackId, FamilyId};
    use claim::Rejected;
    use people::{account, letter};
    let family = FamilyId::new(uuid());
    boxed![
        letter::Rejected::Conflict,
        letter::Rejected::NotStaff,
        letter::Rejected::Unknown(family),
        letter::Rejected::NoGuardian(family),
        letter::Rejected::Nobody,
        letter::Rejected::Count,
        letter::Rejected::Address,
        account::Rejected::Conflict,
        account::Rejected::NotAllowed,
        account::Rejected::NotStaff,
        account::Rejected::Unknown(family),
        account::Rejected::Unpayable(Unpayable::Account(vec![AccountError::Number])),
        account::Rejected::Nothing,
        account::Rejected::Changed(4242),
        account::Rejected::SamePerson(name()),
        account::Rejected::Cooling(Instant::UNIX_EPOCH),
        account::Rejected::Reason(4242),
        FileRefused::Encoding { line: 4242 },
        FileRefused::Empty,
        FileRefused::NoHeadings,
        FileRefused::Missing { headings: vec!["marker"] },
        FileRefused::Twice { heading: "marker" },
        FileRefused::MyNumber { heading: name() },
        Rejected::Conflict,
        Rejected::NotAllowed,
        Rejected::Unknown(ClaimId::new(uuid())),
        Rejected::UnknownClawback(ClawbackId::new(uuid())),
        Rejected::NoRoute,
        Rejected::Window { opens: day(), shuts: day() },
        Rejected::Already(ClaimId::new(uuid())),
        Rejected::Cost { number: 0, field: WORD },
        Rejected::Cost { number: 4242, field: WORD },
        Rejected::Merchant { number: 4242 },
        Rejected::Nothing(vec![]),
        Rejected::Nothing(vec![Reason::NoVersion(day()), Reason::BalanceUsed]),
        Rejected::Busy,
        Rejected::Media,
        Rejected::File(Unusable::Broken),
        Rejected::File(Unusable::Pixels),
        Rejected::File(Unusable::Locked),
        Rejected::File(Unusable::Active),
        Rejected::Size,
        Rejected::TooMany,
        Rejected::TooOften,
        Rejected::Evidence(vec![name()]),
        Rejected::State { state: WORD, asked: "decided" },
        Rejected::NotStaff,
        Rejected::SamePerson(name()),
        Rejected::Changed(4242),
        Rejected::Amount { asked: YEN, most: Yen::new(2_718) },
        Rejected::OtherAmount { proposed: YEN },
        Rejected::Reason(4242),
        Rejected::Budget,
        Rejected::Closed,
    ]
}

/// Refusals about payments on paper.
fn of_paper() -> Vec<Box<dyn Refusal>> {
    use crate::ids::{BookletId, CardId, FamilyId};
    use paper::Rejected;
    boxed![
        Rejected::Conflict,
        Rejected::NotStaff,
        Rejected::UnknownFamily(FamilyId::new(uuid())),
        Rejected::UnknownChild,
        Rejected::UnknownKind(name()),
        Rejected::KindTaken(name()),
        Rejected::KindField(Word { en: "kind", ja: "種類", easy: "種類" }),
        Rejected::NoMerchant(name()),
        Rejected::Tickets,
        Rejected::ValidThrough(vec![day()]),
        Rejected::Short { missing: YEN },
        Rejected::UnknownBooklet(BookletId::new(uuid())),
        Rejected::UnknownCard(CardId::new(uuid())),
        Rejected::Ended,
        Rejected::NothingLeft,
        Rejected::Reserved,
        Rejected::UnknownReservation,
        Rejected::Hold(HoldRejected::Short(Short { missing: YEN })),
        Rejected::Hold(HoldRejected::Price),
        Rejected::Hold(HoldRejected::Merchant),
        Rejected::Hold(HoldRejected::Invoice),
        Rejected::Hold(HoldRejected::Conflict),
        Rejected::Hold(HoldRejected::Closed),
        Rejected::Hold(HoldRejected::Busy),
    ]
}

/// Refusals that a phone or a merchant's desk asks for.
fn of_phones_and_desks() -> Vec<Box<dyn Refusal>> {
    use own_money::PayBackRejected;
    boxed![
        NotCapturable::Unknown,
        NotCapturable::Foreign,
        NotCapturable::Amount,
        NotCapturable::Expired,
        NotCapturable::Spent,
        CaptureRejected::Conflict,
        CaptureRejected::Busy,
        RefundRejected::Unknown,
        RefundRejected::TooMuch { left: YEN },
        RefundRejected::Conflict,
        RefundRejected::Closed,
        RefundRejected::NotToday,
        BillRejected::Price,
        BillRejected::NotOffered,
        BillRejected::Reference,
        BillRejected::Due,
        BillRejected::Conflict,
        BatchRejected::Conflict,
        CancelRejected::Unknown,
        CancelRejected::Paid,
        CancelRejected::Conflict,
        PayRejected::Unknown,
        PayRejected::Paid,
        PayRejected::Cancelled,
        ConsentRejected::Unknown,
        ConsentRejected::Ended,
        ConsentRejected::NoDay,
        ConsentRejected::Late,
        PayBackRejected::NotAllowed,
        PayBackRejected::Amount,
        PayBackRejected::Short { balance: YEN },
        PayBackRejected::NoAccount,
        PayBackRejected::Conflict,
        PayBackRejected::Closed,
        SignInRejected::Refused,
        SignInRejected::TooMany { seconds: 4242 },
        ChangeRejected::Refused,
        ChangeRejected::TooMany { seconds: 4242 },
        ChangeRejected::Conflict,
        CodeError::NotOurLink,
        CodeError::Character { position: 4242 },
        CodeError::Length { found: 4242 },
        CodeError::Check,
        CodeError::UnknownKind,
    ]
}

fn of_staff() -> impl Iterator<Item = Box<dyn Refusal>> {
    [of_the_office(), of_merchants(), of_the_bank(), of_families(), of_paper()].into_iter().flatten()
}

#[test]
fn every_refusal_reads_well_in_three_languages_with_the_same_figures() {
    of_staff().chain(of_phones_and_desks()).for_each(|refusal| reads_well(&*refusal));
}

#[test]
#[should_panic(expected = "in English only")]
fn a_figure_that_only_english_says_is_seen() {
    #[derive(Debug, thiserror::Error)]
    #[error("31,415 yen are missing")]
    struct Careless;
    impl Refusal for Careless {
        fn code(&self) -> &'static str {
            "careless"
        }
        fn kind(&self) -> Kind {
            Kind::NotNow
        }
        fn japanese(&self) -> std::borrow::Cow<'static, str> {
            "お金が足りません。".into()
        }
        fn easy(&self) -> std::borrow::Cow<'static, str> {
            "お金が足りません。".into()
        }
    }
    reads_well(&Careless);
}

/// Codes that staff's programs know, by the status that answers them; every other code is 422.
const NOT_FOUND: &str = "unknown_merchant unknown_terminal unknown_person unknown_statement unknown_remittance unknown_line unknown_entry unknown_staff \
    nothing_left unknown_claim unknown_clawback unknown_family unknown_booklet unknown_card unknown_reservation";
const NOT_NOW: &str = "merchant_state not_received statement_state remittance_state line_state staff_state remittance_open merchant_stopped other_file \
    nothing_to_pay nothing_to_approve statement_not_over refunds_pending month_not_ready not_proposed statement_gap statement_overlap books budget_books \
    budget_overspent told_before grant_budget entry_reversed entry_matched entry_not_alone staff_name_taken staff_oneself staff_not_first claim_window \
    claim_already claim_state claim_changed evidence_missing evidence_count claim_too_often nothing_payable budget busy account_changed account_cooling \
    letter_no_guardian letter_nobody booklet_kind_taken booklet_no_merchant booklet_used_up paper_ended card_reserved short merchant_closed paid_already";

#[test]
fn a_code_keeps_the_status_that_answers_it() {
    let among = |codes: &str, code: &str| codes.split(' ').any(|known| known == code);
    for refusal in of_staff() {
        let status = match refusal.kind() {
            Kind::NotFound => "not found",
            Kind::Conflict => "conflict",
            Kind::SecondPerson => "second person",
            Kind::Closed => "closed",
            Kind::NotNow | Kind::Busy => "not now",
            Kind::TooMany { .. } => "too many",
            Kind::Forbidden | Kind::Unacceptable => "refused",
        };
        let expected = match refusal.code() {
            "conflict" => "conflict",
            "same_person" => "second person",
            "closed" => "closed",
            "too_many_attempts" => "too many",
            code if among(NOT_FOUND, code) => "not found",
            code if among(NOT_NOW, code) => "not now",
            _ => "refused",
        };
        assert_eq!(status, expected, "{refusal:?}");
    }
}
