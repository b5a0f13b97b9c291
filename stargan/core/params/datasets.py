"""How each dataset's raw form is read: one section a dataset, by its form."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from stargan.core.eyes import checked_eyes
from stargan.core.params.section import Count, OpenShare, Positive, Section, Title


class Dataset(Section):
    """What all forms share. Paths of files stand below `path`, which DVC watches as a whole."""

    path: Annotated[str, Field(min_length=1)]
    """The folder or file that holds the dataset."""
    seed: Count
    """Of the split."""
    bad_images: Literal["stop", "quarantine"]
    eyes: Annotated[list[float], AfterValidator(lambda eyes: list(checked_eyes(eyes)))] | None = None
    """Where eyes lie in the cropped square, as shares of its side: x and y of the one at the left, then of the other.
    Photographs are aligned to them; without them they are not."""
    links: bool = False
    """Whether links may lead out of the folder that holds the pictures."""
    sizes: list[Positive] = Field(default_factory=list)
    """Sides in pixels that it is prepared at; []: image_size alone."""


class AttributeTable(Dataset):
    """Pictures beside a table of attributes: CelebA's form, or any CSV whose first column names the picture."""

    form: Literal["attributes"]
    images: str = ""
    """A zip or folder below `path`; "": `path` itself."""
    attributes: str
    """The table: the .txt form, or CSV of 1 and -1, 1 and 0, or true and false."""
    partition: str = ""
    """The table that says which picture is for training; read where split is `partition`."""
    labels: Annotated[list[str], Field(min_length=1)]
    exclusive: list[list[str]] = Field(default_factory=list)
    crop: Positive | None
    """Side of the centre crop in pixels, 178 in the paper; null: the largest square."""
    split: Literal["random", "official-code", "partition"]
    test_images: Positive

    @model_validator(mode="after")
    def _partition_is_there(self) -> Self:
        if self.split == "partition" and not self.partition:
            raise ValueError("partition is missing, which split: partition reads; name its file, or give split: random")
        return self


class Classed(Dataset):
    """Pictures of one class each."""

    title: Title
    """What a class is called in the metrics."""
    labels: list[str] = Field(default_factory=list)
    """The classes that are taken; []: all."""
    test_share: OpenShare


class RafdNames(Classed):
    """Pictures named as RaFD names them."""

    form: Literal["rafd"]
    angles: list[Literal[0, 45, 90, 135, 180]]
    crop: Annotated[list[float], Field(min_length=3, max_length=3)] | None
    """Left, top and side of the face square as shares of the picture's width, height and width; null: the largest square."""
    split: Literal["person", "image"]


class ClassFolders(Classed):
    """A folder a class, as ImageFolder reads them: <class>/, or train/<class>/, val/<class>/ and test/<class>/."""

    form: Literal["folders"]
    split: Literal["person", "image", "folders"]
    """image: drawn, the share of each class. folders: as the folders say. person: by RaFD's names."""


AnyDataset = Annotated[AttributeTable | RafdNames | ClassFolders, Field(discriminator="form")]
