"""Measures of one dataset, as a test looks them up."""

from collections.abc import Iterable

from stargan.core.measures import Measure


def values(measures: Iterable[Measure]) -> dict[str, float]:
    """The values by measure, or by measure/target."""
    return {_name(one): one.value for one in measures}


def counts(measures: Iterable[Measure]) -> dict[str, int | None]:
    """The numbers of images, by the same names."""
    return {_name(one): one.n for one in measures}


def both(measures: Iterable[Measure]) -> dict[str, float]:
    """The values, and the numbers of images under 'n <name>'."""
    found = list(measures)
    return values(found) | {f"n {name}": n for name, n in counts(found).items() if n is not None}


def _name(one: Measure) -> str:
    return f"{one.measure}/{one.target}" if one.target else one.measure
