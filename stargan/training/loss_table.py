"""The loss table that a training leaves: metrics/losses/<run>.csv."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor


@dataclass
class LossTable:
    """A row every `every` iterations, with the newest value of each term."""

    every: int
    terms: list[str] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    newest: dict[str, tuple[str, Tensor]] = field(default_factory=dict)
    """The network and the value of each term."""

    def table(self) -> list[list[float]]:
        """Return the rows, iteration first, filled up with NaN for terms that came later."""
        width = 1 + len(self.terms)
        return [row + [float("nan")] * (width - len(row)) for row in self.rows]

    def note(self, network: str, terms: Mapping[str, Tensor]) -> None:
        """Remember the terms of an update."""
        self.newest.update({name: (network, value) for name, value in terms.items()})

    def forget(self, network: str) -> None:
        """Forget the terms of a network that is not trained any more: a value that stands still says nothing."""
        self.newest = {name: term for name, term in self.newest.items() if term[0] != network}

    def add(self, done: int, values: Mapping[str, float]) -> None:
        """Put values that were measured after `done` iterations into the row of these, or into a new one."""
        rows = list(self.rows)
        last = rows.pop() if rows and rows[-1][0] == done else [float(done)]
        row = dict(zip(self.terms, last[1:], strict=False)) | dict(values)
        self.terms = [*self.terms, *(name for name in values if name not in self.terms)]
        self.rows = [*rows, [float(done), *(row.get(name, float("nan")) for name in self.terms)]]

    def close(self, done: int) -> dict[str, float]:
        """Append the values after `done` iterations as a row, and return them."""
        values = {name: float(value) for name, (_, value) in self.newest.items()}
        self.terms += [name for name in values if name not in self.terms]
        self.rows.append([float(done), *(values.get(name, float("nan")) for name in self.terms)])
        return values
