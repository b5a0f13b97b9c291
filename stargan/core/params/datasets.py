"""How each dataset's raw form is read: one section a dataset, by its form."""

from typing import Annotated, Literal

from pydantic import Field

from stargan.core.params.section import Count, Name, OpenShare, Positive, Section


class Dataset(Section):
    """What all forms share. Paths of files stand below `path`, which DVC watches as a whole."""

    path: Annotated[str, Field(min_length=1)]
    """The folder or file that holds the dataset."""
    seed: Count
    """Of the split."""
    bad_images: Literal["stop", "quarantine"]
    sizes: list[Positive] = Field(default_factory=list)
    """Sides in pixels that it is prepared at; []: image_size alone."""


class AttributeTable(Dataset):
    """Pictures beside a table of attributes, as CelebA has them."""

    form: Literal["attributes"]
    images: str
    attributes: str
    partition: str
    """The table that says which picture is for training; read where split is `partition`."""
    labels: Annotated[list[str], Field(min_length=1)]
    exclusive: list[list[str]]
    crop: Positive
    """Side of the centre crop in pixels; 178 in the paper."""
    split: Literal["random", "official-code", "partition"]
    test_images: Positive


class Classed(Dataset):
    """Pictures of one class each."""

    title: Name
    """What a class is called in the metrics."""
    test_share: OpenShare


class RafdNames(Classed):
    """Pictures named as RaFD names them."""

    form: Literal["rafd"]
    angles: list[Literal[0, 45, 90, 135, 180]]
    crop: Annotated[list[float], Field(min_length=3, max_length=3)]
    """Left, top and side of the face square as shares of the picture's width, height and width."""
    split: Literal["person", "image"]


class ClassFolders(Classed):
    """A folder a class: train/<class>/ and test/<class>/, or <class>/ alone."""

    form: Literal["folders"]
    split: Literal["person", "image", "folders"]


AnyDataset = Annotated[AttributeTable | RafdNames | ClassFolders, Field(discriminator="form")]
