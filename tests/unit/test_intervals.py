"""Intervals, against Wilson's closed form and what a bootstrap over people must do."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from stargan.judge.intervals import Interval, over_people, wilson

Z = 1.959963984540054


@pytest.mark.parametrize(("wrong", "n"), [(0, 50), (3, 421), (25, 50), (50, 50), (1, 1)])
def test_wilson_is_the_closed_form(wrong: int, n: int) -> None:
    p = wrong / n
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    ends = wilson(wrong, n)
    assert ends.low == pytest.approx(100 * max(0, centre - half), abs=1e-9)
    assert ends.high == pytest.approx(100 * min(1, centre + half), abs=1e-9)


def test_wilson_of_the_papers_table_3() -> None:
    # 2.12 % and 4.10 % of 421 translations: the intervals overlap.
    star, diat = wilson(round(0.0212 * 421), 421), wilson(round(0.041 * 421), 421)
    assert (round(star.low, 1), round(star.high, 1)) == (1.1, 4.0)
    assert (round(diat.low, 1), round(diat.high, 1)) == (2.5, 6.4)


def random() -> np.random.Generator:
    return np.random.default_rng(5)


def over(wrong: np.ndarray, people: np.ndarray, resamples: int, drawn: np.random.Generator) -> Interval:
    ends = over_people(wrong, people, resamples, drawn)
    assert ends is not None
    return ends


def test_of_one_person_nothing_is_known_of_others() -> None:
    assert over_people(np.array([True, False, False, False]), np.array(["a"] * 4), 200, random()) is None


def test_people_who_err_alike_have_no_spread() -> None:
    people = np.repeat(np.arange(30).astype(str), 4)
    ends = over(np.tile([True, False, False, False], 30), people, 200, random())
    assert (ends.low, ends.high) == (25, 25)


def test_independent_images_give_the_binomial_spread() -> None:
    wrong = np.arange(400) % 4 == 0
    ends = over(wrong, np.arange(400).astype(str), 10000, random())
    exact = binom(400, 0.25).ppf([0.025, 0.975]) / 4
    assert [ends.low, ends.high] == pytest.approx(exact, abs=0.3)


def test_whole_people_who_err_widen_it_by_the_root_of_their_images() -> None:
    # 100 people of 7 images, right or wrong together: the spread of 100 judgements, not of 700.
    wrong = np.repeat(np.arange(100) % 4 == 0, 7)
    ends = over(wrong, np.repeat(np.arange(100).astype(str), 7), 4000, random())
    hundred, seven_hundred = wilson(25, 100), wilson(175, 700)
    assert ends.high - ends.low == pytest.approx(hundred.high - hundred.low, rel=0.08)
    assert ends.high - ends.low > 2 * (seven_hundred.high - seven_hundred.low)


def test_people_weigh_by_their_images() -> None:
    # One person with 99 wrong images, one with a single right one: 0, 99 or 100 % wrong, never 50 %.
    wrong, people = np.array([True] * 99 + [False]), np.array(["a"] * 99 + ["b"])
    rng = random()
    ends = {over(wrong, people, 1, rng).low for _ in range(40)}
    assert ends == {0, 99, 100}
