"""Which pictures are for training and which for testing: pure functions of a seed."""

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

OFFICIAL_SEED = 1234
OFFICIAL_TEST = 1999  # the released code counts from 1 and tests `(i + 1) < 2000`


def random_split(count: int, test: int, seed: int) -> list[str]:
    """Return 'train' or 'test' for `count` rows, `test` of them (fewer than `count`) drawn for testing."""
    chosen = np.random.default_rng(seed).choice(count, size=test, replace=False)
    return _marked(count, chosen)


def official_split(count: int) -> list[str]:
    """Return the released code's split of CelebA: rows shuffled with seed 1234, the first 1,999 for testing."""
    order = list(range(count))
    random.Random(OFFICIAL_SEED).shuffle(order)
    return _marked(count, order[:OFFICIAL_TEST])


def person_split(persons: Sequence[str], share: float, seed: int) -> list[str]:
    """Return 'train' or 'test' a picture, so that all pictures of a person fall on one side.

    The rounded `share` of the persons, at least one, are for testing.
    """
    known = sorted(set(persons))
    order = np.random.default_rng(seed).permutation(len(known))
    test = {known[position] for position in order[: max(1, round(share * len(known)))]}
    return ["test" if person in test else "train" for person in persons]


def class_split(classes: Sequence[str], share: float, seed: int) -> list[str]:
    """Return 'train' or 'test' a picture, so that each class of two or more pictures is on both sides.

    Of each class the rounded `share`, at least one and not all, are for testing.
    """
    generator = np.random.default_rng(seed)
    marks = ["train"] * len(classes)
    places = defaultdict[str, list[int]](list)
    for place, name in enumerate(classes):
        places[name].append(place)
    for _, mine in sorted(places.items()):
        test = min(max(1, round(share * len(mine))), len(mine) - 1)
        for place in generator.choice(mine, size=test, replace=False):
            marks[place] = "test"
    return marks


def _marked(count: int, test: Sequence[int] | np.ndarray) -> list[str]:
    marks = ["train"] * count
    for position in test:
        marks[position] = "test"
    return marks
