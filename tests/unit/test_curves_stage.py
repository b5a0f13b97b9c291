"""Curves and grids of several trainings side by side, from a small git repository."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages.curves import command, run
from stargan.core.files import write_bytes
from stargan.data.grids import write_png
from stargan.errors import Fault
from support.history import begin, commit_all, sh

PARAMS = b"seed: 1\nruns: {rafd: {faces: [photos, rafd]}, bare: {faces: []}}\n"


def training(tag: str, grey: int, columns: str = "iteration,g_rec_rafd,judged_error_rafd") -> None:
    """Commit a training of the run `rafd` with a grid of one grey, under a tag."""
    write_bytes(Path("params.yaml"), PARAMS)
    write_bytes(Path("metrics/losses/rafd.csv"), f"{columns}\n1,0.5,{grey}\n2,0.4,{grey}\n".encode())
    for faces, shade in (("photos", grey), ("rafd", 255)):
        write_png(Path(f"metrics/grids/rafd/{faces}.png"), np.full((4, 4, 3), shade, np.uint8))
    commit_all()
    sh("git", "tag", tag)


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two trainings, the tags `good` and `bad`."""
    begin(tmp_path, monkeypatch)
    training("good", 10)
    training("bad", 90)
    return tmp_path


def test_each_training_gives_its_own_grid_of_its_first_faces(history: Path) -> None:
    """Catches a grid of the workspace, of another revision or of other faces under a training's name."""
    run(["well=good", "ill=bad"], "rafd", Path("out"))
    assert sorted(file.name for file in Path("out").iterdir()) == ["curves.png", "ill.png", "verdicts.png", "well.png"]
    assert [np.unique(np.asarray(Image.open(f"out/{name}.png"))).tolist() for name in ("well", "ill")] == [[10], [90]]


def test_the_curves_are_those_of_the_revisions(history: Path) -> None:
    """Catches one training's table drawn in every row: two revisions of one training draw alike, others don't."""
    drawn = {}
    for name, revisions in {"same": ["a=bad", "b=HEAD"], "other": ["a=bad", "b=good"]}.items():
        run(revisions, "rafd", Path(name))
        drawn[name] = Path(name, "verdicts.png").read_bytes()
    assert drawn["same"] != drawn["other"]
    run(["a=bad", "b=bad"], "rafd", Path("again"))
    assert Path("again/verdicts.png").read_bytes() == drawn["same"]


def test_trainings_that_were_not_judged_have_no_verdicts(history: Path) -> None:
    training("unjudged", 20, "iteration,g_rec_rafd,g_cls_rafd")
    run(["plain=unjudged"], "rafd", Path("out"))
    assert sorted(file.name for file in Path("out").iterdir()) == ["curves.png", "plain.png"]
    assert Image.open(io.BytesIO(Path("out/curves.png").read_bytes())).format == "PNG"


@pytest.mark.parametrize(
    ("texts", "name", "message"),
    [
        (["good"], "rafd", r"'good' is no training; give name=revision"),
        (["=good"], "rafd", r"'=good' is no training"),
        (["a="], "rafd", r"'a=' is no training"),
        (["a=good", "a=bad"], "rafd", r"'a=bad': a is given twice"),
        (["curves=good"], "rafd", r"curves.png is another picture"),
        (["../a=good"], "rafd", r"'../a' is no name"),
        (["a=nothing"], "rafd", r"nothing: neither a git revision nor a DVC experiment"),
        (["a=good"], "celeba", r"params.yaml: at good it has no run 'celeba' with faces"),
        (["a=good"], "bare", r"params.yaml: at good it has no run 'bare' with faces"),
    ],
)
def test_a_training_that_cannot_be_drawn_is_named(history: Path, texts: list[str], name: str, message: str) -> None:
    with pytest.raises(Fault, match=message):
        run(texts, name, Path("out"))
    assert not Path("out").exists()


def test_a_run_without_results_is_named(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sh("git", "rm", "-q", "metrics/grids/rafd/photos.png")
    commit_all()
    monkeypatch.setattr("sys.argv", ["curves", "a=HEAD", "--run", "rafd", "--out", "out"])
    with pytest.raises(Fault, match=r"metrics/grids/rafd/photos.png: not in HEAD .*; name a file that this revision has"):
        command()


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "iteration,g_rec_rafd\n1,none\n", "iteration,x\n,1\n"])
def test_a_file_that_is_no_loss_table_is_named(history: Path, content: str) -> None:
    Path("metrics/losses/rafd.csv").write_text(content)
    commit_all()
    with pytest.raises(Fault, match=r"metrics/losses/rafd.csv: at HEAD it is no loss table; name another revision"):
        run(["a=HEAD"], "rafd", Path("out"))
    assert not Path("out").exists()
