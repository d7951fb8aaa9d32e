//! Includes of files in a folder of their own.

use super::*;

struct Fixture {
    _folder: tempfile::TempDir,
    options: LoadOptions,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("version: 2.0\n{text}")).unwrap();
        }
        let options = LoadOptions {
            start_dir: fs::canonicalize(folder.path()).unwrap(),
            ..LoadOptions::default()
        };
        Self {
            _folder: folder,
            options,
        }
    }

    async fn load(&self, shown: &str) -> Result<(Vec<IncludedFile>, Notes), String> {
        let found = Found {
            shown: shown.into(),
            path: self.options.start_dir.join(shown),
        };
        let mut notes = Notes::default();
        let render = |error: ResolveError| error.render();
        let progress = Arc::new(LoadProgress::default());
        let main = read::parse(&found.path, shown, &progress)
            .await
            .map_err(render)?;
        let included = includes(&main, &found, &self.options, &progress, &mut notes).await;
        Ok((included.map_err(render)?, notes))
    }

    async fn names(&self, shown: &str) -> Vec<String> {
        let (included, _) = self.load(shown).await.unwrap();
        included
            .iter()
            .map(|one| format!("{}={}", one.namespace, one.file.source.name()))
            .collect()
    }
}

#[tokio::test]
async fn circles_end_and_a_file_may_have_two_names() {
    let fixture = Fixture::new(&[
        (
            "spec.drun",
            "project \"main\":\n  include \"spec.drun\" as me\n  include \"lib/outer.drun\"\n  \
             include \"lib/outer.drun\" as blue\n  include \"lib/outer.drun\"\n",
        ),
        (
            "lib/outer.drun",
            "project \"outer\":\n  include \"parts/inner.drun\"\n",
        ),
        (
            "lib/parts/inner.drun",
            "project \"inner\":\n  include \"../outer.drun\"\n  include \"../../spec.drun\"\n",
        ),
    ]);
    assert_eq!(
        fixture.names("spec.drun").await,
        [
            "me=spec.drun",
            "outer=lib/outer.drun",
            "inner=lib/parts/inner.drun",
            "main=spec.drun",
            "blue=lib/outer.drun",
        ]
    );
}

#[tokio::test]
async fn the_folder_of_the_file_goes_before_the_folder_of_the_start() {
    let fixture = Fixture::new(&[
        (
            "conf/main.drun",
            "project \"main\":\n  include \"near.drun\"\n  include \"far.drun\"\n",
        ),
        ("conf/near.drun", "project \"near\"\n"),
        ("near.drun", "project \"wrong\"\n"),
        ("far.drun", "project \"far\"\n"),
    ]);
    assert_eq!(
        fixture.names("conf/main.drun").await,
        ["near=conf/near.drun", "far=far.drun"]
    );
}

#[tokio::test]
async fn errors_name_the_path_and_the_place() {
    let wrong = [
        (
            "gone.drun",
            "cannot include 'gone.drun': no such file or directory",
        ),
        ("lib", "cannot include 'lib': it is a folder"),
        (
            "lib/bare.drun",
            "'lib/bare.drun': it has no project declaration",
        ),
        ("lib/broken.drun", "--> lib/broken.drun:3:"),
        ("http://x.org/a.drun", "http:// is refused"),
        ("lib/nameless.drun", "as NAME"),
    ];
    for (path, fact) in wrong {
        let main = format!("project \"main\":\n  include \"{path}\"\n");
        let fixture = Fixture::new(&[
            ("spec.drun", &main),
            ("lib/bare.drun", "task \"a\":\n  info \"x\"\n"),
            (
                "lib/broken.drun",
                "project \"b\":\ntask \"work\"\n  info \"x\"\n",
            ),
            ("lib/nameless.drun", "project \"\"\n"),
        ]);
        let error = fixture.load("spec.drun").await.unwrap_err();
        assert!(error.contains(fact), "{error}");
        if path != "lib/broken.drun" {
            assert!(error.contains("--> spec.drun:3:3"), "{error}");
        }
    }
}

#[tokio::test]
async fn verbose_lines_follow_the_selectors() {
    let fixture = Fixture::new(&[
        (
            "spec.drun",
            "project \"main\":\n  include tasks from \"ops.drun\"\n",
        ),
        (
            "ops.drun",
            "project \"ops\":\n  set region to \"north\"\n  snippet \"s\":\n    info \"x\"\n\
             task \"work\":\n  info \"x\"\n",
        ),
    ]);
    let (_, notes) = fixture.load("spec.drun").await.unwrap();
    assert_eq!(
        notes.lines,
        [
            "  ✓  Loaded setting: ops.region",
            "  ✓  Loaded task: ops.work",
            "✓  Included ops.drun as namespace 'ops'",
        ]
    );
}

#[tokio::test]
async fn a_long_chain_of_includes_needs_no_stack() {
    const LENGTH: usize = 3000;
    let files: Vec<(String, String)> = (0..LENGTH)
        .map(|number| {
            let next = (number + 1) % LENGTH;
            let text = format!("project \"p{number}\":\n  include \"../d/{next}.drun\"\n");
            (format!("d/{number}.drun"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let names = Fixture::new(&files).names("d/0.drun").await;
    assert_eq!(names.len(), LENGTH);
    assert_eq!(names.last().map(String::as_str), Some("p0=d/0.drun"));
}
