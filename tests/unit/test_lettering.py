"""Letters in pictures: of any script that a font here has, else what stands for them is told."""

from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Chart

from stargan.data import lettering
from stargan.data.grids import grid
from stargan.data.lettering import cut, has, lettered, width_of
from stargan.figures.curves import draw
from stargan.figures.sheet import sheet

DEJAVU = Path(matplotlib.get_data_path()) / "fonts/ttf"
CELLS = np.zeros((1, 2, 64, 64, 3), np.uint8)


@pytest.fixture(params=[(), (str(DEJAVU),)], ids=["no fonts", "DejaVu"])
def fonts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    monkeypatch.setattr(lettering, "FOLDERS", request.param)
    for function in (lettering.lettered, lettering.system_fonts):
        function.cache_clear()
    return tuple(request.param)


def test_letters_come_from_a_font_that_has_them(fonts: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert lettered("Black Hair\n+/- Male", 9, "(1)")[0] == "Black Hair\n+/- Male"
    for name in ("très triste", "Привет"):
        text, font = lettered(name, 9, "(1)")
        assert text == (name if fonts else "(1)")
        assert has(font, text)
        assert (f"letters of {name!r}: a picture has (1) for it" in capsys.readouterr().err) == (not fonts)
    text, font = lettered("喜び", 9, "(2)")
    assert text == "(2)"
    assert "'喜び': a picture has (2) for it" in capsys.readouterr().err
    lettered("喜び", 9, "(2)")
    assert capsys.readouterr().err == ""  # once


def test_pictures_differ_by_the_names_in_their_heads(fonts: tuple[str, ...]) -> None:
    """Catches boxes: they are the same for all letters that a font has not."""
    names = ["été", "ère", "нет", "喜び", "怒り"]
    grids = [grid(CELLS, ["input", name]).tobytes() for name in names]
    sheets = [sheet(CELLS[None], ["input", name], ["a"]).tobytes() for name in names]
    alone = 2 if not fonts else 4  # names that no font has are the column's number
    assert len(set(grids)) == len(set(sheets)) == (1 if not fonts else alone)


def test_a_long_name_leaves_its_neighbours_heads_alone() -> None:
    short, long = grid(CELLS, ["", "b"]), grid(CELLS, ["x" * 200, "b"])
    assert short.shape == long.shape
    assert (short[:, 66:] == long[:, 66:]).all()
    assert (short[:, :66] != long[:, :66]).any()
    assert sheet(CELLS[None], ["x" * 200, "b"], []).shape[1] < 400


def test_lines_are_cut_to_a_width() -> None:
    _, font = lettered("x", 9, "")
    text = cut(f"{'x' * 99}\nab", font, 60)
    assert text.startswith("xxx")
    assert text.endswith("...\nab")
    assert 50 < width_of(text, font) <= 60
    assert cut("ab\ncd", font, 60) == "ab\ncd"


@pytest.mark.parametrize("name", ["$x$", "_x", "a$", "très", r"$\frac$", "喜び"])
def test_legends_have_names_as_they_are(fonts: tuple[str, ...], name: str) -> None:
    """Catches a name that matplotlib takes for a formula, hides or draws as boxes, for each of which it warns."""
    table = pd.DataFrame({"iteration": [1, 2], f"g_adv_{name}": [1.0, 2.0], "g_adv_b": [1.0, 2.0]})
    chart = Chart()
    axes = chart.subplots()
    draw(axes, "a run", table, list(table.columns[1:]))
    FigureCanvasAgg(chart).draw()  # type: ignore[no-untyped-call]
    legend = axes.get_legend()
    assert legend is not None
    shown = ":559C::3073:" if name == "喜び" else name.replace("_", " ")
    assert [text.get_text() for text in legend.get_texts()] == ["g_adv", shown, "b"]
