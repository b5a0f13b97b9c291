"""Targets: their steps, and that a class is one step whatever its name."""

import numpy as np
import pandas as pd
import pytest
import torch

from stargan.core.names import index_of, matched
from stargan.core.target import Step, quoted, split, steps_of
from stargan.data.domains import Attributes, Classes, DomainSpace
from stargan.data.grids import title_of
from stargan.errors import Fault
from stargan.evaluation.distances import domains
from stargan.models.targets import target_path
from stargan.models.translation import known, requests
from stargan.results.judged import of_one_step
from support.odd_names import ODD


@pytest.mark.parametrize(
    ("target", "steps", "title"),
    [
        ("Blond_Hair", [Step("Blond_Hair")], "Blond Hair"),
        ("-Male", [Step("Male", "-")], "-Male"),
        ("Blond_Hair+~Male", [Step("Blond_Hair"), Step("Male", "~")], "Blond Hair\n+/- Male"),
        ("5_o-Clock~Shadow", [Step("5_o-Clock~Shadow")], "5 o-Clock~Shadow"),
        ('"a+b"', [Step("a+b")], "a+b"),
        ('~"-30"+-"~x"', [Step("-30", "~"), Step("~x", "-")], "+/- -30\n-~x"),
        ('"say ""a+b"""+Male', [Step('say "a+b"'), Step("Male")], 'say "a+b"\nMale'),
        ("Male + ~ Young", [Step("Male"), Step("Young", "~")], "Male\n+/- Young"),
        ('"open+Male', [Step('"open'), Step("Male")], '"open\nMale'),
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


@pytest.mark.parametrize("name", ODD)
def test_every_attribute_can_be_named_in_a_target(name: str) -> None:
    """Catches an operator in a name that is taken for one of the target's."""
    kind = Attributes((name, "other"))
    single, alone = kind.singles()
    assert (single, alone) == (f"~{quoted(name)}", "~other")
    assert kind.steps(single) == (Step(name, "~"),)
    assert kind.domains() == (quoted(name), f"-{quoted(name)}", "other", "-other")
    label = torch.tensor([[0.0, 0.0]])
    assert kind.target(label, f"~other+{single}").tolist() == [[1, 1]]
    assert kind.inside(label, kind.domain(name, False)).tolist() == [True]
    assert kind.touched(single) == [0]
    assert kind.written(f" {single} ") == single


def test_ordinary_names_are_written_as_they_are() -> None:
    assert [quoted(name) for name in ("Male", "5_o_Clock_Shadow", "with space", "it's", "a-b", "喜び")] == [
        "Male", "5_o_Clock_Shadow", "with space", "it's", "a-b", "喜び",
    ]  # fmt: skip


def test_all_targets_are_texts_of_their_own() -> None:
    kind = Attributes(tuple(ODD))
    texts = [*kind.domains(), *kind.singles(), '"~x"+"-30"', '~"~x"+-"-30"']
    assert {kind.written(text) for text in texts} == set(texts)
    assert len(set(texts)) == 3 * len(ODD) + 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [""]),
        ("a, b", ["a", "b"]),
        ('"a,b",c', ['"a,b"', "c"]),
        ('~"a"",b",c', ['~"a"",b"', "c"]),
        ('it"s,b', ['it"s', "b"]),
        (",", ["", ""]),
    ],
)
def test_a_list_is_cut_outside_of_quotes(text: str, parts: list[str]) -> None:
    assert split(text, ",") == parts


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Blond_Hair", ["Blond_Hair"]),
        ("blond hair", ["Blond_Hair"]),
        ("BLOND_hair", ["Blond_Hair"]),
        ("a", ["a"]),
        ("B", ["B"]),
        ("straße", ["STRASSE"]),
        ("cafe\u0301", ["caf\u00e9"]),
        ("CAFE\u0301", ["caf\u00e9"]),
        ("happy face", ["Happy_Face", "happy_face"]),
        ("Happy_Face", ["Happy_Face"]),
        ("blondhair", []),
    ],
)
def test_names_match_whatever_their_case_where_one_does(name: str, found: list[str]) -> None:
    names = ["Blond_Hair", "A", "a", "B", "STRASSE", "caf\u00e9", "Happy_Face", "happy_face"]
    assert matched(name, names) == found
    if len(found) == 1:
        assert index_of(name, names) == names.index(found[0])
        return
    with pytest.raises(
        Fault, match="may be 'Happy_Face' or 'happy_face'; write" if found else "unknown; nearest: Blond_Hair"
    ):
        index_of(name, names)


JOINT = DomainSpace(
    ("faces", "moods"), (Attributes(("Blond_Hair", "a+b", "-x", "Same")), Classes((*ODD, "Happy", "same"))), masked=False
)


@pytest.mark.parametrize("name", ODD)
def test_a_class_is_asked_for_by_its_name_as_it_is(name: str) -> None:
    (goal,) = target_path(JOINT, name, "")[1].tolist()
    assert goal == [0.0] * 4 + [float(other == name) for other in (*ODD, "Happy", "same")]


@pytest.mark.parametrize(
    ("to", "columns"),
    [
        ("blond hair", [0]),
        ('faces/"a+b"', [1]),
        ('~"a+b", Blond_Hair', [0, 1]),
        ('"-x"+"a+b"', [1, 2]),
        ("happy", [4 + len(ODD)]),
        ("Same", [3]),
        ("same", [5 + len(ODD)]),
    ],
)
def test_what_people_write(to: str, columns: list[int]) -> None:
    assert target_path(JOINT, to, "")[1][0].nonzero().flatten().tolist() == columns


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("hapy", "label 'hapy' is unknown to this model; nearest: Happy"),
        ("SAME", "several datasets have such labels; write faces/SAME or moods/SAME"),
        ("Happy,Blond_Hair", "the labels belong to different datasets"),
    ],
)
def test_what_is_not_one_label_is_told(to: str, said: str) -> None:
    with pytest.raises(Fault, match=said):
        target_path(JOINT, to, "")


def test_targets_are_kept_in_one_form() -> None:
    space = DomainSpace(("faces",), (Attributes(("Blond_Hair", "Male")),))
    found = requests(space, ["faces"], {"faces": ["blond hair+~MALE", "Blond_Hair + ~Male", "-male"]})
    assert [one.target for one in found if one.set == "own"] == ["Blond_Hair+~Male", "-Male"]
    with pytest.raises(Fault, match="may be 'A_b' or 'a_b'"):
        requests(DomainSpace(("faces",), (Attributes(("A_b", "a_b")),)), ["faces"], {"faces": ["A B"]})
