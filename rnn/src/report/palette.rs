//! The page's colours, which are known to the charts and to the style sheet alike.
//!
//! A chart is drawn in the light scheme's colours. The style sheet finds each of them by its value in the drawing and puts
//! a variable in its place, which the dark scheme sets anew: one drawing serves both.

use std::fmt::Write as _;

use plotters::style::RGBColor;

/// Something that has a colour of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    /// The observed values, and headings.
    Ink,
    /// Axis labels.
    Label,
    /// Grid lines.
    Grid,
    /// The axis itself, and bars.
    Axis,
    /// The ground under the held-back years.
    Shade,
    /// A method, by its number.
    Method(usize),
}

struct Colour {
    light: (u8, u8, u8),
    dark: &'static str,
    /// In parts of a pixel, [`super::drawing::SCALE`] to one; empty for an unbroken line.
    dash: &'static str,
}

const INK: Colour = Colour { light: (0x1d, 0x23, 0x2b), dark: "#eceff3", dash: "" };
const LABEL: Colour = Colour { light: (0x57, 0x60, 0x6b), dark: "#a5afbb", dash: "" };
const GRID: Colour = Colour { light: (0xe3, 0xe6, 0xea), dark: "#2c333c", dash: "" };
const AXIS: Colour = Colour { light: (0x9d, 0xa6, 0xb0), dark: "#5d6875", dash: "" };
const SHADE: Colour = Colour { light: (0xef, 0xf2, 0xf7), dark: "#1f262f", dash: "" };

/// Methods differ in dash as well as in hue, for readers to whom two hues look the same.
const METHODS: [Colour; 6] = [
    Colour { light: (0x0b, 0x62, 0xc4), dark: "#6cb4ff", dash: "" },
    Colour { light: (0xd1, 0x4a, 0x1f), dark: "#ff9561", dash: "" },
    Colour { light: (0x8a, 0x4f, 0xbf), dark: "#c8a2f7", dash: "6 14" },
    Colour { light: (0x1a, 0x86, 0x5b), dark: "#58cfa0", dash: "24 14" },
    Colour { light: (0xa8, 0x7a, 0x08), dark: "#e6c453", dash: "36 12 6 12" },
    Colour { light: (0xb8, 0x2e, 0x74), dark: "#f48bbf", dash: "12 10" },
];

impl Paint {
    fn colour(self) -> &'static Colour {
        match self {
            Self::Ink => &INK,
            Self::Label => &LABEL,
            Self::Grid => &GRID,
            Self::Axis => &AXIS,
            Self::Shade => &SHADE,
            Self::Method(index) => &METHODS[index % METHODS.len()],
        }
    }

    pub(super) fn rgb(self) -> RGBColor {
        let (r, g, b) = self.colour().light;
        RGBColor(r, g, b)
    }

    /// The colour as the drawing library writes it, which is what the style sheet looks for.
    pub(super) fn hex(self) -> String {
        let (r, g, b) = self.colour().light;
        format!("#{r:02X}{g:02X}{b:02X}")
    }
}

/// The style sheet's part that gives every drawn colour its variable.
pub(crate) fn css() -> String {
    let mut paints = vec![
        ("ink", Paint::Ink),
        ("label", Paint::Label),
        ("grid", Paint::Grid),
        ("axis", Paint::Axis),
        ("shade", Paint::Shade),
    ];
    let names: Vec<String> = (0..METHODS.len()).map(|index| format!("method-{index}")).collect();
    paints.extend(names.iter().enumerate().map(|(index, name)| (name.as_str(), Paint::Method(index))));

    let (mut light, mut dark, mut rules) = (String::new(), String::new(), String::new());
    for (name, paint) in paints {
        let hex = paint.hex();
        let colour = paint.colour();
        let _ = write!(light, "--{name}:{hex};");
        let _ = write!(dark, "--{name}:{};", colour.dark);
        let _ = writeln!(rules, "svg [fill=\"{hex}\"]{{fill:var(--{name})}}");
        let dash = match colour.dash {
            "" => String::new(),
            dash => format!(";stroke-dasharray:{dash}"),
        };
        let _ = writeln!(rules, "svg [stroke=\"{hex}\"]{{stroke:var(--{name}){dash}}}");
    }
    // A page may set `data-theme` to overrule the reader's system.
    format!(
        ":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n\
         :root[data-theme=dark]{{{dark}}}\n{rules}"
    )
}

/// The style sheet's part that gives the methods their dashes, for a drawing that stands alone.
pub(super) fn dashes() -> String {
    let mut rules = String::new();
    for (index, colour) in METHODS.iter().enumerate().filter(|(_, colour)| !colour.dash.is_empty()) {
        let (hex, dash) = (Paint::Method(index).hex(), colour.dash);
        let _ = write!(rules, "[stroke=\"{hex}\"]{{stroke-dasharray:{dash}}}");
    }
    rules
}

/// Shades of the heat map's scale: neighbours of one shade are drawn as one.
pub(super) const SHADES: i32 = 64;

/// A class for each shade of the heat map, `heat-0` to `heat-63`.
pub(crate) fn heat_css() -> String {
    let mut rules = String::new();
    for shade in 0..SHADES {
        let RGBColor(r, g, b) = of_shade(shade);
        let _ = writeln!(rules, ".heat-{shade}{{background:#{r:02x}{g:02x}{b:02x}}}");
    }
    rules
}

/// The colour of a shade of the heat map, from 0 on.
pub(super) fn of_shade(shade: i32) -> RGBColor {
    heat(f64::from(shade) / f64::from(SHADES - 1))
}

/// The heat map's scale at `part` from 0 to 1: dark to light, with hues that differ in lightness too.
fn heat(part: f64) -> RGBColor {
    const STOPS: [(f64, f64, f64); 6] = [
        (38.0, 28.0, 92.0),
        (44.0, 82.0, 152.0),
        (30.0, 132.0, 150.0),
        (72.0, 178.0, 122.0),
        (222.0, 190.0, 70.0),
        (250.0, 226.0, 120.0),
    ];
    let at = part.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let low = (at as usize).min(STOPS.len() - 2);
    let mix = |from: f64, to: f64| (from + (to - from) * (at - low as f64)).round() as u8;
    let (from, to) = (STOPS[low], STOPS[low + 1]);
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}
