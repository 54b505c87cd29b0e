//! What the signature of a public function promises beside its types.

use std::fs;
use std::path::Path;

/// The text of every source file below a folder, with its path.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// What stands behind the arrow of a signature that ends before its body; closures among the arguments have arrows, too.
fn returned(signature: &str) -> Option<&str> {
    let signature = signature.split("where").next().unwrap();
    let mut depth = 0;
    for (at, character) in signature.char_indices() {
        match character {
            '-' if depth == 0 && signature[at..].starts_with("->") => {
                return Some(signature[at + 2..].trim());
            }
            '(' | '[' | '<' => depth += 1,
            ')' | ']' => depth -= 1,
            '>' if !signature[..at].ends_with('-') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Whether the compiler warns already where a result of this type is not used, or nothing is known of it: what a closure of
/// the caller's returns.
fn is_seen_by_its_type(returned: &str) -> bool {
    let types = ["Result<", "impl Iterator", "Pullback<", "Linearized<"];
    returned == "R" || types.iter().any(|name| returned.contains(name))
}

/// A public function of the libraries.
struct Signature {
    path: String,
    /// Its documentation and attributes.
    before: String,
    /// From `pub` to the body.
    text: String,
}

fn public_functions() -> Vec<Signature> {
    let mut files = Vec::new();
    for library in ["ad-core", "ad-forward", "ad-reverse"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(library).join("src"), &mut files);
    }
    let mut found = Vec::new();
    for (path, text) in files {
        let (mut before, mut start) = (String::new(), 0);
        for line in text.split_inclusive('\n') {
            let code = line.trim_start();
            if code.starts_with("pub fn ") || code.starts_with("pub const fn ") {
                let text = text[start..].split('{').next().unwrap().trim().to_owned();
                found.push(Signature { path: path.clone(), before: before.clone(), text });
            }
            if code.starts_with("#[") || code.starts_with("//") {
                before.push_str(code);
            } else {
                before.clear();
            }
            start += line.len();
        }
    }
    found
}

#[test]
fn functions_whose_result_is_all_they_do_are_must_use() {
    let functions = public_functions();
    // What changes an argument does more than to return.
    let only_return = functions.iter().filter(|f| !f.text.contains("&mut ")).filter(|f| {
        let returned = returned(&f.text);
        returned.is_some_and(|returned| !is_seen_by_its_type(returned))
    });
    let (marked, forgotten): (Vec<_>, Vec<_>) = only_return.partition(|f| f.before.contains("#[must_use"));
    let forgotten: Vec<_> = forgotten.iter().map(|f| format!("{}: {}", f.path, f.text)).collect();
    assert!(marked.len() > 100, "only {} functions were found", marked.len());
    assert!(forgotten.is_empty(), "{}", forgotten.join("\n"));
}

/// They panic about no argument, but about a number that does not belong where it is used: where that is seen, which is in an
/// operation or in the result of a function.
const ABOUT_NUMBERS: &[&str] = &[
    "grad",
    "value_and_grad",
    "value_and_grad_with_aux",
    "vjp",
    "vjp_with_aux",
    "vjp_watching",
    "try_grad",
    "try_value_and_grad",
    "try_vjp",
    "try_jvp",
    "try_grad_and_hvp",
    "linearize",
    "jacobian",
    "jacobian_by_shape",
    "value_and_jacobian",
    "hessian",
    "second_derivative",
    "third_derivative",
    "derivatives",
    "trace",
];

#[test]
fn functions_that_panic_about_an_argument_name_the_line_that_passed_it() {
    let functions = public_functions();
    let name = |f: &Signature| f.text.split("fn ").nth(1)?.split(['<', '(']).next().map(str::to_owned);
    let about_numbers = |f: &Signature| ABOUT_NUMBERS.contains(&name(f).as_deref().unwrap_or_default());
    let panics = functions.iter().filter(|f| f.before.contains("# Panics") && !about_numbers(f));
    let (marked, forgotten): (Vec<_>, Vec<_>) = panics.partition(|f| f.before.contains("#[track_caller]"));
    let forgotten: Vec<_> = forgotten.iter().map(|f| format!("{}: {}", f.path, f.text)).collect();
    assert!(marked.len() > 30, "only {} functions were found", marked.len());
    assert!(forgotten.is_empty(), "{}", forgotten.join("\n"));
}

/// What goes by values alone, or makes a constant, refuses no number.
const ABOUT_VALUES: &[&str] = &["eq", "partial_cmp", "from"];

/// The operators and elementary functions of every number type, where it may be seen that a variable belongs elsewhere.
#[test]
fn operators_and_functions_of_numbers_name_the_line_that_uses_them() {
    for (file, least) in [("operators.rs", 11), ("methods.rs", 8)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ad-core/src/number").join(file);
        let text = fs::read_to_string(&path).unwrap();
        let (mut marked, mut before) = (0, String::new());
        for line in text.lines().map(str::trim_start) {
            if let Some((_, name)) = line.split_once("fn ").filter(|_| line.ends_with('{')) {
                let name = name.split(['<', '(']).next().unwrap();
                let named = before.contains("#[track_caller]");
                assert!(named || ABOUT_VALUES.contains(&name), "{file}: {name}");
                marked += usize::from(named);
            }
            if line.starts_with("#[") {
                before.push_str(line);
            } else {
                before.clear();
            }
        }
        assert!(marked >= least, "{file}: {marked} functions");
    }
}
