"""Workspaces in which stages run as users run them: as processes, in a folder of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stargan.data.prepared import write_manifest
from stargan.domains import Attributes, Classes, LabelKind
from stargan.files import sha256
from stargan.params import read_yaml

ROOT = Path(__file__).parents[2]
HAIR = ("Black_Hair", "Blond_Hair", "Brown_Hair")
FACES = Attributes((*HAIR, "Male", "Young"), (HAIR,))
MOODS = Classes(("angry", "happy", "neutral"))


BASELINES = {
    f"{method}-rafd": {
        "method": method, "like": "rafd", "datasets": ["rafd"], "faces": ["rafd"], "labels": [], "image_size": 16,
        "pairs": [] if method == "icgan" else [["neutral", "happy"], ["neutral", "angry"]],
    } for method in ("diat", "cyclegan", "icgan")
}  # fmt: skip
RUNS = ("celeba", "rafd", "both")
BASELINE_RUNS = tuple(BASELINES)
AFTER = {"compare", "figures", "study", "tally"}
SMALL = """
threads: 1
synthesize: {celeba: {images: 60}, rafd: {people: 6}}
data: {celeba: {test_images: 20}, rafd: {test_share: 0.34}}
classifier: {epochs: 1, batch: 16}
train: {batch: 4, g_filters: 4, g_blocks: 1, d_filters: 4, n_critic: 2, sample_every: 10, checkpoint_every: 5, log_every: 5}
runs:
  celeba: {length: 10, decay: 5}
  rafd: {length: 10, decay: 5}
  both: {length: 10, decay: 5}
budget: images_per_model
icgan: {z: 4, filters: 4, encoder_filters: 4, z_units: 8, y_units: 8}
translate: {pictures: 2}
evaluate: {kid_subset: 5, bootstrap: 20}
compare: {faces: 2}
study: {questions: 6, validation: 1}
"""


def environment() -> dict[str, str]:
    """Return the environment of a stage: this environment's commands, nothing of an outer DVC or MLflow."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DVC_", "MLFLOW_", "GIT_"))}
    path = f"{Path(sys.executable).parent}:{kept['PATH']}"
    return kept | {"PATH": path, "DVC_NO_ANALYTICS": "1"}


def stage(module: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m MODULE` of this checkout in `cwd`."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300,
        env=environment() | {"PYTHONPATH": f"{ROOT}:{cwd}"},
    )  # fmt: skip


def write_params(path: Path, **patch: object) -> None:
    """Write params.yaml with dotted keys (a__b) changed; JSON is YAML."""
    values = read_yaml(ROOT / "params.yaml")
    for key, value in patch.items():
        *parents, last = key.split("__")
        section = values
        for parent in parents:
            section = section[parent]
        section[last] = value
    path.write_text(json.dumps(values))


def write_noise(folder: Path, dataset: str, kind: LabelKind, count: int = 12, size: int = 16) -> None:
    """Write a prepared dataset of noise; the last four images are the test split."""
    random = np.random.default_rng(count + kind.width)
    folder.mkdir(parents=True)
    np.save(folder / "images.npy", random.integers(0, 256, (count, size, size, 3), dtype=np.uint8))
    np.save(folder / "labels.npy", np.eye(kind.width, dtype=np.uint8)[np.arange(count) % kind.width])
    rows = pd.DataFrame({
        "source": [f"{i}.png" for i in range(count)], "person": [str(i % 3) for i in range(count)],
        "split": ["train"] * (count - 4) + ["test"] * 4,
    })  # fmt: skip
    write_manifest(
        folder, dataset=dataset, kind=kind, rows=rows, origin={"kind": "files"},
        crop={}, quarantined=[], images_sha256=sha256(np.load(folder / "images.npy")),
    )  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with params.yaml and two prepared datasets of noise, for short trainings."""
    short = {"labels": [], "image_size": 16, "unit": "iterations", "length": 24, "decay": 12}
    write_params(
        tmp_path / "params.yaml", threads=1, train__batch=4, train__g_filters=4, train__g_blocks=1, train__d_filters=4,
        train__d_layers=2, train__n_critic=3, train__sample_every=4, train__checkpoint_every=5, train__keep_every=6,
        train__log_every=2, data__sizes=[16, 32],
        runs__both=short | {"datasets": ["celeba", "rafd"], "faces": ["celeba", "rafd"]},
        runs__rafd=short | {"datasets": ["rafd"], "faces": ["rafd", "celeba"]}, budget="images_per_model",
        icgan__filters=4, icgan__encoder_filters=4, icgan__z_units=8, icgan__y_units=8, baselines=BASELINES,
    )  # fmt: skip
    write_noise(tmp_path / "data/prepared/celeba-16", "celeba", FACES)
    write_noise(tmp_path / "data/prepared/rafd-16", "rafd", MOODS)
    return tmp_path


class Repository:
    """A repository with this checkout's files, in which shell commands run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def sh(self, command: str, expect: int = 0) -> str:
        """Run a shell command; return what it printed. Fails the test on another exit status."""
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.path, env=environment(), text=True, timeout=900,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == expect, f"$ {command}\n{done.stdout[-6000:]}"
        return done.stdout

    def lock(self) -> str:
        """Return dvc.lock."""
        return (self.path / "dvc.lock").read_text()

    def of_experiment(self, name: str, path: str) -> str:
        """Return a file as a DVC experiment left it."""
        (reference,) = self.sh(f"git for-each-ref refs/exps --format='%(refname)' | grep '/{name}$'").split()
        return self.sh(f"git show {reference}:{path}")

    def metrics(self, run: str) -> dict[str, float]:
        """Return the metrics of a run."""
        return dict(json.loads((self.path / f"metrics/evaluate/{run}.json").read_text()))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A committed repository in which the pipeline has run once."""
    path = tmp_path_factory.mktemp("repository")
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in names.stdout.splitlines():
        if (ROOT / name).is_file() and not name.startswith(("metrics/", "dvc.lock")):
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, path / name)
    made = Repository(path)
    (path / "profiles/small.yaml").write_text(SMALL)
    made.sh("git init -q -b main && git config user.name tester && git config user.email tester@localhost")
    made.sh("python -m stargan.profiles apply small && git add -A && git commit -qm start")
    made.sh("dvc repro")
    made.sh("git add -A && git commit -qm results")
    return made
