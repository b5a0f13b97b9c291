"""Groups of targets: the columns of the paper's Tables 1 and 2."""

import pytest

from stargan.data.domains import Attributes, Classes
from stargan.results.naming import group_of
from support.sets import FACES


@pytest.mark.parametrize(
    ("target", "group"),
    [
        ("Blond_Hair", "Hair"),
        ("-Male", "Male"),
        ("~Young", "Young"),
        ("Brown_Hair+~Male", "Hair+Male"),
        ("~Male+Brown_Hair", "Hair+Male"),
        ("~Young+~Male+Black_Hair", "Hair+Male+Young"),
        ("-Black_Hair+Blond_Hair", "Hair"),
    ],
)
def test_groups_are_the_columns_of_the_tables(target: str, group: str) -> None:
    assert group_of(FACES, target) == group


def test_a_class_is_its_own_group() -> None:
    assert group_of(Classes(("angry", "happy")), "happy") == "happy"


def test_names_that_share_no_word_are_all_named() -> None:
    kind = Attributes(("Bald", "Bangs", "Pale_Skin"), (("Bald", "Bangs"),))
    assert {group_of(kind, name) for name in ("Bald", "Bangs")} == {"Bald_or_Bangs"}
    assert group_of(kind, "~Pale_Skin") == "Pale_Skin"
