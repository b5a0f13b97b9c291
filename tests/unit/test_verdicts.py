"""What is wrong, worked by hand on a few labels."""

import numpy as np
import pytest

from stargan.data.domains import Attributes, Classes
from stargan.judge.real import real_errors, real_misses
from stargan.judge.verdicts import goals, verdicts
from support.measures import counts, values

FACES = Attributes(("Black", "Blond", "Male", "Young"), (("Black", "Blond"),))
MOODS = Classes(("happy", "neutral", "sad"), "mood")


def labels(*rows: str) -> np.ndarray:
    """Labels written as digits: labels("0110")."""
    return np.array([[int(bit) for bit in row] for row in rows], dtype=np.uint8)


def verdict(source: str, seen: str, target: str) -> tuple[bool, bool, int, int]:
    """The verdict on one face's translation: counts, wrong, others, others_wrong."""
    found = verdicts(FACES, labels(source), labels(seen), np.array([target]))
    return bool(found.counts[0]), bool(found.wrong[0]), int(found.others[0]), int(found.others_wrong[0])


@pytest.mark.parametrize(
    ("source", "seen", "target", "expected"),
    [
        ("1000", "0100", "Blond", (True, False, 2, 0)),
        ("1010", "1010", "Blond", (True, True, 2, 0)),
        ("0100", "1000", "Blond", (False, True, 2, 0)),  # blond already: its failure must not count
        ("0100", "0110", "Blond", (False, False, 2, 1)),
        ("1000", "1100", "Blond", (True, True, 2, 0)),  # the old colour was not cleared
        ("0010", "1110", "Blond", (True, True, 2, 0)),  # nor need it have been there: Black was asked to be 0
        ("0111", "0100", "~Male", (True, False, 3, 1)),
        ("1000", "1000", "~Young", (True, True, 3, 0)),
        ("1000", "0110", "Blond+~Male", (True, False, 1, 0)),
        ("1000", "0100", "Blond+~Male", (True, True, 1, 0)),  # every step must succeed
        ("1000", "0101", "Blond+~Male", (True, True, 1, 1)),
        ("1010", "1001", "-Male", (True, False, 3, 1)),
        ("1000", "1000", "-Male", (False, False, 3, 0)),
    ],
)
def test_verdicts_by_hand(source: str, seen: str, target: str, expected: tuple[bool, bool, int, int]) -> None:
    assert verdict(source, seen, target) == expected


def test_every_translation_has_its_own_target() -> None:
    source = labels("1000", "0100", "1010", "0011", "0011")
    seen = labels("0110", "1000", "1010", "0111", "0010")
    found = verdicts(FACES, source, seen, np.array(["Blond", "Blond", "Blond", "Blond", "~Young"]))
    assert found.counts.tolist() == [True, False, True, True, True]
    assert found.wrong.tolist() == [False, True, True, False, False]
    assert found.others.tolist() == [2, 2, 2, 2, 3]
    assert found.others_wrong.tolist() == [1, 0, 0, 0, 0]  # Male, gained by the first


def test_verdicts_of_classes_and_of_nothing() -> None:
    found = verdicts(MOODS, labels("100", "010"), labels("001", "010"), np.array(["happy", "sad"]))
    assert (found.counts.tolist(), found.wrong.tolist()) == ([False, True], [True, True])
    assert (found.others.tolist(), found.others_wrong.tolist()) == ([0, 0], [0, 0])
    none = labels("100")[:0]
    nothing = verdicts(MOODS, none, none, np.array([], dtype=str))
    assert [part.shape for part in vars(nothing).values()] == [(0,)] * 4


def test_goals_of_several_targets_at_once() -> None:
    source = labels("1000", "0011", "1010")
    found = goals(FACES, source, np.array(["Blond", "~Male", "Blond+-Male"]))
    assert found.tolist() == labels("0100", "0001", "0100").tolist()
    assert source.tolist() == labels("1000", "0011", "1010").tolist()
    assert goals(MOODS, labels("100", "010"), np.array(["sad", "happy"])).tolist() == labels("001", "100").tolist()


def test_real_errors_of_attributes_count_bits() -> None:
    measures = real_errors("e", "faces", FACES, labels("1000", "0111"), labels("1001", "0110"))
    found, n = values(measures), counts(measures)
    assert (found["e"], n["e"]) == (25, 8)
    assert (found["e/Young"], found["e/Male"], n["e/Young"]) == (100, 0, 2)
    assert {one.dataset for one in measures} == {"faces"}


def test_real_errors_of_classes_count_images_by_their_real_class() -> None:
    measures = real_errors("e", "moods", MOODS, labels("100", "100", "001"), labels("100", "010", "010"))
    found, n = values(measures), counts(measures)
    assert found == {"e": pytest.approx(200 / 3), "e/happy": 0, "e/neutral": 100}  # nobody was sad
    assert n == {"e": 3, "e/happy": 1, "e/neutral": 2}


def test_misses_on_real_faces_are_bits_or_images() -> None:
    assert real_misses(FACES, labels("1000"), labels("1001")).tolist() == [[False, False, False, True]]
    assert real_misses(MOODS, labels("100", "010"), labels("100", "001")).tolist() == [False, True]
