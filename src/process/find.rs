//! Where programs are found.

use std::env;
use std::path::{Path, PathBuf};

/// The program that `name` means: a name with a slash is a path, another one is searched in
/// `PATH`, relative and empty entries included, as shells do it.
pub fn find_in_path(name: &str) -> Option<PathBuf> {
    search(name, &env::var_os("PATH").unwrap_or_default())
}

fn search(name: &str, path: &std::ffi::OsStr) -> Option<PathBuf> {
    if name.is_empty() {
        return None;
    }
    if has_folder(name) {
        let path = std::path::absolute(name).ok()?;
        return executable(&path).then_some(path);
    }
    env::split_paths(path)
        .map(|folder| folder.join(name))
        .filter_map(|candidate| std::path::absolute(candidate).ok())
        .flat_map(with_extensions)
        .find(|candidate| executable(candidate))
}

/// Whether `name` is a path and not the bare name of a program.
pub(super) fn has_folder(name: &str) -> bool {
    name.contains(std::path::is_separator)
}

#[cfg(unix)]
fn with_extensions(path: PathBuf) -> [PathBuf; 1] {
    [path]
}

#[cfg(not(unix))]
fn with_extensions(path: PathBuf) -> Vec<PathBuf> {
    let mut all = vec![path.clone()];
    for extension in ["exe", "cmd", "bat"] {
        let mut name = path.clone().into_os_string();
        name.push(".");
        name.push(extension);
        all.push(name.into());
    }
    all
}

#[cfg(unix)]
fn executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn executable(path: &Path) -> bool {
    path.is_file()
}

/// The shell of this platform.
pub fn default_shell() -> String {
    if cfg!(target_os = "linux") {
        return "/bin/bash".into();
    }
    if cfg!(target_os = "macos") {
        return "/bin/zsh".into();
    }
    if cfg!(unix) {
        return "/bin/sh".into();
    }
    let git_bash = r"C:\Program Files\Git\bin\bash.exe";
    if Path::new(git_bash).is_file() {
        return git_bash.into();
    }
    match find_in_path("pwsh.exe") {
        Some(_) => "pwsh.exe".into(),
        None => "powershell.exe".into(),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_what_can_be_executed_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let tool = folder.path().join("tool");
        std::fs::write(&tool, "").unwrap();
        let path = env::join_paths(["/nowhere".as_ref(), folder.path()]).unwrap();
        assert_eq!(search("tool", &path), None);
        std::fs::set_permissions(&tool, PermissionsExt::from_mode(0o755)).unwrap();
        assert_eq!(search("tool", &path), Some(tool.clone()));
        assert_eq!(search(tool.to_str().unwrap(), &path), Some(tool));
        assert_eq!(search("", &path), None);
    }
}
