"""Targets: their steps, and that a class is one step whatever its name."""

import numpy as np
import pandas as pd
import pytest
import torch

from stargan.core.target import Step, steps_of
from stargan.data.domains import Attributes, Classes
from stargan.data.grids import title_of
from stargan.evaluation.distances import domains
from stargan.models.translation import known
from stargan.results.judged import of_one_step


@pytest.mark.parametrize(
    ("target", "steps", "title"),
    [
        ("Blond_Hair", [Step("Blond_Hair")], "Blond Hair"),
        ("-Male", [Step("Male", "-")], "-Male"),
        ("Blond_Hair+~Male", [Step("Blond_Hair"), Step("Male", "~")], "Blond Hair\n+/- Male"),
        ("5_o-Clock~Shadow", [Step("5_o-Clock~Shadow")], "5 o-Clock~Shadow"),
    ],
)
def test_steps_by_hand(target: str, steps: list[Step], title: str) -> None:
    assert list(steps_of(target)) == steps
    assert title_of(Attributes(("Male",)), target) == title


@pytest.mark.parametrize("name", ["-1", "~ok", "C++", "a+b"])
def test_a_class_is_one_step_whatever_its_name(name: str) -> None:
    """Catches a class whose name is taken apart as if it were an attribute's target."""
    kind = Classes((name, "other"))
    assert kind.steps(name) == (Step(name),)
    assert known(kind, name)
    assert title_of(kind, name) == name
    table = pd.DataFrame({"target": [name, "other"]})
    assert of_one_step(kind, table).equals(table)
    assert kind.target(torch.tensor([[0.0, 1.0]]), name).tolist() == [[1, 0]]
    [(found, rows, column, value)] = domains(kind, np.array([[0, 1], [1, 0]], np.uint8), np.array([name, name]))
    assert (found, rows.tolist(), column, value) == (name, [True, False], 0, 1)


def test_a_target_of_attributes_is_known_by_all_its_steps() -> None:
    kind = Attributes(("Male", "Young"))
    assert known(kind, "~Male+-Young")
    assert not known(kind, "~Male+Bald")
