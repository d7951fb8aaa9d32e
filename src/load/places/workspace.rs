//! `.drun/.drun_workspace.yml`: the default task file of a folder.

use std::path::{Path, PathBuf};

use serde_yaml_ng::{Mapping, Value};

use super::user::unwritable;
use super::{Places, write_private, yaml};
use crate::load::LoadError;
use crate::value::os_reason;

/// The file, from the current folder.
pub const FILE: &str = ".drun/.drun_workspace.yml";
const KEY: &str = "defaultTaskFile";

impl Places {
    /// The default task file of the current folder, as it was written.
    ///
    /// # Errors
    /// What is wrong with the file, for a warning: a broken one is as good as none.
    pub fn workspace_default(&self) -> Result<Option<PathBuf>, String> {
        let broken = |reason: String| format!("{FILE} is ignored: {reason}");
        let workspace: Mapping = yaml(&self.workspace_file()).map_err(broken)?;
        match workspace.get(KEY) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(file)) if file.trim().is_empty() => Ok(None),
            Some(Value::String(file)) => Ok(Some(file.into())),
            Some(_) => Err(broken(format!("'{KEY}' is no text"))),
        }
    }

    /// Makes `file` (as it was given) the default of the current folder; other keys are kept.
    ///
    /// # Errors
    /// A broken file, and one that cannot be written.
    pub fn set_workspace_default(&self, file: &Path) -> Result<(), LoadError> {
        let path = self.workspace_file();
        let mut workspace: Mapping = yaml(&path)
            .map_err(|reason| LoadError::Message(format!("cannot change {FILE}: {reason}")))?;
        let Some(file) = file.to_str() else {
            return Err(unwritable(Path::new(FILE), "the path is not valid UTF-8"));
        };
        let is_new = workspace.is_empty();
        workspace.insert(KEY.into(), file.into());
        if is_new {
            workspace.insert("parallelJobs".into(), 4.into());
            workspace.insert("shell".into(), "/bin/bash".into());
            workspace.insert("variables".into(), Mapping::new().into());
            workspace.insert("defaults".into(), Mapping::new().into());
        }
        let text = serde_yaml_ng::to_string(&workspace)
            .map_err(|error| unwritable(Path::new(FILE), &error.to_string()))?;
        write_private(&path, text.as_bytes())
            .map_err(|error| unwritable(Path::new(FILE), &os_reason(&error)))
    }

    fn workspace_file(&self) -> PathBuf {
        self.start_dir.join(FILE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_default_is_written_beside_the_other_keys() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places {
            start_dir: folder.path().to_owned(),
            home: None,
        };
        assert_eq!(places.workspace_default(), Ok(None));
        places.set_workspace_default(Path::new("a.drun")).unwrap();
        let path = folder.path().join(FILE);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "defaultTaskFile: a.drun\nparallelJobs: 4\nshell: /bin/bash\nvariables: {}\ndefaults: {}\n"
        );
        fs::write(&path, "own: 1\ndefaultTaskFile: a.drun\n").unwrap();
        places.set_workspace_default(Path::new("b.drun")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "own: 1\ndefaultTaskFile: b.drun\n");
        assert_eq!(places.workspace_default(), Ok(Some("b.drun".into())));
        fs::write(&path, "own: [").unwrap();
        assert!(places.workspace_default().is_err());
        assert!(places.set_workspace_default(Path::new("c.drun")).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "own: [");
    }
}
