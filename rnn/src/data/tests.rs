//! What is read, how it is cut, and what is refused.

use super::*;

fn read(text: &str) -> Result<Series, DataError> {
    Series::from_reader("a.csv", text.as_bytes(), None)
}

fn message(text: &str) -> String {
    let message = read(text).unwrap_err().to_string();
    assert_eq!(message.lines().count(), 1, "{message:?}");
    message
}

#[test]
fn the_built_in_series_is_whole() {
    let series = Series::sunspots();
    assert_eq!(series.name, "SUNACTIVITY");
    assert_eq!(series.len(), 309);
    assert_eq!((series.times[0], series.values[0]), (1700.0, 5.0));
    assert_eq!(series.times[308], 2008.0);
    assert!(series.times.windows(2).all(|pair| pair[1] - pair[0] == 1.0));
}

#[test]
fn the_second_column_is_read_unless_one_is_named() {
    let text = "t, a ,b\n0,1,2\n 1 ,3,4\n";
    assert_eq!(read(text).unwrap().values, [1.0, 3.0]);
    let named = Series::from_reader("a.csv", text.as_bytes(), Some("b")).unwrap();
    assert_eq!((named.name.as_str(), named.values), ("b", vec![2.0, 4.0]));
    let error = Series::from_reader("a.csv", text.as_bytes(), Some("c")).unwrap_err();
    assert_eq!(error.to_string(), r#"a.csv: line 1: no column "c" (t, a, b)"#);
}

/// The header of a table with an index often begins with a comma.
#[test]
fn a_column_without_a_name_is_called_by_its_place() {
    assert_eq!(message(",v\n0,1\nx,2\n"), r#"a.csv: line 3: column 1: not a number: "x""#);
    assert_eq!(read("t,\n0,1\n1,2\n").unwrap().name, "column 2");
}

#[test]
fn errors_name_file_line_and_field() {
    assert_eq!(message("t,v\n0,1\n1,one\n"), r#"a.csv: line 3: v: not a number: "one""#);
    assert_eq!(message("t,v\n0,1\n\n1,\n"), r#"a.csv: line 4: v: not a number: """#);
    assert_eq!(message("t,v\n0,1\n1,1e999\n"), "a.csv: line 3: v: not a finite number");
    assert_eq!(message("t,v\nnan,1\n"), "a.csv: line 2: t: not a finite number");
    assert_eq!(message("t,v\n0,1\n1\n"), "a.csv: line 3: v: missing");
    assert_eq!(message("t,v\n1,1\n1,2\n"), "a.csv: line 3: t: not later than the row before");
    assert_eq!(message("t,v\n0,1\n"), "a.csv: needs at least 2 rows, found 1");
    assert!(message("").contains("expected a header"));
    assert!(message("t\n0\n").contains("expected a header"));
    assert!(message("0,1\n1,2\n2,3\n").contains("found numbers"));
    assert!(message("t,v\n0,\"a\nb\"\n").contains(r#""a\nb""#));
}

/// Of `1900,NA` and `1900-01,1` a row would be lost in silence; `year,2` may be a header, but who can tell?
#[test]
fn a_first_row_with_one_number_is_refused() {
    let found = |text: &str| message(text).split_once("found ").unwrap().1.to_owned();
    let advice = ": put a header above a row of data, and give a column a name that is no number";
    assert_eq!(found("1900,NA\n1901,1\n1902,2\n"), format!("the number \"1900\" in column 1{advice}"));
    for first in ["1900-01,1", "year,1"] {
        assert_eq!(found(&format!("{first}\n1,2\n2,3\n")), format!("the number \"1\" in column 2{advice}"));
    }
    // What is not read may have any name, as may the column that was asked for, and no name is a number for its letters.
    let named = |text: &str, column| Series::from_reader("a.csv", text.as_bytes(), column).unwrap().name;
    assert_eq!(named("year,v,1950\n1,2,3\n2,3,4\n", None), "v");
    assert_eq!(named("year,v,1950\n1,2,3\n2,3,4\n", Some("1950")), "1950");
    assert_eq!(named("year,1949,1950\n1,2,3\n2,3,4\n", Some("1950")), "1950");
    for text in [
        "t,inf\n1,2\n2,3\n",
        "nan,inf2\n1,2\n2,3\n",
        ",v1\n1,2\n2,3\n",
        "t,\n1,2\n2,3\n",
        "1e,2x\n1,2\n2,3\n",
    ] {
        assert!(read(text).is_ok(), "{text}");
    }
}

#[test]
fn a_missing_file_and_bytes_that_are_no_text_are_named() {
    let error = Series::from_csv("/nowhere/a.csv", None).unwrap_err();
    assert!(error.to_string().starts_with("/nowhere/a.csv: cannot read: "), "{error}");
    let error = Series::from_reader("a.csv", &b"t,v\n0,1\n1,\xff\n"[..], None).unwrap_err();
    assert!(error.to_string().starts_with("a.csv: line 3: "), "{error}");
}

#[test]
fn a_step_that_is_no_step_like_the_others_is_found() {
    let found = |times: &[f64]| {
        let series = Series { name: String::new(), times: times.to_vec(), values: times.to_vec() };
        series.first_uneven_step()
    };
    assert_eq!(found(&[0.0, 1.0, 3.0]), Some((1, 2.0)));
    assert_eq!(found(&[0.0, 1.0, 2.0, 2.25, 3.25]), Some((2, 0.25)));
    assert_eq!(found(&[-1e308, 1e308, 1.5e308]), Some((0, f64::INFINITY)));
    for even in [&[][..], &[1.0], &[1.0, 5.0], &[0.0, 2.0, 3.0, 6.0, 8.0], &[-1.7e308, 1e308]] {
        assert_eq!(found(even), None, "{even:?}");
    }
}

#[test]
fn the_split_is_one_cut_in_time_and_loses_no_value() {
    let split = read("t,v\n0,1\n1,2\n2,4\n3,8\n4,16\n").unwrap().split(2).unwrap();
    assert_eq!(split.train(), [1.0, 2.0, 4.0]);
    assert_eq!(split.held_back(), [8.0, 16.0]);
    let error = split.series().clone().split(4).unwrap_err();
    assert_eq!(error, DataError::TooFewRows { file: "v".to_owned(), needed: 6, found: 5 });
    assert!(split.series().clone().split(usize::MAX).is_err());
}

#[test]
fn standard_units_come_from_the_training_part_alone() {
    let text = "t,v\n0,1\n1,3\n2,1\n3,3\n4,1000\n";
    let (split, map) = read(text).unwrap().split(1).unwrap().standardised().unwrap();
    assert_eq!(map, Standardise { mean: 2.0, standard_deviation: 1.0 });
    assert_eq!(split.train(), [-1.0, 1.0, -1.0, 1.0]);
    assert_eq!(split.held_back(), [998.0]);
    assert_eq!(map.invert(998.0), 1000.0);
}

#[test]
fn a_constant_series_is_refused() {
    let text = "t,v\n0,0.1\n1,0.1\n2,0.1\n3,5\n";
    let error = read(text).unwrap().split(1).unwrap().standardised().unwrap_err();
    assert_eq!(error, DataError::Constant { file: "v".to_owned() });
    assert_eq!(Standardise::fit(&[]), None);
}

#[test]
fn a_series_of_any_size_is_standardised() {
    for values in [&[1.0, 2.0, 3.0, 1e300][..], &[1e-320, 2e-320], &[1.7e308, 1.7e308, -1.7e308]] {
        let map = Standardise::fit(values).unwrap();
        let standard: Vec<f64> = values.iter().map(|&value| map.apply(value)).collect();
        let mean = standard.iter().sum::<f64>() / values.len() as f64;
        let variance = standard.iter().map(|value| value.powi(2)).sum::<f64>() / values.len() as f64;
        assert!(mean.abs() < 1e-2 && (variance - 1.0).abs() < 1e-2, "{values:?}: {standard:?}");
        // Of a subnormal number there are few digits to come back.
        let size = values.iter().fold(0.0, |size: f64, value| size.max(value.abs()));
        for (value, standard) in values.iter().zip(standard) {
            assert!((map.invert(standard) / size - value / size).abs() < 1e-3, "{values:?}: {value}");
        }
    }
    let error = read("t,v\n0,1e-320\n1,2e-320\n2,1\n").unwrap().split(1).unwrap().standardised().unwrap_err();
    assert_eq!(error, DataError::TooFar { file: "v".to_owned() });
}
