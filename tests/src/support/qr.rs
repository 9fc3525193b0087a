//! Draws a QR symbol that was answered as SVG, and has it read by `zbarimg`, which shares no code with the program.

use std::fs;
use std::process::Command;

/// A symbol as pixels, black and white.
#[derive(Debug, Clone)]
pub struct Picture {
    side: usize,
    dark: Vec<bool>,
    /// White modules around it on the narrowest side.
    pub margin_modules: usize,
}

/// Draws the one path of the SVG: squares `M x y h w v h …` on white.
///
/// # Panics
/// When it is anything else.
#[must_use]
pub fn rasterise(svg: &str) -> Picture {
    let side = attribute(svg, "width");
    let path = svg.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a path");
    let squares: Vec<_> = path.split('M').filter(|square| !square.is_empty()).map(square).collect();
    let module = squares.first().expect("a square").2;
    let mut dark = vec![false; side * side];
    for &(x, y, size) in &squares {
        for row in y..y + size {
            dark[row * side + x..row * side + x + size].fill(true);
        }
    }
    let edge = squares.iter().map(|&(x, y, size)| x.min(y).min(side - x - size).min(side - y - size)).min().expect("a square");
    Picture { side, dark, margin_modules: edge / module }
}

/// `8 16h8v8H8V16` as x, y, size.
fn square(text: &str) -> (usize, usize, usize) {
    let numbers: Vec<usize> = text.split(|sign: char| !sign.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
    (numbers[0], numbers[1], numbers[2])
}

fn attribute(svg: &str, name: &str) -> usize {
    let value = svg.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
    value.and_then(|value| value.parse().ok()).expect("a size in pixels")
}

/// What `zbarimg` (Debian `zbar-tools`) reads; none, said on the test's output, where it is not installed.
///
/// # Panics
/// When it reads nothing.
#[must_use]
pub fn read_by_zbar(picture: &Picture) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("symbol.pgm");
    let mut bytes = format!("P5\n{0} {0}\n255\n", picture.side).into_bytes();
    bytes.extend(picture.dark.iter().map(|dark| if *dark { 0 } else { 255 }));
    fs::write(&file, bytes).expect("a picture");
    let Ok(output) = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&file).output() else {
        writeln_skipped();
        return None;
    };
    let read = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success() && !read.is_empty(), "zbarimg reads nothing: {}", String::from_utf8_lossy(&output.stderr));
    Some(read.trim_end().to_owned())
}

fn writeln_skipped() {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "SKIPPED: zbarimg is not installed (Debian zbar-tools); the symbol was drawn but not read");
}
