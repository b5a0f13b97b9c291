"""The answer key: which method stands at each position of each question. It is kept apart from the page."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from stargan.core.about import read_about, write_about
from stargan.core.files import sha256
from stargan.core.names import checked_labels
from stargan.errors import Fault
from stargan.study.questions import Question

FORM = "study key"


@dataclass(frozen=True)
class Answer:
    """What a question shows: its group ("": validation), face, target, the method at each position, its pictures' hash."""

    group: str
    faces: str
    image: int
    target: str
    options: tuple[str, ...]
    pictures: str


@dataclass(frozen=True)
class Key:
    """The answers by question id, in the page's order; groups and methods as the compared runs list them."""

    groups: tuple[str, ...]
    methods: tuple[str, ...]
    answers: Mapping[str, Answer]

    @property
    def page(self) -> str:
        """The page's id: a hash of the key, the pictures in it, so that votes for another page are known as such."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


def key_of(questions: Sequence[Question], groups: Sequence[str], methods: Sequence[str]) -> Key:
    """Return the key of a page's questions; those of `groups` and `methods` that none asks about are left out."""
    answers = {
        f"q{number:02d}": Answer(one.group, one.faces, one.image, one.target, one.options, sha256(one.pictures))
        for number, one in enumerate(questions, 1)
    }
    asked = {answer.group for answer in answers.values()}
    shown = {method for answer in answers.values() for method in answer.options}
    return Key(
        tuple(group for group in groups if group in asked), tuple(method for method in methods if method in shown), answers
    )


def write_key(path: Path, key: Key, made_from: Mapping[str, str]) -> None:
    """Write the key. made_from: the digests of the translations that its page shows, by their folders."""
    write_about(path, FORM, {"page": key.page, **asdict(key)}, {}, made_from)


def read_key(path: Path) -> Key:
    """Return the key in `path`. Raises Fault where it is missing, cut, or was changed by hand."""
    try:
        values = read_about(path, FORM).values
        answers = {name: Answer(**{**one, "options": tuple(one["options"])}) for name, one in values["answers"].items()}
        key = Key(checked_labels(values["groups"]), tuple(values["methods"]), answers)
        if key.page != values["page"]:
            raise ValueError("its page id is not its hash")
        return key
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{path}: not a study's key ({error}); run the study stage again") from error
