"""N processes that share each batch train as one does: weights, gradients, running statistics, losses."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from stargan.errors import Fault
from stargan.training.ranks import Ranks
from support.stages import Stages
from support.trainings import METHODS, training

COUNTS = [2, 4]


def results(stages: Stages, folder: Path, count: int) -> list[dict[str, Any]]:
    """Return what each of so many processes wrote; they meet as a launcher would tell them to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = [
        {
            "RANK": str(rank),
            "LOCAL_RANK": str(rank),
            "WORLD_SIZE": str(count),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(port),
        }
        for rank in range(count)
    ]
    with ThreadPoolExecutor(count) as pool:
        runs = [
            pool.submit(stages.run, folder, f"ranks.work {folder}", label=place["RANK"], environment=place)
            for place in places
        ]
    assert all(run.result().status == 0 for run in runs), [run.result() for run in runs]
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(count)]


@pytest.fixture(scope="module")
def alone(stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return results(stages, tmp_path_factory.mktemp("1"), 1)[0]


@pytest.fixture(scope="module", params=COUNTS)
def together(
    request: pytest.FixtureRequest, stages: Stages, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    count: int = request.param
    return results(stages, tmp_path_factory.mktemp(str(count)), count)


@pytest.mark.parametrize("name", METHODS)
def test_weights_after_twenty_iterations_are_those_of_one_process(
    alone: dict[str, Any], together: list[dict[str, Any]], name: str
) -> None:
    expected = alone[name]["weights"]
    for rank in together:
        found = rank[name]["weights"]
        assert found.keys() == expected.keys()
        for key, value in expected.items():
            near = 1e-7 if key.endswith(".running_mean") else 1e-9
            assert torch.allclose(found[key], value, rtol=near, atol=near, equal_nan=True), key


@pytest.mark.parametrize("name", METHODS)
def test_cycles_that_are_taken_as_one_give_what_one_process_gives(
    alone: dict[str, Any], together: list[dict[str, Any]], name: str
) -> None:
    """Catches processes that disagree on where a graph ends: nineteen images give a batch that can't be shared."""
    # Graphs of several kinds: by whose labels the targets are, by what G learns, and by what is trained.
    assert len({tuple(kind) for kind in alone[name]["graphs"]}) == {"cross": 3, "icgan": 2}.get(name, 1)
    for rank in together:
        assert rank[name]["graphs"] == alone[name]["graphs"]
        assert rank[name]["cycles"].keys() == alone[name]["cycles"].keys()
        for key, value in alone[name]["cycles"].items():
            if key in alone[name]["weights"]:
                assert torch.allclose(rank[name]["cycles"][key], value, rtol=1e-6, atol=1e-6, equal_nan=True), key


@pytest.mark.parametrize("name", METHODS)
def test_gradients_are_the_mean_over_the_whole_batch(
    alone: dict[str, Any], together: list[dict[str, Any]], name: str
) -> None:
    expected = torch.cat([gradient.flatten() for gradient in alone[name]["gradients"]])
    for rank in together:
        mean = torch.cat([gradient.flatten() for gradient in rank[name]["gradients"]])
        assert (mean - expected).norm() <= 1e-5 * expected.norm()


@pytest.mark.parametrize("name", METHODS)
def test_so_they_are_in_bfloat16(alone: dict[str, Any], together: list[dict[str, Any]], name: str) -> None:
    expected = torch.cat([gradient.flatten() for gradient in alone[name]["bf16"]])
    mean = torch.cat([gradient.flatten() for gradient in together[0][name]["bf16"]])
    assert mean.dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(mean, expected, dim=0) > 0.99


@pytest.mark.parametrize("name", METHODS)
def test_all_processes_have_the_same_bits(together: list[dict[str, Any]], name: str) -> None:
    first, *others = (rank[name]["state"] for rank in together)
    assert all(torch.equal(first[key].nan_to_num(-1), other[key].nan_to_num(-1)) for other in others for key in first)


def test_rows_share_a_batch_or_give_it_whole() -> None:
    ranks = [Ranks(rank, 4, torch.device("cpu")) for rank in range(4)]
    images = list(range(8))
    assert [images[rank.rows(8)] for rank in ranks] == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert [list(range(7))[rank.rows(7)] for rank in ranks] == [list(range(7))] * 4


def test_a_batch_that_never_can_be_shared_is_refused() -> None:
    with pytest.raises(Fault, match="train.batch = 4 can't be shared by 3 processes.*launcher"):
        training("faces", Ranks(0, 3, torch.device("cpu")))
