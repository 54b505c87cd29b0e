//! The page as a whole: that it is complete, closed in itself, safe with odd numbers, and written all or nothing.

use std::fs;

use super::*;

fn report() -> Report {
    let steps = 12;
    let falling = |rate: f64| (0..steps).map(|t| rate.powi(t)).collect::<Vec<f64>>();
    Report {
        title: "Title <b> & \"more\"".to_owned(),
        introduction: vec!["Why.".to_owned()],
        settings: vec![("seed".to_owned(), "7".to_owned())],
        forecast: Forecast {
            time_label: "year".to_owned(),
            value_label: "sunspots".to_owned(),
            times: (0..20).map(f64::from).collect(),
            values: (0..20).map(|t| f64::from(t % 11)).collect(),
            train_len: 15,
            predictions: ["BPTT", "RTRL", "persistence", "AR(9)"]
                .map(|method| Prediction { method: method.to_owned(), values: vec![1.0; 5], rmse: 2.0 })
                .to_vec(),
        },
        learning: vec![LearningCurve {
            method: "RTRL".to_owned(),
            passes: vec![0.0, 1.0, 2.0],
            train: vec![3.0, 2.0, 1.0],
            held_back: vec![4.0, 3.0, 3.0],
        }],
        triangle: Triangle {
            norms: (0..12).map(|t| (0..=t).map(|s| 0.5_f64.powi(t - s)).collect()).collect(),
            column_sums: falling(0.9),
            row_sums: falling(1.1),
            difference: 2e-16,
        },
        delta_norms: falling(1.2),
        sensitivity_norms: falling(0.8),
        agreement: vec![Agreement { modes: "BPTT and RTRL".to_owned(), ulp: 3, relative: 4e-16 }],
        cost: vec![Cost { mode: "BPTT".to_owned(), seconds: 1e-4, peak_bytes: 4096 }],
    }
}

#[test]
fn the_page_has_every_part_and_needs_nothing_from_outside() {
    let html = report().to_html().unwrap();
    for part in [
        "Title &lt;b&gt; &amp; &quot;more&quot;",
        "Why.",
        "persistence",
        "Columns = BPTT.",
        "Rows = RTRL.",
        "4.0 × 10⁻¹⁶",
        "4.00 KiB",
        "|δₜ|",
        "|Pₜ|",
        "prefers-color-scheme:dark",
    ] {
        assert!(html.contains(part), "{part}");
    }
    for outside in ["<script", "http", "url(", "<link", "@import", "<img", "<b> &"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert_eq!(html.matches("<svg").count(), html.matches("</svg>").count());
    assert_eq!(html.matches("<section>").count(), 5);
}

#[test]
fn a_triangle_of_the_first_steps_alone_says_so() {
    let mut cut = report();
    let says = |report: &Report| report.to_html().unwrap().contains("the first 12 of the 30 training steps");
    assert!(!report().to_html().unwrap().contains("training steps"));
    cut.delta_norms = vec![1.0; 30];
    assert!(says(&cut));
    cut.delta_norms.clear();
    cut.sensitivity_norms = vec![1.0; 30];
    assert!(says(&cut));
}

#[test]
fn a_figure_stands_alone_with_its_size_and_the_key_to_its_colours() {
    let figures = figures::of(&report()).unwrap();
    let find = |name: &str| &figures.iter().find(|figure| figure.name == name).expect(name).svg;
    for (name, keys, size) in [
        ("series", &[][..], (952, 200)),
        ("forecast", &["observed", "BPTT", "RTRL", "persistence", "AR(9)"], (952, 404)),
        ("learning-train", &["RTRL"], (462, 304)),
        ("delta", &[], (462, 260)),
        (
            "triangle",
            &["norm of ∂L/∂θₛ, the sum of column s", "norm of ∂Lₜ/∂θ, the sum of row t"],
            (534, 570),
        ),
    ] {
        let svg = find(name);
        let (width, height) = size;
        let (units, total) = (width * 4, height * 4);
        let head = format!(
            "width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {units} {total}\" role=\"img\" aria-label="
        );
        assert!(svg.contains(&head), "{name}: {}", &svg[..200]);
        for key in keys {
            assert!(svg.contains(&format!("{key}</text>")), "{key} in {name}");
        }
        for element in ["svg", "g", "style"] {
            let [open, close] = [format!("<{element}"), format!("</{element}>")];
            let opened = svg.matches(&format!("{open} ")).count() + svg.matches(&format!("{open}>")).count();
            assert_eq!((opened, svg.matches(&close).count()), (1, 1), "{element} in {name}");
        }
    }
}

#[test]
fn every_colour_that_is_drawn_has_its_rule() {
    let html = report().to_html().unwrap();
    let (style, body) = html.split_once("</style>").unwrap();
    for attribute in ["stroke=\"#", "fill=\"#"] {
        for found in body.split(attribute).skip(1) {
            let hex = &found[..6];
            // The heat map's own colours are the same in both schemes.
            let heat = (0..palette::SHADES).map(palette::of_shade);
            let is_heat = heat.map(|c| format!("{:02X}{:02X}{:02X}", c.0, c.1, c.2)).any(|heat| heat == hex);
            assert!(is_heat || style.contains(&format!("[{attribute}{hex}\"]")), "{attribute}{hex}");
        }
    }
}

#[test]
fn a_run_that_diverged_still_has_a_page() {
    let mut odd = report();
    odd.forecast.predictions[0].values = vec![f64::NAN, f64::INFINITY, 1e308, -1e308, 0.0];
    odd.forecast.predictions[0].rmse = f64::NAN;
    odd.learning[0].train = vec![f64::NAN; 3];
    odd.learning[0].held_back = vec![1.0, 0.0, f64::INFINITY];
    odd.triangle.norms[3] = vec![f64::NAN; 4];
    odd.triangle.difference = f64::NAN;
    odd.delta_norms = vec![0.0; 12];
    odd.sensitivity_norms = vec![1.0];
    odd.cost[0].seconds = f64::NAN;
    odd.to_html().unwrap();

    odd.forecast.train_len = 1000;
    odd.forecast.times.truncate(3);
    odd.to_html().unwrap();
}

#[test]
fn parts_without_numbers_are_left_out() {
    let html = Report::default().to_html().unwrap();
    assert!(!html.contains("<section>") && !html.contains("<figure>"));
}

#[test]
fn the_same_numbers_make_the_same_page() {
    assert_eq!(report().to_html(), report().to_html());
}

#[test]
fn the_file_is_whole_and_alone() {
    let folder = std::env::temp_dir().join(format!("rnn-report-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("report.html");
    fs::write(&path, "old").unwrap();
    report().write(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), report().to_html().unwrap());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no temporary file stays");

    // A folder cannot be replaced by a file, and nothing is left beside it.
    let error = report().write(&folder).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: cannot write the report: ", folder.display())), "{error}");
    assert_eq!(error.lines().count(), 1);
    let beside = fs::read_dir(folder.parent().unwrap()).unwrap();
    let temporary = format!(".rnn-report-{0}.{0}.tmp", std::process::id());
    assert!(beside.filter_map(Result::ok).all(|entry| entry.file_name() != temporary.as_str()));
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn an_unwritable_path_is_named() {
    for path in ["/nowhere/at/all/report.html", "/", ".."] {
        let error = report().write(path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{path}: cannot write the report: ")), "{error}");
    }
}
