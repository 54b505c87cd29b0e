//! `rnn credit`: the gradient of a case file.

use super::failure::Failure;
use super::{args, case};
use rnn::case::Case;
use rnn::explain::explain;

pub(super) fn run(args: &args::Credit) -> Result<String, Failure> {
    let file = case::read(&args.case)?;
    if args.full || args.explain {
        file.check_full(args.mode)?;
    } else {
        file.check_gradient(args.mode)?;
    }
    let case = Case::from(&file);
    if args.explain {
        return Ok(explain(&case, args.mode)?);
    }
    let credit = if args.full { case.full(args.mode) } else { case.gradient(args.mode) };
    Ok(credit.to_json()? + "\n")
}
