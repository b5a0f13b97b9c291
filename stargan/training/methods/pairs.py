"""Translation between two domains at a time: one network for each ordered pair, chained where labels differ by several."""

from torch import Tensor

from stargan.models.translators import Pair, name_of


def named(pair: Pair, **terms: Tensor) -> dict[str, Tensor]:
    """Return the terms of an update under names that tell the pair, detached."""
    return {f"{term}_{name_of(pair)}": value.detach() for term, value in terms.items()}
