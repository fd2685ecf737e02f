//! Where assets and the built page lie. Nothing of the source tree's place is compiled in: a folder that was named, else one beside
//! the program, else one above the program or above the working directory.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// The name of this program's folders among those of others.
const PROGRAM: &str = "backbone-explorer";

/// Where features are kept, below the user's own folder for what can be made again; `None` where there is none.
pub fn cache_folder() -> Option<PathBuf> {
    user_folder("XDG_CACHE_HOME", ".cache")
}

/// Where uploads and runs are kept, below the user's own folder for data; `None` where there is none.
pub fn data_folder() -> Option<PathBuf> {
    user_folder("XDG_DATA_HOME", ".local/share")
}

fn user_folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let named = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty());
    let below_home = || Some(PathBuf::from(named("HOME")?).join(below_home));
    Some(named(variable).map(PathBuf::from).or_else(below_home)?.join(PROGRAM))
}

/// A folder that could not be found.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "no {what} found beside the program or in a folder above it or above the working directory: name the folder with {option}"
)]
pub struct LocationError {
    what: &'static str,
    option: &'static str,
}

/// What makes a folder the one that is looked for.
struct Landmark {
    what: &'static str,
    option: &'static str,
    /// Names that the folder may have, best first.
    folders: &'static [&'static str],
    /// A file that it must have.
    file: &'static str,
}

const ASSETS: Landmark = Landmark {
    what: "assets (sample photos and demo weights)",
    option: "--assets",
    folders: &["assets"],
    file: "photos/samples.json",
};

const SITE: Landmark = Landmark {
    what: "built page (`cargo xtask build` makes it)",
    option: "--site",
    folders: &["site", "target/site"],
    file: "manifest.json",
};

/// The folder with photos and demo weights; a folder that was named is taken as it is.
///
/// # Errors
/// There is none.
pub fn find_assets(named: Option<&Path>) -> Result<PathBuf, LocationError> {
    ASSETS.find(named, &starting_points())
}

/// The folder with the built page; a folder that was named is taken as it is.
///
/// # Errors
/// There is none.
pub fn find_site(named: Option<&Path>) -> Result<PathBuf, LocationError> {
    SITE.find(named, &starting_points())
}

/// The program's folder, then the working directory.
fn starting_points() -> Vec<PathBuf> {
    let program = std::env::current_exe().ok().and_then(|path| path.parent().map(Path::to_owned));
    program.into_iter().chain(std::env::current_dir().ok()).collect()
}

impl Landmark {
    fn find(&self, named: Option<&Path>, starting_points: &[PathBuf]) -> Result<PathBuf, LocationError> {
        if let Some(named) = named {
            return Ok(named.to_owned());
        }
        let candidates = starting_points
            .iter()
            .flat_map(|start| start.ancestors())
            .flat_map(|folder| self.folders.iter().map(|name| folder.join(name)));
        let mut found = candidates.filter(|folder| folder.join(self.file).is_file());
        found.next().ok_or(LocationError { what: self.what, option: self.option })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder with the landmark's file in each of these folders.
    fn tree(landmark: &Landmark, folders: &[&str]) -> PathBuf {
        let name = format!("locations-{}-{}", std::process::id(), folders.join("-").replace('/', "_"));
        let root = std::env::temp_dir().join(name);
        for folder in folders {
            let file = root.join(folder).join(landmark.file);
            fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("a temporary folder");
            fs::write(file, "[]").expect("a temporary file");
        }
        root
    }

    #[test]
    fn what_was_named_is_taken() {
        assert_eq!(SITE.find(Some(Path::new("/nowhere")), &[]), Ok(PathBuf::from("/nowhere")));
    }

    #[test]
    fn beside_the_program_comes_before_above_it() {
        let root = tree(&SITE, &["install/bin/site", "target/site"]);
        let find = |program: &str, working: &str| SITE.find(None, &[root.join(program), root.join(working)]);
        assert_eq!(find("install/bin", "elsewhere"), Ok(root.join("install/bin/site")));
        assert_eq!(find("target/release", "elsewhere"), Ok(root.join("target/site")), "as cargo builds it");
        fs::remove_dir_all(root).expect("it was made here");
    }

    #[test]
    fn a_folder_of_the_same_name_without_the_file_is_passed_over() {
        let root = tree(&ASSETS, &["project/assets"]);
        fs::create_dir_all(root.join("project/web/assets")).expect("a temporary folder");
        let found = ASSETS.find(None, &[root.join("unrelated"), root.join("project/web/src")]);
        assert_eq!(found, Ok(root.join("project/assets")));
        let missing = ASSETS.find(None, &[root.join("unrelated")]).expect_err("nothing there");
        assert!(missing.to_string().contains("--assets"), "{missing}");
        fs::remove_dir_all(root).expect("it was made here");
    }
}
