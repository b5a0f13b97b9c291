"""Error rates in percent, and intervals round them."""

from dataclasses import dataclass

import numpy as np

from stargan.core.measures import Measure

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """The two ends of a 95 % interval, in percent."""

    low: float
    high: float


def rate(measure: str, dataset: str, target: str, wrong: int, n: int) -> Measure:
    """Return `wrong` of n >= 1 as a measure, in percent, with Wilson's interval."""
    ends = wilson(wrong, n)
    return Measure(measure, dataset, target, 100 * wrong / n, ends.low, ends.high, n)


def wilson(wrong: int, n: int) -> Interval:
    """Return Wilson's score interval of `wrong` errors among n >= 1 independent judgements."""
    from scipy.stats import binomtest  # a second to import

    ends = binomtest(wrong, n).proportion_ci(LEVEL, method="wilson")
    return Interval(100 * float(ends.low), 100 * float(ends.high))


def over_people(wrong: np.ndarray, people: np.ndarray, resamples: int, random: np.random.Generator) -> Interval | None:
    """Return the percentile bootstrap interval of the error rate, with people as the units drawn; None of one person.

    wrong: (n,) of bool, or the differences of two such, n >= 1. people: (n,) names. Translations of one face are not
    independent, so a person's images are drawn together or not at all.
    """
    _, person = np.unique(people, return_inverse=True)
    shown = np.bincount(person)
    if len(shown) < 2:  # nothing is known of how people differ: an interval of width 0 would say that they do not
        return None
    missed = np.bincount(person, weights=wrong)
    rates = np.empty(resamples)
    for index in range(resamples):  # one by one: resamples x people numbers at once may not fit in memory
        drawn = random.integers(len(shown), size=len(shown))
        rates[index] = missed[drawn].sum() / shown[drawn].sum()
    low, high = np.quantile(rates, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(100 * float(low), 100 * float(high))
