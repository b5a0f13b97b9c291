"""The mutations still fit the code that they change."""

from mutation.edits import faults


def test_every_mutation_applies_once_and_has_its_tests() -> None:
    assert list(faults()) == []
