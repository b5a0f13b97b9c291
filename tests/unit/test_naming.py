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


@pytest.mark.parametrize(("name", "group"), [("a+b", '"a+b"'), ("-30", '"-30"'), ("Hair", "Hair")])
def test_a_class_is_no_sum_of_groups_whatever_its_name(name: str, group: str) -> None:
    assert group_of(Classes((name, "happy")), name) == group


def test_a_word_that_names_something_else_names_no_group() -> None:
    """Catches the votes on two groups that are counted as one."""
    hair = ("Black_Hair", "Blond_Hair")
    assert group_of(Attributes((*hair, "Hair"), (hair,)), "Black_Hair+~Hair") == "Black_Hair_or_Blond_Hair+Hair"
    other = ("Long_Hair", "Short_Hair")
    two = Attributes((*hair, *other), (hair, other))
    assert group_of(two, "Black_Hair+Long_Hair") == "Black_Hair_or_Blond_Hair+Long_Hair_or_Short_Hair"
    three = Attributes((*hair, "Hair", "Black_Hair_or_Blond_Hair"), (hair,))
    assert group_of(three, "Black_Hair+~Black_Hair_or_Blond_Hair") == "Black_Hair_or_Blond_Hair:+Black_Hair_or_Blond_Hair"


def test_names_that_share_no_word_are_all_named() -> None:
    kind = Attributes(("Bald", "Bangs", "Pale_Skin"), (("Bald", "Bangs"),))
    assert {group_of(kind, name) for name in ("Bald", "Bangs")} == {"Bald_or_Bangs"}
    assert group_of(kind, "~Pale_Skin") == "Pale_Skin"
