"""Folders in which stages run: made once for all workers of a session, copied by each test that changes them."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from stargan.data.prepared import read_prepared
from stargan.judge.classifier import new_classifier
from stargan.judge.judge import Judge, write_judge
from stargan.judge.records import judge_folder
from support.interrupted import at_start
from support.params import BASELINES, ICGAN, NETWORKS, runs, write_params
from support.sets import FACES, MOODS, write_noise


def once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """Return a folder that `build` has filled, whichever worker came first."""
    root = factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder = root / "once" / name
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_name(f"{name}.lock")):
        if not folder.with_name(f"{name}.done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            folder.with_name(f"{name}.done").touch()
    return folder


def write_trainable(folder: Path, length: int, **patch: object) -> None:
    """Write params and two prepared sets of noise, for trainings of so many iterations, which no judge looks at."""
    patch = {"train__judge_every": 0} | patch
    write_params(
        folder / "params.yaml",
        threads=1,
        image_size=16,
        runs=runs(length) | BASELINES,
        budget="images_per_model",
        train__batch=4,
        **NETWORKS,
        **ICGAN,
        **patch,
    )
    write_noise(folder / "data/prepared/celeba/16", "celeba", FACES)
    write_noise(folder / "data/prepared/rafd/16", "rafd", MOODS)


def write_judges(folder: Path) -> None:
    """Write a judge of each prepared set in a workspace, with the weights that it would begin to learn from."""
    for seed, path in enumerate(sorted((folder / "data/prepared").glob("*/*"))):
        prepared = read_prepared(path)
        judge = Judge(new_classifier(prepared.kind.width, seed), prepared.kind, prepared.size, prepared.digest)
        write_judge(folder / judge_folder(prepared.dataset, prepared.size), judge, prepared.folder)


def write_workspace(folder: Path) -> None:
    """Write what trainings of 24 iterations need that are processes of their own."""
    folder.mkdir(exist_ok=True)
    write_trainable(
        folder,
        24,
        train__n_critic=3,
        bookkeeping__sample_every=4,
        bookkeeping__checkpoint_every=5,
        train__keep_every=6,
        bookkeeping__log_every=2,
    )
    at_start(folder)
