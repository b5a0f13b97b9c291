"""Mean and spread over seeds, from small git repositories and one experiment that DVC itself made."""

import json
import os
import sys
from pathlib import Path
from statistics import stdev

import pandas as pd
import pytest

from stages import summary
from stargan.comparison.revisions import commit_of, read_revision
from stargan.core.files import write_bytes, write_json
from stargan.core.measures import Measure, write_measures
from stargan.errors import Fault
from support.history import begin, commit_all, sh

ERROR = "metrics/evaluate/rafd.json:error"
SIZE = "metrics/evaluate/rafd.json:image_size"


def commit(seed: int, error: float, lambda_cls: float = 1.0) -> str:
    """Commit params and metrics; return the hash."""
    write_bytes(Path("params.yaml"), f"seed: {seed}\ntrain: {{lambda_cls: {lambda_cls}, g_lr: 1e-4}}\n".encode())
    values = {"error": error, "image_size": 32, "made": "here", "rafd": {"error": error + 1}}
    write_json(Path("metrics/evaluate/rafd.json"), values)
    write_measures(Path("metrics/evaluate/rafd.csv"), [Measure("error", "rafd", "angry", error + 2)])
    return commit_all()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty git repository, the current folder."""
    begin(tmp_path, monkeypatch)
    return tmp_path


@pytest.fixture
def history(repository: Path) -> Path:
    """Seeds 1 to 3 with errors 2, 3 and 7 as tags s1 to s3, and a variant without class loss as tag `no-cls`."""
    for seed, error in ((1, 2.0), (2, 3.0), (3, 7.0)):
        commit(seed, error)
        sh("git", "tag", f"s{seed}")
    commit(1, 80.0, lambda_cls=0.0)
    sh("git", "tag", "no-cls")
    return repository


def experiment(name: str, commit: str, baseline: str) -> None:
    """Make a ref such as DVC's experiments have."""
    sh("git", "update-ref", f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}", commit)


def test_one_two_and_three_seeds(history: Path) -> None:
    found = summary.run(["one=s1", "two=s1,s2", "three=s1,s2,s3", "no cls loss=no-cls"], [ERROR, SIZE], None)
    assert found.splitlines()[:6] == [
        "| variant | seeds | rafd: error | rafd: image_size |",
        "| --- | --- | --- | --- |",
        "| one | 1 (1) | 2.00 | 32.00 |",
        "| two | 2 (1, 2) | 2.50 (2.00 to 3.00) | 32.00 (32.00 to 32.00) |",
        f"| three | 3 (1, 2, 3) | 4.00 ± {stdev([2, 3, 7]):.2f} | 32.00 ± 0.00 |",
        "| no cls loss | 1 (1) | 80.00 | 32.00 |",
    ]
    assert summary.NOTE in found


def test_files_hold_what_is_printed(history: Path) -> None:
    found = summary.run(["three=s1,s2,s3", "two=s3,s1"], [ERROR], Path("out/ablations.md"))
    assert Path("out/ablations.md").read_text() == found
    table = pd.read_csv("out/ablations.csv")
    assert list(table) == ["variant", "path", "key", "n", "seeds", "mean", "low", "high", "deviation"]
    assert table.iloc[0].tolist()[3:] == [3, "1 2 3", 4, 2, 7, pytest.approx(stdev([2, 3, 7]), abs=1e-6)]
    assert table.iloc[1].tolist()[:8] == ["two", "metrics/evaluate/rafd.json", "error", 2, "3 1", 4.5, 2, 7]
    assert table["deviation"].isna().tolist() == [False, True]


def test_the_working_tree_is_not_read(history: Path) -> None:
    write_json(Path("metrics/evaluate/rafd.json"), {"error": 1.0, "image_size": 8})
    assert "| 80.00 |" in summary.run(["now=HEAD"], [ERROR], None)


def test_a_folder_within_a_repository(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("project").mkdir()
    monkeypatch.chdir("project")
    commit(5, 4.0)
    assert "| 1 (5) | 4.00 |" in summary.run(["now=HEAD"], [ERROR], None)


def test_an_experiment_is_known_by_its_name(history: Path) -> None:
    experiment("s2", commit_of("no-cls"), commit_of("s1"))  # a tag has this name too
    experiment("other", commit_of("s3"), commit_of("s1"))
    assert read_revision("s2").params["train.lambda_cls"] == 0
    assert read_revision("other").seed == 3


def test_a_name_of_two_experiments_is_refused(history: Path) -> None:
    for baseline in ("s1", "s2"):
        experiment("twice", commit_of("s3"), commit_of(baseline))
    with pytest.raises(Fault, match="twice: 2 DVC experiments have this name; give one's commit"):
        commit_of("twice")


def test_keys_of_tables_and_of_nested_values(history: Path) -> None:
    table = summary.run(
        ["a=s2"], ["metrics/evaluate/rafd.json:rafd.error", "metrics/evaluate/rafd.csv:error/rafd/angry"], None
    )
    assert "| a | 1 (2) | 4.00 | 5.00 |" in table


@pytest.mark.parametrize(
    ("variants", "keys", "said"),
    [
        (["a=s1"], ["metrics/evaluate/rafd.csv:error/rafd"], "at s1 it has no number 'error/rafd'"),
        (["a=s1,s1"], [ERROR], "a: s1 and s1 both have seed 1"),
        (["a=s2,no-cls"], [ERROR], "a: train.lambda_cls is 1.0 at s2 and 0.0 at no-cls; give revisions that differ in seed"),
        (["a=s1,s9"], [ERROR], "s9: neither a git revision nor a DVC experiment"),
        (["s1"], [ERROR], "'s1' is no variant"),
        (["a=s1,,s2"], [ERROR], "'a=s1,,s2' is no variant"),
        (["a=s1"], ["error"], "'error' is no key"),
        (["a=s1"], ["metrics/evaluate/both.json:x"], "metrics/evaluate/both.json: not in s1"),
        (["a=s1"], ["metrics/evaluate/rafd.json:wrong"], "at s1 it has no number 'wrong'"),
        (["a=s1"], ["metrics/evaluate/rafd.json:made"], "at s1 it has no number 'made'"),
        (["a=s1"], ["params.yaml:seed"], "params.yaml: at s1 it is neither JSON nor measures"),
    ],
)
def test_what_cannot_be_summed_up(history: Path, variants: list[str], keys: list[str], said: str) -> None:
    with pytest.raises(Fault, match=said):
        summary.run(variants, keys, Path("ablations.md"))
    assert not Path("ablations.md").exists()


def test_a_param_that_one_lacks_is_named(repository: Path) -> None:
    first = commit(1, 2.0)
    Path("params.yaml").write_text("seed: 2\ntrain: {lambda_cls: 1.0}\n")
    sh("git", "commit", "--quiet", "--all", "--message", "two")
    with pytest.raises(Fault, match=r"train.g_lr is 0.0001 at .* and absent at HEAD"):
        summary.run([f"a={first},HEAD"], [ERROR], None)


@pytest.mark.parametrize("params", ["train: {}\n", "seed: one\n", "[1, 2]\n", "seed: {\n"])
def test_params_without_a_seed(repository: Path, params: str) -> None:
    commit(1, 2.0)
    Path("params.yaml").write_text(params)
    sh("git", "commit", "--quiet", "--all", "--message", "two")
    with pytest.raises(Fault, match=r"params.yaml: at HEAD it has no seed"):
        summary.run(["a=HEAD"], [ERROR], None)


def test_only_markdown_is_written(history: Path) -> None:
    with pytest.raises(Fault, match="--out table.txt: not a .md file"):
        summary.run(["a=s1"], [ERROR], Path("table.txt"))


def test_an_experiment_that_dvc_made(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DVC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(repository / ".site"))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    dvc = str(Path(sys.executable).parent / "dvc")
    code = "import json, re; print(json.dumps({'e': 10 * int(re.findall('seed: (.*)', open('params.yaml').read())[0])}))"
    stage = {
        "cmd": f'"{sys.executable}" -c "{code}" > m.json',
        "params": ["seed"],
        "metrics": [{"m.json": {"cache": False}}],
    }
    Path("dvc.yaml").write_text(json.dumps({"stages": {"one": stage}}))
    Path("params.yaml").write_text("seed: 1\n")
    Path(".gitignore").write_text(".site\n")
    sh(dvc, "init", "--quiet")
    sh(dvc, "repro", "--quiet")
    sh("git", "add", ".")
    sh("git", "commit", "--quiet", "--message", "one")
    sh(dvc, "exp", "run", "--quiet", "--name", "seed-2", "--set-param", "seed=2")
    assert "| a | 2 (1, 2) | 15.00 (10.00 to 20.00) |" in summary.run(["a=HEAD,seed-2"], ["m.json:e"], None)


def test_revisions_of_other_code_are_not_put_together(history: Path) -> None:
    Path("stargan").mkdir()
    Path("stargan/losses.py").write_text("changed = True\n")
    commit(4, 5.0)
    sh("git", "tag", "s4")
    with pytest.raises(Fault, match="same: stages or stargan differ between s1 and s4; run the experiments again on one"):
        summary.run(["same=s1,s4"], [ERROR], None)


@pytest.mark.parametrize("key", ["error/mine/a:b", "error/mine/x.json:y", "rafd.error"])
def test_a_key_may_hold_what_parts_it_from_its_file(key: str) -> None:
    assert summary.key_of(f"metrics/evaluate/run.csv:{key}") == summary.Key("metrics/evaluate/run.csv", key)
