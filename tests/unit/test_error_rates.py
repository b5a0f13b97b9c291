"""Rates over groups of the judged table, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from stargan.core.measures import Measure
from stargan.data.domains import Attributes, Classes, LabelKind
from stargan.evaluation.errors import errors
from stargan.evaluation.protocol import Protocol
from stargan.judge.intervals import rate
from support.measures import counts, values

FACES = Attributes(("Black", "Blond", "Male", "Young"), (("Black", "Blond"),))
MOODS = Classes(("happy", "neutral", "sad"), "mood")
PROTOCOL = Protocol({"moods": "neutral"}, kid_subset=10, bootstrap=2000, truths=10, seed=0)


def judged(*rows: tuple[object, ...], kind: LabelKind = FACES, neutral: str = "neutral") -> list[Measure]:
    """Errors of rows (set, target, source, counts, wrong, others, others_wrong), each of another person."""
    table = pd.DataFrame(rows, columns=["set", "target", "source", "counts", "wrong", "others", "others_wrong"])
    table = table.assign(faces="faces", labels="faces", person=[str(i) for i in range(len(rows))]).astype(
        {"counts": bool, "wrong": bool}
    )
    return list(
        errors(table, kind, "faces", Protocol({"faces": neutral} if neutral else {}, 10, bootstrap=50, truths=10, seed=0))
    )


def own(target: str, counts: int, wrong: int, others: int = 0, missed: int = 0) -> tuple[object, ...]:
    return ("own", target, "", counts, wrong, others, missed)


def test_rate_is_in_percent_with_its_interval() -> None:
    found = rate("x", "faces", "~Male", 1, 4)
    assert (found.value, found.n, found.key) == (25, 4, "x/faces/~Male")
    assert found.low == pytest.approx(4.56, abs=0.01)
    assert found.high == pytest.approx(69.94, abs=0.01)


def test_only_translations_that_count_are_counted() -> None:
    measures = judged(own("Blond", 1, 1), own("Blond", 1, 0), own("Blond", 1, 0), own("Blond", 0, 1))
    assert values(measures)["error/Blond"] == pytest.approx(100 / 3)
    assert counts(measures)["error/Blond"] == 3


def test_all_targets_are_those_of_one_step_every_translation_once() -> None:
    rows = [own("Blond", 1, 1), own("Blond", 1, 0), own("Blond", 1, 0), own("~Young", 1, 1), own("Blond+~Young", 1, 0)]
    measures = judged(*rows)
    found = values(measures)
    assert (found["error"], counts(measures)["error"]) == (50, 4)
    assert (found["error/Blond+~Young"], found["error/~Young"]) == (0, 100)


def test_preserved_counts_the_labels_that_were_not_asked_for() -> None:
    measures = judged(own("~Male", 1, 0, 3, 1), own("~Male", 1, 0, 3, 0), own("Blond", 1, 0, 2, 2), own("~Male", 0, 0, 3, 3))
    found, n = values(measures), counts(measures)
    assert found["preserved_error/~Male"] == pytest.approx(100 / 6)
    assert found["preserved_error"] == pytest.approx(300 / 8)
    assert (n["preserved_error/~Male"], n["preserved_error"]) == (6, 8)


def test_joined_targets_alone_have_no_rate_of_all() -> None:
    assert set(values(judged(own("Blond+~Male", 1, 0, 1, 0)))) == {"error/Blond+~Male", "preserved_error/Blond+~Male"}


def test_nothing_that_counts_is_no_rate() -> None:
    assert judged(own("Blond", 0, 1)) == []
    assert judged() == []


def test_classes_start_from_the_neutral_one_and_from_any() -> None:
    rows = [
        ("own", "happy", "neutral", 1, 1, 0, 0),
        ("own", "sad", "neutral", 1, 0, 0, 0),
        ("own", "sad", "happy", 1, 1, 0, 0),
    ]
    found = values(judged(*rows, kind=MOODS))
    assert (found["error"], found["error/happy"], found["error/sad"]) == (50, 100, 0)
    assert [found["error_from_any"], found["error_from_any/sad"]] == pytest.approx([200 / 3, 50])
    assert not any(key.startswith("preserved") for key in found)
    other = values(judged(*rows, kind=MOODS, neutral=""))
    assert other["error"] == pytest.approx(200 / 3)
    assert not any(key.startswith("error_from_any") for key in other)


def test_where_no_face_is_neutral_the_missing_error_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    found = values(judged(("own", "sad", "happy", 1, 1, 0, 0), kind=MOODS))
    assert "error" not in found
    assert found["error_from_any"] == 100
    assert capsys.readouterr().err == "faces: no test face is neutral (evaluate.neutral.faces), so there is no error\n"
    judged(("own", "sad", "neutral", 1, 1, 0, 0), kind=MOODS)
    judged(("own", "Male", "", 1, 1, 0, 0), neutral="")
    assert capsys.readouterr().err == ""


def test_of_one_person_there_is_no_interval_over_people() -> None:
    (found,) = [one for one in judged(own("Blond", 1, 1)) if one.measure == "error_by_person"]
    assert (found.value, found.low, found.high, found.n) == (100, None, None, 1)


def test_other_datasets_faces_are_counted_apart_by_mask() -> None:
    rows = [("cross", "sad", "", 1, 1, 0, 0), ("cross", "happy", "", 1, 0, 0, 0), ("wrong_mask", "sad", "", 1, 1, 0, 0)]
    found = values(judged(*rows, kind=MOODS))
    assert (found["cross_error"], found["cross_error/sad"], found["wrong_mask_error"]) == (50, 100, 100)
    assert not any(key.startswith("error") for key in found)


def test_people_are_drawn_together_and_told_apart_by_dataset() -> None:
    table = pd.DataFrame(
        {
            "set": "own",
            "target": ["happy", "sad"] * 3,
            "source": "neutral",
            "counts": True,
            "others": 0,
            "others_wrong": 0,
            "wrong": [True, True, False, False, False, False],
            "faces": "moods",
            "labels": "moods",
            "person": np.repeat(["ann", "bob", "eve"], 2),
        }
    )
    (found,) = [one for one in errors(table, MOODS, "moods", PROTOCOL) if one.measure == "error_by_person"]
    assert found.value == pytest.approx(100 / 3)
    # Only ann errs, and always: a resample has 0 to 3 of her; 8 of 27 have none, 1 of 27 nothing else.
    assert (found.low, found.high) == (0, 100)
    apart = table.assign(person="ann", faces=[f"set {i}" for i in range(6)])
    (other,) = [one for one in errors(apart, MOODS, "moods", PROTOCOL) if one.measure == "error_by_person"]
    assert other.low is not None
    assert other.high is not None
    assert other.low < other.value < other.high < 100  # six people of one name, in six datasets: one alone has no spread
