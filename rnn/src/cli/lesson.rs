//! `rnn lesson`: the page that explains.

use super::failure::Failure;
use super::{args, case, writable};
use rnn::lesson::Lesson;

pub(super) fn run(args: &args::Lesson) -> Result<String, Failure> {
    let file = case::read_or_default(args.case.as_deref())?;
    if args.json {
        return Ok(Lesson::of(&file)?.to_json() + "\n");
    }
    writable::page(&args.out, args.case.as_deref())?;
    let lesson = Lesson::of(&file)?;
    if writable::is_stdout(&args.out) {
        return Ok(lesson.to_html());
    }
    lesson.write(&args.out).map_err(Failure::at("--out"))?;
    Ok(format!("Lesson: {}\n", args.out.display()))
}
