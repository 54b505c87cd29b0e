//! The page: its markup, style and scripts, which are files of their own, put together with the data.

use super::Lesson;
use crate::report::{css, heat_css};

const MARKUP: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");

/// In the order in which they use each other.
const SCRIPTS: [&str; 19] = [
    include_str!("page/js/dom.js"),
    include_str!("page/js/number.js"),
    include_str!("page/js/math.js"),
    include_str!("page/js/text.en.js"),
    include_str!("page/js/text.ja.js"),
    include_str!("page/js/language.js"),
    include_str!("page/js/stepper.js"),
    include_str!("page/js/equations.js"),
    include_str!("page/js/network.js"),
    include_str!("page/js/path.js"),
    include_str!("page/js/grid.js"),
    include_str!("page/js/ways.js"),
    include_str!("page/js/triangle.js"),
    include_str!("page/js/chart.js"),
    include_str!("page/js/cost.js"),
    include_str!("page/js/horizon.js"),
    include_str!("page/js/online.js"),
    include_str!("page/js/quiz.js"),
    include_str!("page/js/main.js"),
];

pub(super) fn html(lesson: &Lesson) -> String {
    let data = lesson.to_json();
    let style = format!("{}{}{STYLE}", css(), heat_css());
    MARKUP
        .replacen("/*STYLE*/", &style, 1)
        // `</script>` in a text would end the data.
        .replacen("/*DATA*/", &data.replace("</", "<\\/"), 1)
        .replacen("/*SCRIPT*/", &SCRIPTS.concat(), 1)
}
