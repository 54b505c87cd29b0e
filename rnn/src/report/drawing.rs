//! A drawing as SVG: in a page, or as a file of its own.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::ReportError;
use super::html::escape;
use super::palette::{self, Paint};

/// Drawing units to one pixel: the library rounds to whole units, and lines rounded to whole pixels look torn.
pub(super) const SCALE: i32 = 4;

/// A drawing's size in pixels.
pub(crate) type Size = (i32, i32);

pub(super) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The outcome of drawing on a canvas.
pub(super) type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// What has been drawn, on a transparent ground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drawing {
    pub(super) size: Size,
    /// What it is of, for those who cannot see it.
    of: String,
    /// Its elements.
    pub(super) body: String,
}

impl Drawing {
    /// What `draw` draws; `of` says what that is.
    pub(super) fn new(
        of: &str,
        size: Size,
        draw: impl FnOnce(&Canvas<'_>) -> Drawn,
    ) -> Result<Self, ReportError> {
        let failed = |reason: String| ReportError::Draw { chart: of.to_owned(), reason };
        let mut svg = String::new();
        {
            let (width, height) = units(size);
            let root = SVGBackend::with_string(&mut svg, (width as u32, height as u32)).into_drawing_area();
            draw(&root).map_err(|error| failed(error.to_string()))?;
            root.present().map_err(|error| failed(error.to_string()))?;
        }
        // The library pads its elements with line breaks, one to an element.
        let svg: String = svg.lines().collect();
        let inside = svg.split_once('>').and_then(|(_, rest)| rest.strip_suffix("</svg>"));
        let body = inside.ok_or_else(|| failed("not one SVG element".to_owned()))?.to_owned();
        Ok(Self { size, of: of.to_owned(), body })
    }

    /// The drawing in a page, whose style sheet sets the width; the view box keeps the proportions.
    pub(super) fn inline(&self) -> String {
        let (width, height) = units(self.size);
        format!("<svg viewBox=\"0 0 {width} {height}\" {}>{}</svg>\n", self.name(), self.body)
    }

    /// The drawing as a file: with the name of its format, its size, a white ground, its own dashes, and above it the `key` to
    /// its colours, which a page has as text.
    pub(super) fn standalone(&self, key: &Self) -> String {
        let ((width, height), above) = (self.size, key.size.1);
        let total = height + above;
        let ((units_wide, units_high), (_, down)) = (units((width, total)), units((width, above)));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{total}\" \
             viewBox=\"0 0 {units_wide} {units_high}\" {}><style>{}</style>\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>{}<g transform=\"translate(0 {down})\">{}</g></svg>\n",
            self.name(),
            palette::dashes(),
            key.body,
            self.body
        )
    }

    /// The attributes that make it a picture with a name.
    fn name(&self) -> String {
        format!("role=\"img\" aria-label=\"{}\"", escape(&self.of))
    }
}

/// A size in drawing units.
fn units((width, height): Size) -> Size {
    (width * SCALE, height * SCALE)
}

/// Text of a size in pixels.
pub(super) fn text(pixels: f64, paint: Paint) -> TextStyle<'static> {
    // The library divides a font's size by 1.24 before it writes it.
    let colour = paint.rgb();
    ("sans-serif", pixels * 1.24 * f64::from(SCALE)).into_font().color(&colour)
}

/// Text put at a point by the part of it that is named.
pub(super) fn anchored(style: TextStyle<'static>, h: HPos, v: VPos) -> TextStyle<'static> {
    style.pos(Pos::new(h, v))
}
