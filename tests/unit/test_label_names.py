"""Names of labels: any text on one line, from the raw data on."""

import numpy as np
import pytest

from stargan.core.names import checked_label
from stargan.data.crops import CentreCrop
from stargan.data.domains import Attributes, Classes, LabelKind
from stargan.errors import Fault
from stargan.raw.rawset import RawSet, check_splits, frame
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
        check_splits(raw, "here")
