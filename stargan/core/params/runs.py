"""A run: one training of one method on one or several datasets."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from stargan.core.params.section import Count, Name, Positive, Section

Pair = Annotated[list[str], Field(min_length=2, max_length=2)]


class Run(Section):
    """One training: what it reads, by which method, and for how long.

    Its length is its own (`unit`, `length`, `decay`), or follows by `budget` from the run that it is measured with (`like`).
    """

    model_config = ConfigDict(json_schema_extra=lambda schema: schema["required"].remove("image_size"))

    method: Literal["stargan", "diat", "cyclegan", "icgan"]
    datasets: Annotated[list[Name], Field(min_length=1)]
    faces: Annotated[list[Name], Field(min_length=1)]
    """Datasets whose test faces are translated: the run's own, and others to its classes."""
    labels: list[str]
    """The attributes that are trained, in order; [] for all that were prepared."""
    image_size: Positive
    """In pixels; where a run does not say it, that of all."""
    unit: Literal["epochs", "iterations"] | None = None
    length: Positive | None = None
    decay: Count | None = None
    """How much of `length`, at its end, the learning rate takes to fall to 0."""
    like: Name | None = None
    """The run whose length and decay are the base of this one's."""
    pairs: list[Pair] = Field(default_factory=list)
    """(from, to) domains, a model each, of methods that need them: `Male`, `-Male`, or a class."""
    start_from: str | None = None
    """StarGAN's: the file of weights that the training begins with, a copy of a model of this project (.safetensors) or the
    released code's N-G.ckpt, best in data/weights, which DVC watches; without it they are drawn."""

    @model_validator(mode="after")
    def _sets_fit(self) -> Self:
        for name, values in (("datasets", self.datasets), ("faces", self.faces), ("labels", self.labels)):
            if len(set(values)) != len(values):
                raise ValueError(f"{name} {values} repeat one; name each once")
        missing = [dataset for dataset in self.datasets if dataset not in self.faces]
        if missing:
            raise ValueError(f"faces {self.faces} lack {', '.join(missing)} of datasets; add it")
        return self

    @model_validator(mode="after")
    def _length_fits(self) -> Self:
        own = {key: getattr(self, key) for key in ("unit", "length", "decay")}
        lacking = [key for key, value in own.items() if value is None]
        if self.like is not None and len(lacking) < len(own):
            raise ValueError(f"like {self.like} gives its length, and so do {', '.join(own)}; keep one")
        if self.like is None and lacking:
            raise ValueError(f"{', '.join(lacking)} of its length missing; give {', '.join(own)}, or like: a run")
        if self.decay is not None and self.length is not None and self.decay > self.length:
            raise ValueError(f"decay {self.decay} exceeds length {self.length}; lower decay or raise length")
        return self

    @model_validator(mode="after")
    def _pairs_fit(self) -> Self:
        if self.method != "stargan" and len(self.datasets) != 1:
            raise ValueError(f"datasets {self.datasets} are not one; {self.method} is trained on one dataset")
        if (self.method in ("diat", "cyclegan")) != bool(self.pairs):
            raise ValueError(f"pairs {self.pairs} do not fit {self.method}; diat and cyclegan take one or more, others none")
        if len({frozenset(pair) if self.method == "cyclegan" else tuple(pair) for pair in self.pairs}) != len(self.pairs):
            raise ValueError(f"pairs {self.pairs} repeat one; name each once (cyclegan trains both directions of one)")
        return self
