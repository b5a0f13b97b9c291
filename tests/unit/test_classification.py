"""Error rates, worked by hand on a few labels."""

import numpy as np
import pytest

from stargan.data.domains import Attributes, Classes
from stargan.judge.classification import (
    attribute_errors,
    class_errors,
    goals,
    rate,
    real_errors,
    real_misses,
    safe,
    verdicts,
)

FACES = Attributes(("Black", "Blond", "Male", "Young"), (("Black", "Blond"),))
MOODS = Classes(("happy", "neutral", "sad"), "mood")


def labels(*rows: str) -> np.ndarray:
    """Labels written as digits: labels("0110")."""
    return np.array([[int(bit) for bit in row] for row in rows], dtype=np.uint8)


def test_rate_of_nothing_has_no_value() -> None:
    assert rate("x", np.zeros(0, dtype=bool)) == {"x_n": 0}


def test_rate_is_in_percent_with_its_interval() -> None:
    found = rate("x", np.array([True, False, False, False]))
    assert (found["x"], found["x_n"]) == (25, 4)
    assert found["x_low"] == pytest.approx(4.56, abs=0.01)
    assert found["x_high"] == pytest.approx(69.94, abs=0.01)


@pytest.mark.parametrize(
    ("target", "key"),
    [("Blond_Hair", "Blond_Hair"), ("~Male", "flip_Male"), ("-Young", "no_Young"),
     ("Brown_Hair+~Male+-Young", "Brown_Hair_and_flip_Male_and_no_Young")],
)  # fmt: skip
def test_targets_as_keys(target: str, key: str) -> None:
    assert safe(target) == key


def test_only_images_that_a_target_changes_count() -> None:
    # Of four faces one is blond already; its failed translation must not count, nor its perfect one.
    source = labels("1000", "0100", "1010", "0011")
    seen = labels("0100", "1000", "1010", "0111")
    found = attribute_errors(FACES, {"Blond": (source, seen)})
    assert found["attribute_error_percent_Blond_n"] == 3
    assert found["attribute_error_percent_Blond"] == pytest.approx(100 / 3)


def test_a_hair_colour_that_was_not_cleared_is_wrong() -> None:
    found = attribute_errors(FACES, {"Blond": (labels("1000"), labels("1100"))})
    assert found["attribute_error_percent_Blond"] == 100
    assert found["preserved_attribute_error_percent_Blond"] == 0


def test_a_cleared_column_counts_even_where_it_was_clear_already() -> None:
    # A redhead made blond and black: Black was asked to be 0, as it was.
    found = attribute_errors(FACES, {"Blond": (labels("0010"), labels("1110"))})
    assert found["attribute_error_percent_Blond"] == 100
    assert found["preserved_attribute_error_percent_Blond_n"] == 2


def test_preserved_counts_the_bits_that_were_not_asked_for() -> None:
    # Two faces, Male flipped in each: of their 2 x 3 other bits one was lost (Young of the second).
    found = attribute_errors(FACES, {"~Male": (labels("1000", "0111"), labels("1010", "0100"))})
    assert found["attribute_error_percent_flip_Male"] == 0
    assert found["preserved_attribute_error_percent_flip_Male_n"] == 6
    assert found["preserved_attribute_error_percent_flip_Male"] == pytest.approx(100 / 6)


def test_the_mean_is_over_single_targets_not_over_images() -> None:
    translated = {
        "Blond": (labels("1000", "1010", "1000", "0100"), labels("1000", "0110", "0100", "0100")),  # 1 of 3
        "~Young": (labels("1000", "1000"), labels("1000", "1000")),  # 2 of 2
        "Blond+~Young": (labels("1000"), labels("0101")),  # 0 of 1, not in the mean
    }
    found = attribute_errors(FACES, translated)
    assert found["attribute_error_percent"] == pytest.approx((100 / 3 + 100) / 2)
    assert found["attribute_error_percent_Blond_and_flip_Young"] == 0


def test_every_step_of_a_joint_target_must_succeed() -> None:
    found = attribute_errors(FACES, {"Blond+~Male": (labels("1000", "1000"), labels("0110", "0100"))})
    assert found["attribute_error_percent_Blond_and_flip_Male"] == 50


def test_a_target_that_no_image_needs_has_no_rate() -> None:
    found = attribute_errors(FACES, {"Blond": (labels("0100"), labels("1000")), "~Male": (labels("0100"), labels("0100"))})
    assert found["attribute_error_percent_Blond_n"] == 0
    assert "attribute_error_percent_Blond" not in found
    assert found["attribute_error_percent"] == 100


def test_real_errors_of_attributes_count_bits() -> None:
    found = real_errors("e", FACES, labels("1000", "0111"), labels("1001", "0110"))
    assert (found["e"], found["e_n"]) == (25, 8)
    assert (found["e_Young"], found["e_Male"], found["e_Young_n"]) == (100, 0, 2)


def test_real_errors_of_classes_count_images_by_their_real_class() -> None:
    found = real_errors("e", MOODS, labels("100", "100", "001"), labels("100", "010", "010"))
    assert found["e"] == pytest.approx(200 / 3)
    assert found["e_n"] == 3
    assert (found["e_happy"], found["e_neutral"], found["e_neutral_n"], found["e_sad_n"]) == (0, 100, 2, 0)


def test_class_errors_by_target_and_by_people() -> None:
    wrong = np.array([True, True, False, False, False, False])
    targets = np.array(["happy", "sad"] * 3)
    people = np.repeat(["ann", "bob", "eve"], 2)
    found = class_errors("e", wrong, targets, people, 2000, np.random.default_rng(0))
    assert [found["e"], found["e_happy"], found["e_sad"]] == pytest.approx([100 / 3] * 3)
    assert (found["e_n"], found["e_sad_n"]) == (6, 3)
    # Only ann errs, and always: a resample has 0 to 3 of her; 8 of 27 have none, 1 of 27 nothing else.
    assert (found["e_person_low"], found["e_person_high"]) == (0, 100)
    assert found["e_low"] > 5


def test_no_translations_to_classes_have_no_keys() -> None:
    nothing = np.zeros(0, dtype=bool)
    assert class_errors("e", nothing, np.array([], dtype=str), np.array([], dtype=str), 10, np.random.default_rng(0)) == {}


def test_goals_of_several_targets_at_once() -> None:
    source = labels("1000", "0011", "1010")
    found = goals(FACES, source, np.array(["Blond", "~Male", "Blond+-Male"]))
    assert found.tolist() == labels("0100", "0001", "0100").tolist()
    assert source.tolist() == labels("1000", "0011", "1010").tolist()
    assert goals(MOODS, labels("100", "010"), np.array(["sad", "happy"])).tolist() == labels("001", "100").tolist()


def test_verdicts_agree_with_the_rates_of_attributes() -> None:
    source = labels("1000", "0100", "1010", "0011", "0011")
    seen = labels("0110", "1000", "1010", "0111", "0010")
    counts, wrong = verdicts(FACES, source, seen, np.array(["Blond", "Blond", "Blond", "Blond", "~Young"]))
    assert counts.tolist() == [True, False, True, True, True]
    assert wrong.tolist() == [False, True, True, False, False]  # Male, gained by the first, was not asked for
    blond = attribute_errors(FACES, {"Blond": (source[:4], seen[:4])})
    assert blond["attribute_error_percent_Blond"] == pytest.approx(100 * wrong[:4][counts[:4]].mean())


def test_verdicts_of_classes_and_of_nothing() -> None:
    counts, wrong = verdicts(MOODS, labels("100", "010"), labels("001", "010"), np.array(["happy", "sad"]))
    assert (counts.tolist(), wrong.tolist()) == ([False, True], [True, True])
    none = labels("100")[:0]
    assert [part.shape for part in verdicts(MOODS, none, none, np.array([], dtype=str))] == [(0,), (0,)]


def test_misses_on_real_faces_are_bits_or_images() -> None:
    assert real_misses(FACES, labels("1000"), labels("1001")).tolist() == [[False, False, False, True]]
    assert real_misses(MOODS, labels("100", "010"), labels("100", "001")).tolist() == [False, True]
