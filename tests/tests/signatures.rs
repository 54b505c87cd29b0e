//! A public function whose result is all that it does says so: a gradient that nobody looks at is a mistake.

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

#[test]
fn functions_whose_result_is_all_they_do_are_must_use() {
    let mut files = Vec::new();
    for library in ["ad-core", "ad-forward", "ad-reverse"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(library).join("src"), &mut files);
    }
    let (mut functions, mut forgotten) = (0, Vec::new());
    for (path, text) in &files {
        let mut attributes = String::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let code = line.trim_start();
            if code.starts_with("pub fn ") || code.starts_with("pub const fn ") {
                let signature = text[start..].split('{').next().unwrap();
                let result = returned(signature).filter(|result| !is_seen_by_its_type(result));
                // What changes an argument does more than to return.
                if let Some(result) = result.filter(|_| !signature.contains("&mut ")) {
                    functions += 1;
                    if !attributes.contains("#[must_use") {
                        forgotten.push(format!("{path}: {} returns {result}", code.trim_end()));
                    }
                }
            }
            if !code.starts_with("#[") && !code.starts_with("//") {
                attributes.clear();
            } else {
                attributes.push_str(code);
            }
            start += line.len();
        }
    }
    assert!(functions > 100, "only {functions} functions were found");
    assert!(forgotten.is_empty(), "{}", forgotten.join("\n"));
}
