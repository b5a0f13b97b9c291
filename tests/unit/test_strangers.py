"""Strangers: the truth of another person, at the same target."""

import numpy as np
import pytest

from stargan.data.prepared import Prepared
from stargan.evaluation.truth import next_persons
from stargan.synthetic.truth import truths
from support.drawn import celeba_drawn, difference, measured, own, perfect, rafd_drawn
from support.sets import FACES


@pytest.fixture(scope="module")
def celeba() -> Prepared:
    return celeba_drawn()


@pytest.fixture(scope="module")
def rafd() -> Prepared:
    return rafd_drawn()


def test_a_stranger_is_the_next_other_person_at_the_same_target(rafd: Prepared) -> None:
    rows = own(rafd, ["angry", "happy"])
    found = measured(rafd, rows, perfect(rafd, rows))
    # Faces 0 to 2 are of one person, 3 to 5 of another; 1 and 4 are happy. The next other of 0 and 2 is 3, of 3 and 5
    # it is 0: the two happy pictures, either way.
    assert found["other_person_l1/happy"] == pytest.approx(difference(rafd.images[1], rafd.images[4]))
    assert found["other_person_l1/angry"] == pytest.approx(difference(rafd.images[0], rafd.images[3]))
    assert found["other_person_l1"] == pytest.approx((found["other_person_l1/happy"] + found["other_person_l1/angry"]) / 2)
    assert found["other_person_l1"] > 0.02 > found["truth_l1"] == 0


def test_who_makes_the_stranger_has_no_distance_to_it(rafd: Prepared) -> None:
    rows = own(rafd, ["happy"])
    swapped = rows["image"].map({0: 3, 1: 3, 2: 3, 3: 0, 4: 0, 5: 0})
    found = measured(rafd, rows, perfect(rafd, rows.assign(image=swapped)))
    assert found["other_person_l1"] == 0
    assert found["truth_l1"] > 0.02


def test_one_person_alone_has_no_stranger(rafd: Prepared) -> None:
    rows = own(rafd, ["happy"])
    found = measured(rafd, rows[rows["image"] < 3], rafd.images[rows["image"].to_numpy()])
    assert "truth_l1" in found
    assert not any("other_person" in key for key in found)


def test_the_next_person_in_a_circle() -> None:
    assert next_persons(["a", "a", "b", "c", "a"], [()] * 5) == [2, 2, 3, 4, 2]
    assert next_persons(["a", "a"], [(), ()]) == [None, None]
    assert next_persons(["a"], [()]) == [None]


def test_strangers_of_a_flip_are_flipped_to_the_same_side() -> None:
    assert next_persons(["a", "b", "c", "d"], [(0,), (1,), (0,), (1,)]) == [2, 3, 0, 1]
    assert next_persons(["a", "b", "c"], [(0,), (1,), (0,)]) == [2, None, 0]


def test_unknown_people_are_each_another(celeba: Prepared) -> None:
    rows = own(celeba, ["~Male"])
    found = measured(celeba, rows, perfect(celeba, rows))
    flipped = [truths(celeba, position, FACES, ["~Male"])[0].image for position in range(12)]
    male = celeba.labels[:12, FACES.names.index("Male")]
    assert 1 < male.sum() < 11
    nexts = [next(place % 12 for place in range(i + 1, i + 12) if male[place % 12] == male[i]) for i in range(12)]
    pairs = [difference(flipped[i], flipped[other]) for i, other in enumerate(nexts)]
    assert found["other_person_l1/~Male"] == pytest.approx(np.mean(pairs))
