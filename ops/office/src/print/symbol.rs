//! A code as a QR symbol for print (standards §5.4): the link in capitals, so that the alphanumeric mode is enough; error correction Q; a quiet zone of
//! four modules. The style sheet gives it its size.

use ledger::code::Code;
use qrcode::render::svg;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode};

/// Units of one module.
const MODULE: u32 = 4;

/// The symbol, to stand inside a page.
pub(super) fn symbol(code: &Code, host: &str) -> Result<String, QrError> {
    let symbol = QrCode::with_error_correction_level(code.url(host), EcLevel::Q)?;
    let drawn = symbol.render::<svg::Color<'_>>().module_dimensions(MODULE, MODULE).quiet_zone(true).build();
    // Inside a page it has no XML declaration.
    Ok(drawn.split_once("?>").map_or(drawn.clone(), |(_, svg)| svg.to_owned()))
}

#[cfg(test)]
mod tests {
    use ledger::code::CodeKind;

    use super::*;

    #[test]
    fn a_link_to_a_city_fits_the_symbol_that_a_ticket_has_room_for() {
        let side = |host: &str| {
            let drawn = symbol(&Code::new(CodeKind::Ticket, [0xA5; 16]), host).unwrap();
            assert!(drawn.starts_with("<svg"));
            let width = drawn.split(" width=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            width.parse::<u32>().unwrap() / MODULE
        };
        // Version 4-Q has 33 modules and twice four around them: on 25 millimetres each is 0.6 millimetres wide, in version 5-Q half a millimetre.
        assert_eq!(side("kodomo.city.kumamoto.lg.jp"), 41);
        assert_eq!(side("kodomo-shien.pay.city.kumamoto.lg.jp"), 45);
    }
}
