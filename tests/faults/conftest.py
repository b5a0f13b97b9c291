"""Cells: faults injected into stages. A cell tells its fault, stage and outcome; one that tells nothing fails."""

import functools
import itertools
import json
import shutil
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from faults.cells import DEGRADED, IDENTICAL, REFUSED, Tell, Whole
from support.params import NETWORKS, runs, write_params
from support.processes import hashes
from support.stages import Stages
from support.workspaces import once, write_trainable


@pytest.fixture(scope="session")
def trainable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two prepared sets of noise, for trainings of a dozen iterations."""

    def write(folder: Path) -> None:
        write_trainable(
            folder,
            12,
            train__n_critic=3,
            bookkeeping__sample_every=12,
            bookkeeping__checkpoint_every=2,
            train__keep_every=6,
            bookkeeping__log_every=2,
        )

    return once(tmp_path_factory, "trainable", write)


SMALL = {
    "threads": 1,
    "image_size": 16,
    "synthesize__celeba": {"images": 60, "seed": 1},
    "synthesize__rafd": {"people": 12, "seed": 2, "height": 64, "angles": [90], "gazes": ["frontal"]},
    "datasets__celeba__test_images": 20,
    "classifier__epochs": 1,
    "classifier__batch": 16,
    "translate__pictures": 2,
    "evaluate__kid_subset": 5,
    "evaluate__bootstrap": 20,
    "evaluate__truths": 2,
    "translate__batch": 16,
    "compare__attributes": ["celeba"],
    "compare__expressions": ["rafd"],
    "study__questions": 6,
    "study__validation": 1,
    "compare__faces": 2,
    "translate__targets": {"celeba": ["Brown_Hair", "~Male+~Young"], "rafd": []},
}
SHORT = {"train__batch": 4, "train__n_critic": 1, "train__judge_every": 1000}  # and so judged at the end
CHAIN = (
    "synthesize celeba",
    "synthesize rafd",
    "prepare celeba",
    "prepare rafd",
    "classifier celeba",
    "classifier rafd",
    *(f"{stage} {run}" for stage in ("train", "translate", "evaluate") for run in runs(2)),
    "study",
    "tally",
    "compare",
)


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory, stages: Stages) -> Path:
    """A workspace in which every stage has run once, without a fault."""

    def write(folder: Path) -> None:
        write_params(folder / "params.yaml", **SMALL, **NETWORKS, **SHORT, runs=runs(2))
        (folder / "data/votes").mkdir(parents=True)
        for command in CHAIN:
            ended = stages.run(folder, command)
            assert ended.status == 0, (command, ended)

    return once(tmp_path_factory, "pipeline", write)


@pytest.fixture(scope="session")
def whole(request: pytest.FixtureRequest, stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Tell the hashes that a command leaves which nothing disturbs: it runs once a session."""

    def asked(command: str) -> dict[str, str]:
        def run(folder: Path) -> None:
            workspace = request.getfixturevalue("trainable" if command.startswith("train ") else "pipeline")
            work = shutil.copytree(workspace, folder / "w")
            ended = stages.run(work, command)
            assert ended.status == 0, ended
            (folder / "hashes.json").write_text(json.dumps(hashes(work)))
            shutil.rmtree(work)

        return dict(json.loads((once(tmp_path_factory, f"whole {command}", run) / "hashes.json").read_text()))

    return functools.cache(asked)


TABLE = {
    "form": "attributes",
    "path": "data/raw",
    "images": "set",
    "attributes": "table",
    "partition": "none",
    "labels": ["Bald", "Young"],
    "exclusive": [],
    "crop": 178,
    "split": "random",
    "test_images": 2,
    "seed": 1,
    "bad_images": "stop",
}


@pytest.fixture(scope="session")
def params(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """params.yaml that reads data/raw/set, be it a zip or a folder."""
    path = tmp_path_factory.mktemp("params") / "params.yaml"
    write_params(
        path,
        threads=1,
        image_size=16,
        datasets={"celeba": TABLE},
        runs={
            "celeba": {
                "method": "stargan",
                "datasets": ["celeba"],
                "faces": ["celeba"],
                "labels": [],
                "unit": "iterations",
                "length": 2,
                "decay": 1,
            }
        },
        translate__targets={},
        evaluate__neutral={},
        compare__attributes=["celeba"],
        compare__expressions=["celeba"],
        compare__single="celeba",
        compare__joint="celeba",
    )
    return path


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[Path], Path]:
    """Copy a workspace, for one cell to damage."""
    number = itertools.count()
    return lambda folder: Path(shutil.copytree(folder, tmp_path / f"w{next(number)}"))


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Tell family, fault, stage and outcome of this cell, once its assertions hold."""

    def telling(family: str, fault: str, stage: str, outcome: str) -> None:
        assert outcome in (IDENTICAL, DEGRADED, REFUSED)
        record_property("cell", [family, fault, stage, outcome])

    return telling


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a cell that passed without telling what it showed."""
    report = yield
    if report.when == "call" and report.passed and not any(name == "cell" for name, _ in item.user_properties):
        report.outcome, report.longrepr = "failed", f"{item.nodeid}: told no cell"
    return report


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --table, the file that the cells are written to, and --minutes, the length of the soak."""
    parser.addoption("--table", help="write the table of cells here, where all passed")
    parser.addoption("--minutes", type=float, default=0.5, help="how long trainings are killed again and again")


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Write the table of cells."""
    told = [
        dict(report.user_properties)["cell"]
        for report in terminalreporter.stats.get("passed", [])
        if "cell" in dict(report.user_properties)
    ]
    families = Counter(family for family, *_ in told)
    terminalreporter.write_line(f"{len(told)} cells: {', '.join(f'{n} {f}' for f, n in sorted(families.items()))}")
    if config.getoption("--table") and exitstatus == 0:
        Path(config.getoption("--table")).write_text(table(told))


def table(told: list[list[str]]) -> str:
    """Return the page that shows the cells: by family and outcome, then each fault, stage, outcome and count."""
    outcomes = (IDENTICAL, DEGRADED, REFUSED)
    sums = Counter((family, outcome) for family, _, _, outcome in told)
    lines = [
        "# Reliability",
        "",
        "What faults do to the stages, as `make test-faults` finds it: each cell is a test that injects a fault, proves",
        f"that it was injected, and holds the outcome. {len(told)} cells, none silently wrong.",
        "",
        f"| family | {' | '.join(outcomes)} | cells |",
        f"|---|{'---:|' * 4}",
    ]
    for family in sorted({family for family, *_ in told}):
        counts = [sums[family, outcome] for outcome in outcomes]
        lines.append(f"| {family} | {' | '.join(map(str, counts))} | {sum(counts)} |")
    lines += ["", "| family | fault | stage | outcome | cells |", "|---|---|---|---|---:|"]
    lines += [f"| {' | '.join(cell)} | {n} |" for cell, n in sorted(Counter(map(tuple, told)).items())]
    return "\n".join(lines) + "\n"
