"""Cells: faults injected into stages. A cell tells its fault, stage and outcome; one that tells nothing fails."""

import itertools
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import BASELINES, FACES, MOODS, write_noise, write_params

from faults.cells import DEGRADED, IDENTICAL, REFUSED, Stages, Tell


@pytest.fixture(scope="session")
def stages() -> Iterator[Stages]:
    """The parent of all stages of this worker."""
    made = Stages()
    yield made
    made.close()


@pytest.fixture(scope="session")
def trainable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two prepared sets of noise, for trainings of a dozen iterations."""
    folder = tmp_path_factory.mktemp("trainable") / "w"
    folder.mkdir()
    short = {"labels": [], "image_size": 16, "unit": "iterations", "length": 12, "decay": 6}
    write_params(
        folder / "params.yaml", threads=1, train__batch=4, train__g_filters=4, train__g_blocks=1, train__d_filters=4,
        train__d_layers=2, train__n_critic=3, train__sample_every=6, train__checkpoint_every=2, train__keep_every=6,
        train__log_every=2, data__sizes=[16, 32],
        runs__both=short | {"datasets": ["celeba", "rafd"], "faces": ["celeba", "rafd"]},
        runs__celeba=short | {"datasets": ["celeba"], "faces": ["celeba"]},
        runs__rafd=short | {"datasets": ["rafd"], "faces": ["rafd", "celeba"]}, budget="images_per_model",
        icgan__filters=4, icgan__encoder_filters=4, icgan__z_units=8, icgan__y_units=8, baselines=BASELINES,
    )  # fmt: skip
    write_noise(folder / "data/prepared/celeba-16", "celeba", FACES)
    write_noise(folder / "data/prepared/rafd-16", "rafd", MOODS)
    return folder


SMALL = {
    "threads": 1, "data__sizes": [16], "synthesize__celeba": {"images": 60, "seed": 1},
    "synthesize__rafd": {"people": 12, "seed": 2, "height": 64, "angles": [90], "gazes": ["frontal"]},
    "data__celeba__test_images": 20, "classifier__epochs": 1, "classifier__batch": 16, "translate__pictures": 2,
    "evaluate__kid_subset": 5, "evaluate__bootstrap": 20, "evaluate__truths": 4, "translate__batch": 16,
    "compare__attributes": ["celeba"], "compare__expressions": ["rafd"], "baselines": {},
    "study__questions": 6, "study__validation": 1, "compare__faces": 2,
}  # fmt: skip
RUNS = {
    "celeba": {"datasets": ["celeba"], "faces": ["celeba"], "labels": []},
    "rafd": {"datasets": ["rafd"], "faces": ["rafd", "celeba"], "labels": []},
    "both": {"datasets": ["celeba", "rafd"], "faces": ["celeba", "rafd"], "labels": []},
}
TINY = {"image_size": 16, "unit": "iterations", "length": 2, "decay": 1}
CHAIN = (
    "synthesize celeba", "synthesize rafd", "prepare celeba 16", "prepare rafd 16", "classifier celeba 16",
    "classifier rafd 16", *(f"{stage} {run}" for stage in ("train", "translate", "evaluate") for run in RUNS),
    "study", "tally", "compare",
)  # fmt: skip


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory, stages: Stages) -> Path:
    """A workspace in which every stage has run once, without a fault."""
    folder = tmp_path_factory.mktemp("pipeline") / "w"
    folder.mkdir()
    write_params(
        folder / "params.yaml", **SMALL, train__batch=4, train__g_filters=4, train__g_blocks=1, train__d_filters=4,
        train__d_layers=2, train__n_critic=1, runs={name: run | TINY for name, run in RUNS.items()},
    )  # fmt: skip
    (folder / "data/votes").mkdir(parents=True)
    for command in CHAIN:
        ended = stages.run(folder, command)
        assert ended.status == 0, (command, ended)
    return folder


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
    parser.addoption("--minutes", type=float, default=1.0, help="how long trainings are killed again and again")


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Write the table of cells."""
    told = [dict(report.user_properties)["cell"] for report in terminalreporter.stats.get("passed", [])
            if "cell" in dict(report.user_properties)]  # fmt: skip
    families = Counter(family for family, *_ in told)
    terminalreporter.write_line(f"{len(told)} cells: {', '.join(f'{n} {f}' for f, n in sorted(families.items()))}")
    if config.getoption("--table") and exitstatus == 0:
        Path(config.getoption("--table")).write_text(table(told))


def table(told: list[list[str]]) -> str:
    """Return the page that shows the cells: by family and outcome, then each fault, stage, outcome and count."""
    outcomes = (IDENTICAL, DEGRADED, REFUSED)
    sums = Counter((family, outcome) for family, _, _, outcome in told)
    lines = [
        "# Reliability", "",
        "What faults do to the stages, as `make test-faults` finds it: each cell is a test that injects a fault, proves",
        f"that it was injected, and holds the outcome. {len(told)} cells, none silently wrong.", "",
        f"| family | {' | '.join(outcomes)} | cells |", f"|---|{'---:|' * 4}",
    ]  # fmt: skip
    for family in sorted({family for family, *_ in told}):
        counts = [sums[family, outcome] for outcome in outcomes]
        lines.append(f"| {family} | {' | '.join(map(str, counts))} | {sum(counts)} |")
    lines += ["", "| family | fault | stage | outcome | cells |", "|---|---|---|---|---:|"]
    lines += [f"| {' | '.join(cell)} | {n} |" for cell, n in sorted(Counter(map(tuple, told)).items())]
    return "\n".join(lines) + "\n"
