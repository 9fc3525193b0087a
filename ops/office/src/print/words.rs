//! What people call services and expenses. A word that is not here stands as it is written in the city's registrations.

/// A service category.
fn service(word: &str) -> &str {
    match word {
        "sick_child" => "病児・病後児保育",
        "family_support" => "ファミリー・サポート・センター",
        "temporary_care" => "一時預かり",
        "home_help" => "産前・産後ホームヘルプ",
        "short_stay" => "ショートステイ・トワイライトステイ",
        "postnatal_care" => "産後ケア",
        "cram_school" => "学習塾",
        "culture" => "文化教室",
        "sports" => "スポーツ教室",
        "lesson" => "習い事教室",
        other => other,
    }
}

/// A kind of expense.
fn expense(word: &str) -> &str {
    match word {
        "care" | "care_fee" => "利用料",
        "tuition" => "月謝・受講料",
        "joining" => "入会金",
        "materials" | "materials_from_provider" => "教材費",
        other => other,
    }
}

/// Where a ticket works: its services, or every merchant that takes the expense.
pub(super) fn place(of: &str, services: &[String]) -> String {
    match services {
        [] => format!("{}の支払い（市に登録した教室・事業者）", expense(of)),
        services => {
            let named: Vec<_> = services.iter().map(|word| service(word)).collect();
            named.join("、")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_said_in_words_and_what_is_unknown_as_it_is_written() {
        let services = ["temporary_care", "pool"].map(str::to_owned);
        assert_eq!(place("care_fee", &services), "一時預かり、pool");
        assert_eq!(place("tuition", &[]), "月謝・受講料の支払い（市に登録した教室・事業者）");
    }
}
