"""Training curves: which lines they show, and of what."""

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as Chart
from PIL import Image

from stargan.figures.curves import curves, draw, judged, split, verdicts

# Curves


def test_a_terms_name_tells_what_it_is_of() -> None:
    assert [split(term) for term in ("d_real", "d_real_rafd", "g_id_neutral_to_happy", "loss")] == [
        ("d_real", ""),
        ("d_real", "rafd"),
        ("g_id", "neutral to happy"),
        ("loss", ""),
    ]


def test_lines_are_running_medians_of_what_was_trained() -> None:
    values = np.arange(100.0)
    values[50] = 1e6  # one wild step
    table = pd.DataFrame({"iteration": 20 * np.arange(1, 101), "g_rec_a": values, "g_rec_b": np.nan, "g_cls_a": 1.0})
    table.loc[:49, "g_rec_b"] = 3.0
    axes = Chart().subplots()
    draw(axes, "a run", table, ["g_rec_a", "g_rec_b", "g_cls_a"])
    first, second, third = axes.get_lines()
    assert np.asarray(first.get_ydata())[10] == pytest.approx(9.5)  # of 8, 9, 10, 11: rows 8 to 11 of four
    assert max(np.asarray(first.get_ydata())) < 100
    assert np.asarray(second.get_xdata()).max() == 1000
    assert first.get_color() == second.get_color() != third.get_color()
    assert first.get_linestyle() == third.get_linestyle() != second.get_linestyle()
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["g_rec", "g_cls", "a", "b"]


def test_many_models_share_one_style() -> None:
    table = pd.DataFrame({"iteration": [1, 2], **{f"d_real_{i}_to_b": [1.0, 2.0] for i in range(5)}})
    axes = Chart().subplots()
    draw(axes, "a run", table, list(table.columns[1:]))
    assert {line.get_linestyle() for line in axes.get_lines()} == {"-"}
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["d_real", "a line each of 5"]


def test_every_run_has_two_panels_and_the_same_bytes() -> None:
    table = pd.DataFrame({"iteration": [1, 2], "d_real": [1.0, 2.0], "e_z": [np.nan, np.nan]})
    one, two = curves({"a": table}), curves({"a": table, "b": table[["iteration"]]})
    heights = [Image.open(io.BytesIO(content)).size[1] for content in (one, two)]
    assert heights == [207, 414]  # 2.3 inches a run, 90 dots an inch
    assert curves({"a": table, "b": table[["iteration"]]}) == two


def test_verdicts_are_no_losses_and_have_a_figure_of_their_own() -> None:
    """Catches an error in percent that flattens every loss."""
    plain = pd.DataFrame({"iteration": [1, 2], "g_rec_a": [1.0, 2.0]})
    table = plain.assign(**{"judged_error_a": [np.nan, 90.0], "judged_kept_a.b": [np.nan, 0.1]})
    assert curves({"run": table}) == curves({"run": plain})
    assert (judged(table), judged(plain)) == (True, False)
    one, two = verdicts({"run": table}), verdicts({"run": table, "other": table})
    assert [Image.open(io.BytesIO(content)).size for content in (one, two)] == [(1080, 207), (1080, 414)]
    other = table.assign(**{"judged_kept_a.b": [0.2, 0.1]})
    assert verdicts({"run": other}) != one == verdicts({"run": table.assign(g_rec_a=5.0)})
