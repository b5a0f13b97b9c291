"""Names of labels: any text on one line, from the raw data on."""

import unicodedata
from itertools import product
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from stargan.core.names import LONGEST, checked_label, decoded, encoded, file_name, file_names, joined
from stargan.core.target import quoted
from stargan.data.crops import CentreCrop
from stargan.data.domains import Attributes, Classes, LabelKind
from stargan.errors import Fault
from stargan.models.translators import name_of
from stargan.raw.rawset import RawSet, check_splits, frame
from stargan.results.naming import group_key
from support.odd_names import ODD


@pytest.mark.parametrize("name", ODD)
def test_any_text_on_a_line_is_a_name(name: str) -> None:
    assert checked_label(name) == name


@pytest.mark.parametrize("name", ["", "\t", "a\nb", "a\x00", "\udcff", 7, 1.0, None, True, ["a"]])
def test_other_things_are_none(name: object) -> None:
    with pytest.raises(ValueError, match="is no name of a label"):
        checked_label(name)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Classes(("a", "b\x1b[2J")), r"'b\\x1b\[2J' is no name of a label"),
        (Classes(("a", "caf\udce9")), r"'caf\\udce9' is no name of a label"),
        (Attributes(("a", "a")), "'a' of the labels is there twice"),
    ],
)
def test_raw_data_whose_labels_have_no_names_is_refused(kind: LabelKind, said: str) -> None:
    raw = RawSet(kind, CentreCrop(), frame(["1", "2"], ["", ""], ["train", "test"]), np.ones((2, 2), np.uint8))
    with pytest.raises(Fault, match=f"^here: {said}"):
        check_splits(raw, "here", "datasets.mine")


@pytest.mark.parametrize("name", ODD)
def test_a_code_is_read_back(name: str) -> None:
    assert decoded(encoded(name)) == name
    assert decoded(name_of((name, "b"))) == f"{name}_to_b"
    assert not set(encoded(name)) & set("/. +~\"'")


def test_ordinary_pairs_and_groups_are_as_they_were() -> None:
    assert name_of(("neutral", "happy")) == "neutral_to_happy"
    assert name_of(("-Male", "Male")) == "-Male_to_Male"
    assert name_of(("Black_Hair", "Blond_Hair")) == "Black_Hair_to_Blond_Hair"
    assert [group_key(group) for group in ("Hair", "Hair+Male", "happy")] == ["Hair", "Hair_and_Male", "happy"]


def test_no_two_pairs_have_one_name() -> None:
    """Catches the loss or the network of one pair under another's name."""
    names = [*ODD, "b_to_c", "b", "c", "to", "x_to", "to_y", "y", "x", "_to_", "to_to", "a_to", "b.c"]
    pairs = set(product(names, names))
    assert len({name_of(pair) for pair in pairs}) == len(pairs)
    networks = {f"g_{name_of(pair)}" for pair in pairs}
    assert not any("." in network for network in networks)  # <network>.<parameter> names a tensor


def test_no_two_groups_have_one_key() -> None:
    names = [*ODD, "b", "and", "x_and", "and_y", "y", "_and_", "b_and_c"]
    groups = ["+".join(map(quoted, some)) for count in (1, 2) for some in product(names, repeat=count)]
    assert len({group_key(group) for group in groups}) == len(groups)
    assert joined(["a", "b", "c"], "and") == "a_and_b_and_c"


def test_ordinary_names_are_files_names_as_they_are() -> None:
    names = ["happy", "~Male", "Blond_Hair+~Male", "-30", "with space", "très triste", "喜び", "a,b", '"a+b"', "x" * LONGEST]
    assert [file_name(name) for name in names] == names
    assert file_names(names) == dict(zip(names, names, strict=True))


@pytest.mark.parametrize(
    ("text", "name"),
    [("a/b", "a%2Fb"), ("../../x", "%2E.%2F..%2Fx"), (".", "%2E"), ("a\x00\n", "a%00%0A"), ("50%", "50%25"), ("/x", "%2Fx")],
)
def test_what_a_file_system_refuses_is_a_code(text: str, name: str) -> None:
    assert file_name(text) == name
    assert unquote(name) == text


def test_no_two_labels_have_one_file(tmp_path: Path) -> None:
    """Catches a picture that is written over another's, also where a disk knows no capitals."""
    texts = [*ODD, "a%2Fb", "%", "..", ".", "x" * 199 + "z", "é", "e\u0301", "É", "x" * 260, "x" * 261, "喜" * 70, "喜" * 71]
    names = file_names(texts)
    found = [unicodedata.normalize("NFC", name).casefold() for name in names.values()]
    assert len(set(found)) == len(set(texts))
    for name in names.values():
        (tmp_path / f"000000-{name}.png").write_bytes(b"")
    assert len(list(tmp_path.iterdir())) == len(set(texts))
