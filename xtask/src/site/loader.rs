//! The script that fetches the parts of the page, written shorter: the tool that splits the module writes the same lines for each of some
//! hundred files, and a first visit loads them all. What differs between files goes into one list.

use anyhow::{Context, Result, bail};

use super::short_names;

/// Parts that a digit pair of the list can tell apart.
const MAX_PARTS: usize = 10;

/// A file that several parts need.
struct Chunk {
    /// Its file without folder and extension, such as `chunk_3.0123456789abcdef`.
    file: String,
    variable: String,
}

/// A part of the page.
struct Part {
    /// Its name in the script.
    export: String,
    /// Its file; none where all of it is in chunks.
    file: Option<String>,
    /// Variables of the chunks that it needs.
    needs: Vec<String>,
}

/// Has each file named once, in a list beside which parts need it.
///
/// # Errors
/// The script is not what this was written for.
pub fn compact(loader: &str) -> Result<String> {
    let begin = loader.find("/* ").or_else(|| loader.find("export const __wasm_split_load_"));
    let (runtime, files) = loader.split_at(begin.context("the loader names no part")?);
    let (mut chunks, mut parts) = (Vec::new(), Vec::new());
    // A statement ends with what it needs, and no other line ends so.
    for statement in files.split_inclusive("]);\n").flat_map(|text| text.split_inclusive("]));\n")) {
        if !statement.contains("makeLoad(") {
            continue;
        }
        let (head, _rest) = statement.split_once(" = ").context("the loader has an unknown statement")?;
        let name = head.rsplit(' ').next().unwrap_or_default().to_owned();
        let file =
            statement.split_once("new URL(\"./").and_then(|(_before, rest)| rest.split_once(".wasm\""));
        let file = file.map(|(file, _rest)| file.to_owned());
        if head.contains("export const ") {
            let needs = statement.rsplit_once(", [").context("a part says what it needs")?.1;
            let needs = needs.trim_end_matches([')', ']', ';', '\n']).split(", ").map(str::to_owned);
            parts.push(Part { export: name, file, needs: needs.filter(|need| !need.is_empty()).collect() });
        } else {
            chunks.push(Chunk { file: file.context("a chunk has a file")?, variable: name });
        }
    }
    if parts.is_empty() || parts.len() > MAX_PARTS {
        bail!("the loader has {} parts; 1 to {MAX_PARTS} can be written", parts.len());
    }
    let known = |need: &String| chunks.iter().any(|chunk| chunk.variable == *need);
    if !parts.iter().flat_map(|part| &part.needs).all(known) {
        bail!("a part of the loader needs a file that it does not name");
    }
    Ok(short_names::strip(runtime) + &list(&chunks, &parts))
}

fn list(chunks: &[Chunk], parts: &[Part]) -> String {
    let entry = |chunk: &Chunk| {
        let needed_by = parts.iter().enumerate().filter(|(_bit, part)| part.needs.contains(&chunk.variable));
        let mask: u32 = needed_by.map(|(bit, _part)| 1 << bit).sum();
        format!("{} {}", chunk.file.trim_start_matches("chunk_"), base_36(mask))
    };
    let chunks: Vec<String> = chunks.iter().map(entry).collect();
    let mut script = format!(
        "const fetcher = (name) => () => {{\n\
         const src = fetch(new URL(`./${{name}}.wasm`, import.meta.url));\n\
         src.catch(() => {{}});\n\
         return async (imports) => WebAssembly.instantiateStreaming(src, imports);\n}};\n\
         const chunks = \"{}\".split(\",\").filter(Boolean).map((entry) => {{\n\
         const [name, mask] = entry.split(\" \");\n\
         return [makeLoad(fetcher(\"chunk_\" + name), []), parseInt(mask, 36)];\n}});\n\
         const part = (fetcher, bit) => wrapAsyncCb(makeLoad(fetcher, chunks.filter(([, mask]) => mask >> bit & 1).map(([load]) => load)));\n",
        chunks.join(",")
    );
    for (bit, part) in parts.iter().enumerate() {
        let fetcher = match &part.file {
            Some(file) => format!("fetcher(\"{file}\")"),
            None => "() => async () => ({})".to_owned(),
        };
        script += &format!("export const {} = part({fetcher}, {bit});\n", part.export);
    }
    script
}

fn base_36(value: u32) -> String {
    let digit = char::from_digit(value % 36, 36).expect("less than the base");
    match value / 36 {
        0 => digit.to_string(),
        rest => base_36(rest) + &digit.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "import { initSync } from \"./app.js\";\n\n\
        function makeLoad(fetcher, deps) {\n    // Why.\n    return 1;\n}\n\
        /* one, two */\nconst __chunk_3 = makeLoad(() => {\n    const src = fetch(new URL(\"./chunk_3.abc.wasm\", import.meta.url));\n    src.catch(() => {});\n    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}\n, []);\n\
        /* two */\nconst __chunk_4 = makeLoad(() => {\n    const src = fetch(new URL(\"./chunk_4.def.wasm\", import.meta.url));\n    src.catch(() => {});\n    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}\n, []);\n\
        export const __wasm_split_load_two = wrapAsyncCb(makeLoad(() => {\n    const src = fetch(new URL(\"./split_two.012.wasm\", import.meta.url));\n    src.catch(() => {});\n    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}\n, [__chunk_3, __chunk_4]));\n\
        export const __wasm_split_load_one = wrapAsyncCb(makeLoad(() => async (_imp) => ({}), [__chunk_3]));\n";

    #[test]
    fn each_file_is_named_once_beside_who_needs_it() {
        let script = compact(WRITTEN).expect("what the tool writes");
        assert!(script.starts_with(
            "import { initSync } from \"./app.js\";\nfunction makeLoad(fetcher, deps) {\nreturn 1;\n}\n"
        ));
        assert!(script.contains("\"3.abc 3,4.def 1\""), "{script}");
        assert!(
            script.contains("export const __wasm_split_load_two = part(fetcher(\"split_two.012\"), 0);\n")
        );
        assert!(script.contains("export const __wasm_split_load_one = part(() => async () => ({}), 1);\n"));
    }

    #[test]
    fn what_is_not_known_is_no_loader() {
        assert!(compact("function f() {}\n").is_err());
        assert!(compact(&WRITTEN.replace("[__chunk_3]", "[__chunk_9]")).is_err());
    }

    #[test]
    fn masks_of_all_parts_can_be_written() {
        assert_eq!(
            (base_36(0), base_36(35), base_36(1023)),
            ("0".to_owned(), "z".to_owned(), "sf".to_owned())
        );
    }
}
