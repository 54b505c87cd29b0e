//! The key to a chart's colours, for a drawing that stands alone.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::ReportError;
use super::drawing::{Drawing, SCALE, anchored, text};
use super::palette::Paint;

/// The size of the text, and the height of a line of it, in pixels.
const FONT: f64 = 13.0;
const LINE: i32 = 24;
/// From the drawing's edge to the key, as to the label of an axis.
const MARGIN: i32 = 2;
/// The length of a sample of a line, and the room behind it and behind an entry.
const SAMPLE: i32 = 30;
const ROOM: (i32, i32) = (8, 22);

/// The key, so wide; for no entries it has no height.
pub(super) fn draw(entries: &[(Paint, &str)], width: i32) -> Result<Drawing, ReportError> {
    let places = places(entries, width);
    let height = places.last().map_or(0, |&(_, top)| top + LINE);
    Drawing::new("key", (width, height), |root| {
        for (&(paint, name), (left, top)) in entries.iter().zip(places) {
            let (left, middle) = ((left + MARGIN) * SCALE, (top + LINE / 2) * SCALE);
            let sample = [(left, middle), (left + SAMPLE * SCALE, middle)];
            root.draw(&PathElement::new(sample, paint.rgb().stroke_width(2 * SCALE as u32)))?;
            let style = anchored(text(FONT, Paint::Ink), HPos::Left, VPos::Center);
            root.draw(&Text::new(name, (left + (SAMPLE + ROOM.0) * SCALE, middle), style))?;
        }
        Ok(())
    })
}

/// Where each entry lies, left and top, line by line.
fn places(entries: &[(Paint, &str)], width: i32) -> Vec<(i32, i32)> {
    let (mut left, mut top) = (0, 0);
    let place = |&(_, name): &(Paint, &str)| {
        let length = SAMPLE + ROOM.0 + text_width(name);
        if left > 0 && MARGIN + left + length > width {
            (left, top) = (0, top + LINE);
        }
        let place = (left, top);
        left += length + ROOM.1;
        place
    };
    entries.iter().map(place).collect()
}

/// About how wide a text is: what draws it later has a font of its own.
fn text_width(text: &str) -> i32 {
    (text.chars().count() as f64 * 0.58 * FONT).ceil() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [(Paint, &str); 4] = [
        (Paint::Ink, "observed"),
        (Paint::Method(0), "RNN by BPTT"),
        (Paint::Method(1), "RNN by RTRL"),
        (Paint::Method(2), "AR(9)"),
    ];

    #[test]
    fn entries_that_do_not_fit_begin_a_new_line() {
        let tops = |width| places(&NAMES, width).into_iter().map(|(_, top)| top).collect::<Vec<_>>();
        assert_eq!(tops(952), [0; 4]);
        assert_eq!(tops(300), [0, 0, LINE, LINE]);
        assert_eq!(tops(10), [0, LINE, 2 * LINE, 3 * LINE], "wider than the drawing, but not on each other");
        for (width, lines) in [(952, 1), (300, 2)] {
            let drawing = draw(&NAMES, width).unwrap();
            assert_eq!(drawing.size, (width, lines * LINE));
            assert!(
                NAMES
                    .iter()
                    .all(|(paint, name)| drawing.body.contains(name) && drawing.body.contains(&paint.hex()))
            );
        }
    }

    #[test]
    fn no_entries_take_no_room() {
        assert_eq!(draw(&[], 462).unwrap().size.1, 0);
    }
}
