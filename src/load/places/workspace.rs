//! `.drun/.drun_workspace.yml`: the default task file of a folder.

use std::path::{Path, PathBuf};

use serde_yaml_ng::{Mapping, Value};

use super::{Places, read_yaml, save_yaml};
use crate::resolve::ResolveError;

/// The workspace file, relative to the current folder.
pub const WORKSPACE: &str = ".drun/.drun_workspace.yml";
const KEY: &str = "defaultTaskFile";

impl Places {
    /// The default task file of the current folder, as it was written. A broken workspace file is as
    /// good as none.
    pub fn workspace_default(&self) -> Option<String> {
        let workspace: Mapping = read_yaml(&self.workspace()).ok()?;
        let file = workspace.get(KEY)?.as_str()?.to_owned();
        (!file.trim().is_empty()).then_some(file)
    }

    /// Whether the workspace file is there and cannot be used.
    pub fn workspace_is_broken(&self) -> bool {
        let usable = |value: &Value| value.is_string() || value.is_null();
        match read_yaml::<Mapping>(&self.workspace()) {
            Ok(workspace) => !workspace.get(KEY).is_none_or(usable),
            Err(_) => true,
        }
    }

    /// Makes `file` the default of the current folder, keeping what else the workspace file holds.
    ///
    /// # Errors
    /// A broken file, which is left as it is, and one that cannot be written.
    pub fn set_workspace_default(&self, file: &str) -> Result<(), ResolveError> {
        let path = self.workspace();
        let mut workspace: Mapping = read_yaml(&path).map_err(|reason| {
            ResolveError::Message(format!("cannot change {WORKSPACE}: {reason}"))
        })?;
        let is_new = workspace.is_empty();
        workspace.insert(KEY.into(), file.into());
        if is_new {
            workspace.insert("parallelJobs".into(), 4.into());
            workspace.insert("shell".into(), "/bin/bash".into());
            workspace.insert("variables".into(), Mapping::new().into());
            workspace.insert("defaults".into(), Mapping::new().into());
        }
        save_yaml(&path, Path::new(WORKSPACE), &workspace)
    }

    fn workspace(&self) -> PathBuf {
        self.start_dir.join(WORKSPACE)
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
        assert_eq!(places.workspace_default(), None);
        assert!(!places.workspace_is_broken());
        places.set_workspace_default("a.drun").unwrap();
        let path = folder.path().join(WORKSPACE);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "defaultTaskFile: a.drun\nparallelJobs: 4\nshell: /bin/bash\nvariables: {}\ndefaults: {}\n"
        );
        fs::write(&path, "own: 1\ndefaultTaskFile: a.drun\n").unwrap();
        places.set_workspace_default("b.drun").unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "own: 1\ndefaultTaskFile: b.drun\n");
        assert_eq!(places.workspace_default().as_deref(), Some("b.drun"));
        for broken in ["own: [", "- a\n", "defaultTaskFile: [1]\n"] {
            fs::write(&path, broken).unwrap();
            assert!(places.workspace_is_broken(), "{broken}");
            assert_eq!(places.workspace_default(), None);
        }
        fs::write(&path, "own: [").unwrap();
        assert!(places.set_workspace_default("c.drun").is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "own: [");
    }
}
