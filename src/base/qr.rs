//! QR codes as inline SVG, made on the server so that they need neither scripts nor a second request.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder, QRCode};

use super::fault::Fault;

/// Modules of white around the code, without which scanners do not find it (ISO/IEC 18004).
const QUIET: usize = 4;

/// The QR of `text` as an `<svg>` that `label` names to those who cannot see it. Dark on white always: many scanners
/// do not read the reverse.
pub fn svg(text: &str, label: &str) -> Result<String, Fault> {
    let code = QRBuilder::new(text.as_bytes())
        .ecl(ECL::M)
        .build()
        .map_err(|e| Fault::broken(format!("the QR cannot be drawn: {e}")))?;
    let side = code.size + 2 * QUIET;
    Ok(format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>\
         <path fill=\"#000\" d=\"{}\"/></svg>",
        escaped(label),
        runs(&code)
    ))
}

/// The dark modules as one path: each horizontal run of them is a rectangle one module high.
fn runs(code: &QRCode) -> String {
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        for run in code[y].chunk_by(|left, right| left.value() == right.value()) {
            if run.first().is_some_and(|module| module.value()) {
                let _ = write!(path, "M{} {}h{n}v1h-{n}", x + QUIET, y + QUIET, n = run.len());
            }
            x += run.len();
        }
    }
    path
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "otpauth://totp/LPSE%20Kota%20Ambon:budi?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=LPSE";

    /// The side and the dark modules of a drawing, read from its text as a browser would.
    fn drawn(svg: &str) -> (usize, Vec<Vec<bool>>) {
        let between = |from: &str, to: &str| svg.split_once(from).unwrap().1.split_once(to).unwrap().0;
        let side: usize = between("viewBox=\"0 0 ", " ").parse().unwrap();
        let mut modules = vec![vec![false; side]; side];
        for run in between(" d=\"M", "\"").split('M') {
            let (start, width) = run.split_once('h').unwrap();
            let (x, y) = start.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let (width, back) = width.split_once("v1h-").unwrap();
            assert_eq!(width, back, "a run ends where it began");
            modules[y][x..x + width.parse::<usize>().unwrap()].fill(true);
        }
        (side, modules)
    }

    #[test]
    fn another_reader_reads_what_was_drawn() {
        let longest = format!("{URI}%20{}", "é/".repeat(200));
        for text in [URI, "A", "https://pulih.example.go.id/r/0123456789", &longest] {
            let (side, modules) = drawn(&svg(text, "QR").unwrap());
            let scale = 4;
            let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * scale, side * scale, |x, y| {
                if modules[y / scale][x / scale] { 0 } else { 255 }
            });
            let grids = image.detect_grids();
            assert_eq!(grids.len(), 1, "{text}");
            let (meta, read) = grids[0].decode().unwrap();
            assert_eq!(read, text);
            assert_eq!(meta.ecc_level, 0, "M is written as 0");
        }
    }

    #[test]
    fn four_modules_around_stay_white() {
        let (side, modules) = drawn(&svg(URI, "QR").unwrap());
        let inside = QUIET..side - QUIET;
        for (y, row) in modules.iter().enumerate() {
            for (x, dark) in row.iter().enumerate() {
                assert!(!dark || inside.contains(&x) && inside.contains(&y), "{x} {y}");
            }
        }
        assert!(modules[QUIET][QUIET] && modules[QUIET][side - QUIET - 1] && modules[side - QUIET - 1][QUIET]);
    }

    #[test]
    fn a_drawing_is_small_and_the_same_each_time() {
        let one = svg(URI, "QR").unwrap();
        assert_eq!(one, svg(URI, "QR").unwrap());
        assert!(one.len() < 8 * 1024, "{} bytes", one.len());
        assert!(!one.contains("style"), "the policy forbids it");
    }

    #[test]
    fn a_label_cannot_leave_its_attribute() {
        let svg = svg("A", "\"><script>&'").unwrap();
        assert!(svg.contains("aria-label=\"&quot;&gt;&lt;script&gt;&amp;'\""), "{svg}");
    }

    #[test]
    fn a_text_too_long_for_any_code_is_a_fault() {
        assert!(svg(&"é".repeat(5_000), "QR").is_err());
    }
}
