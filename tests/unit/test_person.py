"""Which translations are compared with their originals by dlib, and what is said where none is."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stargan.core.measures import Measure
from stargan.evaluation import person
from stargan.evaluation.faces.identity import Identity
from stargan.evaluation.person import same_person
from stargan.evaluation.protocol import Protocol
from support.sets import MOODS, write_noise

PROTOCOL = Protocol({}, kid_subset=2, bootstrap=2, truths=2, seed=5, identity=True)
ROWS = pd.DataFrame(
    {"image": [8, 8, 9, 10, 11], "counts": [1, 0, 1, 1, 1], "person": ["a", "a", "b", "c", "d"]}, index=[3, 4, 5, 6, 7]
)
IMAGES = np.arange(8 * 12, dtype=np.uint8).reshape(8, 2, 2, 3)


def measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Identity, protocol: Protocol = PROTOCOL, *, drawn: bool = False
) -> tuple[list[Measure], list[tuple[np.ndarray, np.ndarray, Sequence[str], int]]]:
    prepared = write_noise(tmp_path / "set", "mine", MOODS)
    if drawn:
        object.__setattr__(prepared, "origin", {"kind": "synthetic"})
    asked: list[tuple[np.ndarray, np.ndarray, Sequence[str], int]] = []

    def stub(*given: np.ndarray) -> Identity:
        asked.append(given)  # type: ignore[arg-type]
        return found

    monkeypatch.setattr(person, "identity", stub)
    return list(same_person(prepared, ROWS, IMAGES, protocol)), asked


def test_translations_that_change_a_label_are_compared_with_their_own_originals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, asked = measured(tmp_path, monkeypatch, Identity(2, 0.25, 0.5, 0.75))
    assert found == [
        Measure("identity_distance", "mine", "", 0.25, n=2),
        Measure("identity_same", "mine", "", 50.0, n=2),
        Measure("strangers_distance", "mine", "", 0.75),
    ]
    ((originals, translations, people, seed),) = asked
    assert seed == 5
    assert len(originals) == len(translations) == len(people) == 2  # of two faces at most, one row each
    places = [int(ROWS.index[ROWS["person"] == one][0]) for one in people]
    assert np.array_equal(translations, IMAGES[places])


@pytest.mark.parametrize(
    ("found", "drawn", "said"),
    [
        (
            Identity(0, np.nan, np.nan, np.nan),
            False,
            "mine: dlib finds no face in its test pictures, so there is no identity",
        ),
        (Identity(2, 0.1, 1.0, 0.5), True, "mine: faces are drawn, so evaluate.identity measures nothing of them"),
    ],
)
def test_where_nothing_is_measured_it_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    found: Identity,
    drawn: bool,
    said: str,
) -> None:
    assert measured(tmp_path, monkeypatch, found, drawn=drawn)[0] == []
    assert capsys.readouterr().err.startswith(said)


def test_of_one_person_there_are_no_strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = measured(tmp_path, monkeypatch, Identity(1, 0.25, 1.0, np.nan))
    assert [one.measure for one in found] == ["identity_distance", "identity_same"]


def test_nobody_who_does_not_ask_waits_for_dlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = Protocol({}, kid_subset=2, bootstrap=2, truths=2, seed=5)
    assert measured(tmp_path, monkeypatch, Identity(2, 0, 1, 1), protocol) == ([], [])
