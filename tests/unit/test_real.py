"""Features of real images are computed once for the same network, images and code, and never for others."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from bench.setup import noise
from stargan.data.prepared import Prepared
from stargan.evaluation import real
from stargan.evaluation.protocol import Protocol
from stargan.evaluation.real import real_features
from stargan.judge.classifier import new_classifier
from stargan.judge.judge import Judge

PROTOCOL = Protocol(neutral={}, kid_subset=2, bootstrap=1, truths=1, seed=1)


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    return replace(noise("noise", 32, 2, 6), images_sha256="images")


def counted(given: float) -> tuple[Callable[[np.ndarray, np.ndarray], Tensor], list[int]]:
    """Return features that are all the same, and how many images were looked at each time."""
    calls: list[int] = []

    def features(images: np.ndarray, positions: np.ndarray) -> Tensor:
        calls.append(len(positions))
        return torch.full((len(positions), 3), given)

    return features, calls


def judge_of(prepared: Prepared) -> Judge:
    return Judge(new_classifier(2, 1), prepared.kind, 32, "images", weights_sha256="w")


def test_the_same_is_computed_once(prepared: Prepared) -> None:
    features, calls = counted(1.5)
    protocol = replace(PROTOCOL, features=features, weights_sha256="a")
    first, second = (real_features(prepared, judge_of(prepared), protocol) for _ in range(2))
    assert calls == [6]
    assert torch.equal(first, second)


@pytest.mark.parametrize("block", [1, 4, 6])
def test_they_are_written_block_by_block(prepared: Prepared, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(real, "BLOCK", block)
    asked = []

    def features(images: np.ndarray, positions: np.ndarray) -> Tensor:
        asked.append(len(positions))
        return torch.from_numpy(images[positions].reshape(len(positions), -1)[:, :7].astype(np.float32))

    found = real_features(prepared, judge_of(prepared), replace(PROTOCOL, features=features, weights_sha256="a"))
    assert np.array_equal(found, prepared.images.reshape(6, -1)[:, :7])
    assert asked == {1: [1] * 6, 4: [4, 2], 6: [6]}[block]


@pytest.mark.parametrize("change", ["weights", "images", "positions", "threads", "device"])
def test_what_differs_is_computed_anew(prepared: Prepared, change: str) -> None:
    judge, threads = judge_of(prepared), torch.get_num_threads()
    real_features(prepared, judge, replace(PROTOCOL, features=counted(1.0)[0], weights_sha256="a"))
    features, calls = counted(2.0)
    if change == "images":
        prepared = replace(prepared, images_sha256="others")
    if change == "positions":
        prepared = replace(prepared, rows=prepared.rows.assign(split=["train"] * 5 + ["test"]))
    try:
        torch.set_num_threads(threads + (change == "threads"))
        device, weights = "a GPU" if change == "device" else "cpu", "b" if change == "weights" else "a"
        protocol = replace(PROTOCOL, features=features, weights_sha256=weights, device=device)
        found = real_features(prepared, judge, protocol)
    finally:
        torch.set_num_threads(threads)
    assert calls
    assert (found == 2.0).all()


def test_of_weights_without_a_hash_nothing_is_kept(prepared: Prepared) -> None:
    features, calls = counted(1.0)
    for _ in range(2):
        real_features(prepared, judge_of(prepared), replace(PROTOCOL, features=features))
    assert calls == [6, 6]
    assert not Path("data").exists()


def test_a_broken_file_is_named_and_computed_anew(prepared: Prepared, capsys: pytest.CaptureFixture[str]) -> None:
    first = real_features(prepared, judge_of(prepared), PROTOCOL).clone()
    (path,) = Path("data/cache").glob("*/features.npy")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert torch.equal(real_features(prepared, judge_of(prepared), PROTOCOL), first)
    assert f"{path.parent}: computed anew (its content has changed)" in capsys.readouterr().err
    assert torch.equal(first, judge_of(prepared).see(prepared.images, np.arange(6)).features)
