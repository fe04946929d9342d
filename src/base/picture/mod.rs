//! Draws Kode Keamanan as a picture: five signs that people read easily, bent, turned and crossed by a few lines.

use png::{BitDepth, ColorType, Compression, Encoder};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use glyphs::{HEIGHT as GLYPH_HEIGHT, WIDTH as GLYPH_WIDTH, strokes};

mod glyphs;

/// Width of every picture in pixels.
pub const WIDTH: u16 = 240;
/// Height of every picture in pixels.
pub const HEIGHT: u16 = 80;

const MARGIN: f32 = 14.0;
const STROKE: f32 = 2.6; // half the width of a sign's line
const HAIR: f32 = 0.8; // and of a crossing one's
const PIECE: f32 = 3.0;

type Point = (f32, f32);

/// The answer as a grayscale PNG, about 3 kB. The same answer and seed give the same bytes.
pub fn draw(answer: &str, seed: &[u8; 32]) -> Result<Vec<u8>, Fault> {
    let mut dice = Dice::new(seed);
    let mut canvas = Canvas::new();
    let bend = Bend { x: dice.between(0.0, 6.3), y: dice.between(0.0, 6.3), size: dice.between(1.5, 2.6) };
    let count = f32::from(u8::try_from(answer.chars().count()).unwrap_or(u8::MAX).max(1));
    let slot = (f32::from(WIDTH) - 2.0 * MARGIN) / count;
    let mut left = MARGIN;
    for sign in answer.chars() {
        let middle = (left + slot / 2.0, f32::from(HEIGHT) / 2.0);
        draw_sign(&mut canvas, &mut dice, &bend, sign, middle);
        left += slot;
    }
    for _ in 0..3 {
        draw_hair(&mut canvas, &mut dice);
    }
    for _ in 0..40 {
        let dot = (dice.between(0.0, f32::from(WIDTH)), dice.between(0.0, f32::from(HEIGHT)));
        canvas.line(dot, dot, dice.between(0.4, 1.1));
    }
    canvas.png()
}

fn draw_sign(canvas: &mut Canvas, dice: &mut Dice, bend: &Bend, sign: char, middle: Point) {
    let turn = Point::from(dice.between(-0.21, 0.21).sin_cos());
    let (wide, high) = (dice.between(2.7, 3.1), dice.between(3.0, 3.5));
    let lean = dice.between(-0.12, 0.12);
    let shift = (dice.between(-3.0, 3.0), dice.between(-6.0, 6.0));
    let place = |&(x, y): &Point| {
        let (x, y) = ((x - GLYPH_WIDTH / 2.0) * wide, (y - GLYPH_HEIGHT / 2.0) * high);
        let x = x + y * lean;
        (middle.0 + shift.0 + x * turn.1 - y * turn.0, middle.1 + shift.1 + x * turn.0 + y * turn.1)
    };
    for stroke in strokes(sign) {
        let placed: Vec<Point> = stroke.iter().map(place).collect();
        for ends in placed.windows(2) {
            canvas.bent_line(ends[0], ends[1], STROKE, bend);
        }
    }
}

/// A thin wave across the whole picture.
fn draw_hair(canvas: &mut Canvas, dice: &mut Dice) {
    let (start, end) = (dice.between(10.0, 70.0), dice.between(10.0, 70.0));
    let (height, phase, length) = (dice.between(4.0, 14.0), dice.between(0.0, 6.3), dice.between(20.0, 45.0));
    let width = f32::from(WIDTH);
    let at = |x: f32| (x, start + (end - start) * x / width + height * (x / length + phase).sin());
    let mut x = 0.0;
    while x < width {
        canvas.line(at(x), at(x + PIECE), HAIR);
        x += PIECE;
    }
}

/// A slow wave through all signs.
struct Bend {
    x: f32,
    y: f32,
    size: f32,
}

impl Bend {
    fn of(&self, (x, y): Point) -> Point {
        (x + self.size * (y / 13.0 + self.x).sin(), y + self.size * (x / 21.0 + self.y).sin())
    }
}

/// Ink on paper: how much of each pixel is covered, 0 to 1.
struct Canvas(Vec<f32>);

impl Canvas {
    fn new() -> Self {
        Self(vec![0.0; usize::from(WIDTH) * usize::from(HEIGHT)])
    }

    /// A line in pieces short enough to follow the bend.
    fn bent_line(&mut self, from: Point, to: Point, half: f32, bend: &Bend) {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let step = PIECE / length.max(PIECE);
        let at = |t: f32| bend.of((from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t));
        let mut t = 0.0;
        while t < 1.0 {
            self.line(at(t), at((t + step).min(1.0)), half);
            t += step;
        }
    }

    /// A straight line with round ends, its edge softened over one pixel.
    fn line(&mut self, from: Point, to: Point, half: f32) {
        let reach = half + 1.0;
        for y in span(from.1.min(to.1) - reach, from.1.max(to.1) + reach, HEIGHT) {
            for x in span(from.0.min(to.0) - reach, from.0.max(to.0) + reach, WIDTH) {
                let middle = (f32::from(x) + 0.5, f32::from(y) + 0.5);
                let covered = (half + 0.5 - distance(middle, from, to)).clamp(0.0, 1.0);
                let pixel = &mut self.0[usize::from(y) * usize::from(WIDTH) + usize::from(x)];
                *pixel = pixel.max(covered);
            }
        }
    }

    fn png(&self) -> Result<Vec<u8>, Fault> {
        let mut png = Vec::with_capacity(8192);
        let mut encoder = Encoder::new(&mut png, WIDTH.into(), HEIGHT.into());
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::Four);
        encoder.set_compression(Compression::Balanced);
        let failed = |e| Fault::bug("the picture cannot be written", e);
        let (pairs, _) = self.0.as_chunks::<2>();
        let packed: Vec<u8> = pairs.iter().map(|[left, right]| shade(*left) << 4 | shade(*right)).collect();
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&packed).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(png)
    }
}

/// 15 is paper, 2 is ink.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 2 and 15 by the clamp of `line`")]
fn shade(covered: f32) -> u8 {
    (15.0 - 13.0 * covered).round() as u8
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture's side before")]
fn span(from: f32, to: f32, side: u16) -> std::ops::Range<u16> {
    let within = |v: f32| v.clamp(0.0, f32::from(side)) as u16;
    within(from.floor())..within(to.ceil())
}

fn distance(point: Point, from: Point, to: Point) -> f32 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (px, py) = (point.0 - from.0, point.1 - from.1);
    let square = dx * dx + dy * dy;
    let t = if square > 0.0 { ((px * dx + py * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    (px - dx * t).hypot(py - dy * t)
}

/// Numbers that look random and are the same for one seed: SHA-256 of seed and counter.
struct Dice {
    seed: [u8; 32],
    counter: u32,
    left: Vec<u8>,
}

impl Dice {
    fn new(seed: &[u8; 32]) -> Self {
        Self { seed: *seed, counter: 0, left: Vec::new() }
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        if self.left.len() < 2 {
            self.left =
                Sha256::new().chain_update(self.seed).chain_update(self.counter.to_be_bytes()).finalize().to_vec();
            self.counter += 1;
        }
        let bytes = [self.left.pop().unwrap_or(0), self.left.pop().unwrap_or(0)];
        low + (high - low) * f32::from(u16::from_be_bytes(bytes)) / f32::from(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::form_token::SIGNS;

    #[test]
    fn every_sign_of_an_answer_can_be_drawn() {
        for sign in SIGNS {
            assert!(!strokes(char::from(*sign)).is_empty(), "{}", char::from(*sign));
        }
    }

    #[test]
    fn one_form_has_one_picture() {
        let picture = draw("ACE34", &[1; 32]).unwrap();
        assert_eq!(picture, draw("ACE34", &[1; 32]).unwrap());
        assert_ne!(picture, draw("ACE34", &[2; 32]).unwrap());
        assert_ne!(picture, draw("ACE37", &[1; 32]).unwrap());
        assert!(picture.len() < 10_000, "{} bytes", picture.len());
    }

    #[test]
    fn a_picture_is_dark_on_light_and_reads_back_as_png() {
        let picture = draw("WMXKH", &[3; 32]).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().height), (240, 80));
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let dark = pixels.iter().filter(|pair| **pair >> 4 < 5).count();
        assert!((10..45).contains(&(dark * 100 / pixels.len())), "{dark} of {}", pixels.len());
        assert!(pixels.contains(&0xff));
    }
}
