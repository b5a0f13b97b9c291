"""The figures stage: what it reads, writes and refuses."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from stages import figures as stage
from stargan import tracking
from stargan.core.measures import Measure, write_measures
from stargan.core.params import Params, load
from stargan.data.prepared import Prepared
from stargan.errors import Fault

# The stage
from support.coloured import CROSS, OWN_LOOKS, OWN_MOODS, SIZE, WRONG, coloured_sets, write_run


@pytest.fixture
def sets(tmp_path: Path) -> dict[str, Prepared]:
    return coloured_sets(tmp_path)


@pytest.fixture
def params() -> Params:
    base = load()
    run = base.runs["both"].model_copy(
        update={"datasets": ["looks"], "faces": ["looks", "moods"], "labels": [], "image_size": SIZE}
    )
    compare = base.compare.model_copy(
        update={"attributes": ["star"], "expressions": ["both", "diat"], "single": "alone", "joint": "both", "faces": 2}
    )
    names = ("star", "both", "diat", "alone")
    return base.model_copy(update={"runs": dict.fromkeys(names, run), "compare": compare})


def write_stage(root: Path, runs: Mapping[str, Any]) -> None:
    """Write what the stage reads beside the prepared sets."""
    for name, rows in runs.items():
        write_run(root / "data/translations" / name, rows)
        (root / "metrics/losses").mkdir(parents=True, exist_ok=True)
        (root / "metrics/evaluate").mkdir(parents=True, exist_ok=True)
        (root / f"metrics/losses/{name}.csv").write_text("iteration,d_real_looks,g_rec_looks\n1,0.5,0.25\n2,0.4,\n")
        write_measures(root / f"metrics/evaluate/{name}.csv", [Measure("cross_sharpness", "moods", "", 0.5)])


RUNS = {
    "star": OWN_LOOKS,
    "both": [*OWN_LOOKS, *OWN_MOODS, *CROSS, *WRONG],
    "diat": OWN_MOODS[:1],
    "alone": [*OWN_MOODS, *CROSS],
}
FILES = ["curves.png", *(f"figure{number}.png" for number in (1, 4, 5, 6, 7))]


@pytest.fixture
def untracked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Track nothing; return the names of the artifacts that were logged."""
    logged: list[str] = []
    monkeypatch.setattr(tracking, "find_spec", lambda _: None)
    monkeypatch.setattr(tracking.Run, "log_artifact", lambda _, path, folder: logged.append(f"{folder}/{path.name}"))
    return logged


@pytest.mark.usefixtures("sets")
def test_the_stage_writes_the_same_figures_twice(
    params: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, untracked: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_stage(tmp_path, RUNS)
    stage.run(params)
    written = {path.name: path.read_bytes() for path in sorted(Path("metrics/figures").iterdir())}
    assert list(written) == FILES
    assert untracked == [f"figures/{name}" for name in FILES]
    assert all(Image.open(io.BytesIO(content)).format == "PNG" for content in written.values())
    stage.run(params)
    assert {path.name: path.read_bytes() for path in Path("metrics/figures").iterdir()} == written
    Path("metrics/losses/both.csv").write_text("iteration,d_real_looks,judged_error_looks\n1,0.5,\n2,0.4,80\n")
    stage.run(params)
    assert [path.name for path in sorted(Path("metrics/figures").iterdir())] == [*FILES, "verdicts.png"]


@pytest.mark.usefixtures("sets", "untracked")
@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("data/translations/diat/translations.json", "data/translations/diat: .*run the translate stage"),
        ("metrics/evaluate/alone.csv", "metrics/evaluate/alone.csv: no measures there"),
        ("metrics/losses/star.csv", "metrics/losses/star.csv: missing; run the stage that trains star"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_written(
    missing: str, told: str, params: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_stage(tmp_path, RUNS)
    Path(missing).unlink()
    with pytest.raises(Fault, match=told):
        stage.run(params)
    assert not Path("metrics/figures").exists()


@pytest.mark.usefixtures("sets", "untracked")
def test_two_runs_of_other_sizes_in_one_figure_are_refused(
    params: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_stage(tmp_path, {name: rows for name, rows in RUNS.items() if name != "alone"})
    write_run(tmp_path / "data/translations/alone", RUNS["alone"], size=16)
    with pytest.raises(Fault, match="compare.single = alone has images of 16 px, compare.joint = both of 8; name runs"):
        stage.run(params)


def test_only_listed_runs_are_read(params: Params) -> None:
    assert stage.listed(params.compare) == ["star", "both", "diat", "alone"]
    fewer = params.compare.model_copy(update={"expressions": ["both"], "single": "both"})
    assert stage.listed(fewer) == ["star", "both"]
