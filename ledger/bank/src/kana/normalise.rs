//! The steps of §4.3, in their order.

use unicode_normalization::UnicodeNormalization;

use super::{KanaError, PayeeKana, legal_form};

/// What a step does to the text.
type Apply = fn(&str) -> String;

/// A step of the normalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Unicode NFKC: half-width kana to full, full-width letters and digits to half, voicing marks joined.
    Width,
    /// Hiragana to katakana.
    Katakana,
    /// Small kana to large.
    LargeKana,
    /// Dashes and long-vowel bars to a hyphen.
    Hyphen,
    /// `・` to `.`.
    Dot,
    /// Spaces to single ones, none outside.
    Spaces,
    /// Latin letters to capitals.
    Capitals,
    /// ヲ to オ.
    Wo,
    /// The legal form to its abbreviation (§4.4).
    LegalForm,
}

/// One step that changed the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which step.
    pub step: Step,
    /// The text before it.
    pub before: String,
    /// The text after it.
    pub after: String,
}

/// A name as banks write it, and what had to be changed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalised {
    /// The name.
    pub kana: PayeeKana,
    /// The steps that changed something, in their order.
    pub changes: Vec<Change>,
}

/// Normalises an account holder's name: width, katakana, large kana, hyphens, dots, spaces, capitals, ヲ, legal form, half-width, check.
///
/// # Errors
/// [`KanaError`]: kanji and whatever else has no place in a bank's name is refused, never replaced by a guess.
pub fn normalise(typed: &str) -> Result<Normalised, KanaError> {
    const STEPS: [(Step, Apply); 9] = [
        (Step::Width, width),
        (Step::Katakana, |text| map(text, katakana)),
        (Step::LargeKana, |text| map(text, large)),
        (Step::Hyphen, |text| map(text, hyphen)),
        (Step::Dot, |text| text.replace('・', ".")),
        (Step::Spaces, |text| text.split_whitespace().collect::<Vec<_>>().join(" ")),
        (Step::Capitals, |text| text.to_ascii_uppercase()),
        (Step::Wo, |text| text.replace('ヲ', "オ")),
        (Step::LegalForm, legal_form::abbreviate),
    ];
    let mut text = typed.to_owned();
    let mut changes = Vec::new();
    for (step, apply) in STEPS {
        let after = apply(&text);
        if after != text {
            changes.push(Change { step, before: text, after: after.clone() });
        }
        text = after;
    }
    let kana = PayeeKana::from_half_width(&narrow(&text)).map_err(|error| in_typed(error, typed))?;
    Ok(Normalised { kana, changes })
}

/// NFKC. The spacing marks ゛ and ゜ would become a space and a loose mark, so they are turned into joining ones first.
fn width(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter == '゛' {
                '\u{3099}'
            } else if letter == '゜' {
                '\u{309A}'
            } else {
                letter
            }
        })
        .nfkc()
        .collect()
}

fn map(text: &str, letter: fn(char) -> char) -> String {
    text.chars().map(letter).collect()
}

fn katakana(letter: char) -> char {
    match letter {
        'ぁ'..='ゖ' => u32::from(letter).checked_add(0x60).and_then(char::from_u32).unwrap_or(letter),
        _ => letter,
    }
}

const fn large(letter: char) -> char {
    match letter {
        'ァ' => 'ア',
        'ィ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' => 'エ',
        'ォ' => 'オ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        _ => letter,
    }
}

const fn hyphen(letter: char) -> char {
    match letter {
        'ー' | '－' | '−' | '‐' | '‑' | '–' | '—' | '―' | 'ｰ' => '-',
        _ => letter,
    }
}

/// Full-width katakana to half-width, voiced letters split into letter and mark; anything else stays and is judged later.
pub(super) fn narrow(text: &str) -> String {
    const WIDE: &str = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u{3099}\u{309A}";
    text.nfd().map(|letter| WIDE.chars().zip('ｱ'..='ﾟ').find(|(wide, _)| *wide == letter).map_or(letter, |(_, half)| half)).collect()
}

/// Turns an error about the half-width name into one about what the person typed.
fn in_typed(error: KanaError, typed: &str) -> KanaError {
    let KanaError::NotAllowed { character, position } = error else { return error };
    let holds = |letter: char| letter.nfkc().flat_map(|plain| plain.nfd().collect::<Vec<_>>()).any(|plain| plain == character);
    let at = typed.chars().zip(1..).find(|(letter, _)| *letter == character).or_else(|| typed.chars().zip(1..).find(|(letter, _)| holds(*letter)));
    let (character, position) = at.unwrap_or((character, position));
    if is_kanji(character) || character.nfkc().any(is_kanji) { KanaError::Kanji { character, position } } else { KanaError::NotAllowed { character, position } }
}

/// Unified and compatibility ideographs, and the repetition mark.
const fn is_kanji(letter: char) -> bool {
    matches!(letter, '々' | '〆' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}
