"""A repository in which the whole pipeline has run once, at a size that only shows that it goes."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from stargan.core.measures import Measure, by_key, read_measures
from support.params import BASELINES
from support.processes import ROOT, environment
from support.stages import Stages

RUNS = ("celeba", "rafd", "both")
BASELINE_RUNS = tuple(BASELINES)
AFTER = {"compare", "figures", "study", "tally"}
SMALL = """
threads: 1
image_size: 32
synthesize: {celeba: {images: 60}, rafd: {people: 6, height: 64, gazes: [left, frontal]}}
datasets: {celeba: {test_images: 20}, rafd: {test_share: 0.34}}
classifier: {epochs: 1, batch: 16}
train:
  {batch: 4, g_filters: 4, g_blocks: 1, d_filters: 4, d_layers: 4, n_critic: 2, reconstruct_first: 1, judge_every: 0}
bookkeeping: {sample_every: 6, sample_faces: 2, checkpoint_every: 3, log_every: 3}
runs:
  celeba: {length: 6, decay: 3}
  rafd: {length: 6, decay: 3}
  both: {length: 6, decay: 3}
budget: images_per_model
icgan: {z: 4, filters: 4, encoder_filters: 4, z_units: 8, y_units: 8}
translate: {pictures: 2}
evaluate: {kid_subset: 5, bootstrap: 20, truths: 2}
compare: {faces: 2}
study: {questions: 6, validation: 1}
"""


def forking(stages: Stages, *, tracked: bool) -> dict[str, str]:
    """Return an environment in which the parent forks the stages that DVC starts."""
    own = environment()
    return own | {
        "PATH": f"{ROOT}/tests/support/bin:{own['PATH']}",
        "STAGES_DOOR": stages.door,
        "STAGES_PYTHON": sys.executable,
        "STAGES_TRACKED": "1" if tracked else "",
    }


class Repository:
    """A folder in which shell commands run; where there is a parent of stages, it starts those that DVC runs."""

    def __init__(self, path: Path, stages: Stages | None = None) -> None:
        self.path, self.stages = path, stages

    def sh(self, command: str, expect: int = 0, *, tracked: bool = False) -> str:
        """Run a shell command; return what it printed. Fails the test on another exit status."""
        own = forking(self.stages, tracked=tracked) if self.stages else environment()
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.path,
            env=own,
            text=True,
            timeout=900,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == expect, f"$ {command}\n{done.stdout[-6000:]}"
        return done.stdout

    def copied(self, path: Path) -> "Repository":
        """Return a copy, in which a test may do as it likes."""
        shutil.copytree(self.path, path, symlinks=True)
        return Repository(path, self.stages)

    def lock(self) -> str:
        """Return dvc.lock."""
        return (self.path / "dvc.lock").read_text()

    def of_experiment(self, name: str, path: str) -> str:
        """Return a file as a DVC experiment left it."""
        (reference,) = self.sh(f"git for-each-ref refs/exps --format='%(refname)' | grep '/{name}$'").split()
        return self.sh(f"git show {reference}:{path}")

    def measures(self, run: str) -> dict[str, Measure]:
        """Return the measures of a run by key."""
        return by_key(read_measures(self.path / f"metrics/evaluate/{run}.csv", ""))


def tracked_files() -> list[str]:
    """Return what git tracks of this checkout, or would: all files that it does not ignore."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(name for name in told.stdout.splitlines() if (ROOT / name).is_file())


def key() -> str:
    """Return a hash of all those files: what was built of other ones is of no use."""
    digest = hashlib.sha256()
    for name in tracked_files():
        digest.update(f"{name}\0".encode() + (ROOT / name).read_bytes())
    return digest.hexdigest()[:16]


def build(path: Path, stages: Stages) -> None:
    """Copy this checkout without its results, make everything small, and run and commit all of it."""
    for name in tracked_files():
        if not name.startswith(("metrics/", "dvc.lock")):
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, path / name)
    made = Repository(path, stages)
    (path / "profiles/small.yaml").write_text(SMALL)
    made.sh("git init -q -b main && git config user.name tester && git config user.email tester@localhost")
    made.sh("python -m stargan.profiles apply small && git add -A && git commit -qm start")
    made.sh("dvc repro")
    made.sh("git add -A && git commit -qm results")
