//! The architecture as a test: which module may import which.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules by rank: each may import modules of a lower rank only. Stages of one rank do not know each other.
const LAYERS: &[&[&str]] = &[
    &["error"],
    &["words"],
    &["language"],
    &["thread"],
    &["argument"],
    &["graph"],
    &["fetch"],
    &["ingest", "threading", "dedup", "segment", "annotate"],
    &["classify"],
    &["relate"],
    &["analyse"],
    &["report"],
    &["pipeline", "evaluate"],
    &["serve"],
    &["output", "progress"],
    &["many", "cli", "commands", "main"],
];

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The source files by top-level module, without comments and tests.
fn modules() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut modules: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let tests = inside.file_stem().is_some_and(|stem| stem == "tests");
        if tests || inside.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&file).unwrap();
        let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code: Vec<&str> = product.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        modules.entry(module).or_default().push((file, code.join("\n")));
    }
    modules
}

/// Every `crate::x` (or `rejoinder::x` in the binary) in the code, braces after `crate::` included.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for prefix in ["crate::", "rejoinder::"] {
        for (at, _) in code.match_indices(prefix) {
            let rest = &code[at + prefix.len()..];
            if let Some(list) = rest.strip_prefix('{') {
                let list = &list[..list.find('}').unwrap_or(list.len())];
                found.extend(list.split(',').map(|name| name.trim().split("::").next().unwrap().to_owned()));
            } else {
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                found.push(name);
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn every_module_imports_only_what_stands_above_it() {
    let mut wrong = Vec::new();
    for (module, files) in modules() {
        if module == "lib" {
            continue;
        }
        let Some(own) = rank(&module) else {
            wrong.push(format!("{module} has no place in LAYERS"));
            continue;
        };
        for (file, code) in files {
            for import in imports(&code).into_iter().filter(|import| *import != module) {
                match rank(&import) {
                    Some(theirs)
                        if theirs < own || module == "main" || module == "commands" || module == "cli" => {}
                    Some(_) => wrong.push(format!("{} imports {import}", file.display())),
                    None => wrong.push(format!("{} imports {import} from the crate's root", file.display())),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nobody_reaches_two_modules_up() {
    let reach = ["super", "super", ""].join("::");
    for (_, files) in modules() {
        for (file, code) in files {
            assert!(!code.contains(&reach), "{} reaches past its parent", file.display());
        }
    }
}

#[test]
fn modules_of_the_crate_form_no_circle() {
    let graph: BTreeMap<String, Vec<String>> = modules()
        .into_iter()
        .map(|(module, files)| {
            let all =
                files.iter().flat_map(|(_, code)| imports(code)).filter(|import| *import != module).collect();
            (module, all)
        })
        .collect();
    let mut done: Vec<&str> = Vec::new();
    while done.len() < graph.len() {
        let free = graph.iter().find(|(module, imports)| {
            !done.contains(&module.as_str())
                && imports.iter().all(|import| !graph.contains_key(import) || done.contains(&import.as_str()))
        });
        match free {
            Some((module, _)) => done.push(module),
            None => panic!(
                "a circle among {:?}",
                graph.keys().filter(|m| !done.contains(&m.as_str())).collect::<Vec<_>>()
            ),
        }
    }
}

#[test]
fn unwrap_is_for_tests() {
    for (_, files) in modules() {
        for (file, code) in files {
            for forbidden in [".unwrap()", "panic!(", "todo!(", "unimplemented!(", "dbg!("] {
                assert!(!code.contains(forbidden), "{} has {forbidden} outside tests", file.display());
            }
        }
    }
}
