"""Votes counted by hand."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stargan.core.target import quoted
from stargan.errors import Fault
from stargan.results.naming import group_key
from stargan.study.key import Answer, Key
from stargan.study.tally import Vote, markdown, of_this_page, read_votes, tally
from support.odd_names import ODD
from support.study import the_key


def choice_of(key: Key, name: str, method: str) -> int:
    return key.answers[name].options.index(method) + 1


def ballot(key: Key, rater: str, method: str, **instead: int) -> str:
    """Return a rater's file: `method` everywhere and the real face where asked, or `instead` by question id."""
    choices: dict[str, int] = {}
    for name, answer in key.answers.items():
        wanted = method if method in answer.options else "stargan"
        choices[name] = choice_of(key, name, wanted if answer.group else "real")
    choices |= instead
    return "page,rater,question,choice\n" + "".join(
        f"{key.page},{rater},{name},{choice}\n" for name, choice in choices.items()
    )


def write(folder: Path, **files: str) -> list[Path]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return [folder / f"{name}.csv" for name in files]


def counted(folder: Path, key: Key, **files: str) -> Mapping[str, float]:
    return tally(read_votes(write(folder, **files), key), key)


def test_no_votes() -> None:
    assert tally([], the_key()) == {"raters": 0, "raters_discarded": 0}


def test_votes_by_hand(tmp_path: Path) -> None:
    key = the_key()
    n = sum(answer.group == "Hair" for answer in key.answers.values())
    metrics = counted(
        tmp_path, key, a=ballot(key, "ann", "stargan"), b=ballot(key, "bob", "stargan"), c=ballot(key, "cy", "diat")
    )
    assert (metrics["raters"], metrics["raters_discarded"]) == (3, 0)
    assert metrics["votes_Hair_n"] == 3 * n
    assert metrics["votes_Hair_stargan_percent"] == pytest.approx(200 / 3)
    assert metrics["votes_Hair_diat_percent"] == pytest.approx(100 / 3)
    assert metrics["votes_Hair_cyclegan_percent"] == 0
    assert "votes_Hair_icgan_percent" not in metrics  # was not asked about
    assert metrics["votes_happy_icgan_percent"] == 0
    # Equal shares would be n each of 2n, n, 0: (n^2 + 0 + n^2) / n = 2n, two degrees of freedom: p = exp(-n).
    assert metrics["votes_Hair_chi_square"] == pytest.approx(2 * n)
    assert metrics["votes_Hair_p"] == pytest.approx(np.exp(-n))
    assert "votes_Hair_and_Male_n" in metrics


def test_votes_on_classes_of_any_name_are_counted_apart() -> None:
    """Catches a group whose name is read as a sum of others, or as the end of another's key."""
    names = [*ODD, "stargan_percent", "n_n", "a_n", "b"]
    groups = tuple(map(quoted, names))
    answers = {f"q{at}": Answer(group, "moods", at, group, ("stargan", "diat"), "") for at, group in enumerate(groups)}
    votes = [Vote("ann", name, one.group, one.options[at % 2]) for at, (name, one) in enumerate(answers.items())]
    metrics = tally(votes, Key(groups, ("stargan", "diat"), answers))
    assert len(metrics) == 2 + 9 * len(names)
    shares = [metrics[f"votes_{group_key(group)}_stargan_percent"] for group in groups]
    assert shares == [100.0 * (at % 2 == 0) for at in range(len(groups))]


def test_wilson_ends_of_a_share() -> None:
    key = the_key()
    chosen = ["stargan"] * 20 + ["diat"] * 30
    votes = [Vote(f"r{i}", "", "Male", method) for i, method in enumerate(chosen)]
    plain = Key(key.groups, key.methods, {name: one for name, one in key.answers.items() if one.group})
    metrics = tally([*votes], replace(plain, answers=plain.answers))
    # Wilson for 20 of 50, by the closed form: centre (0.4 + 0.03842) / 1.07683, half 0.13062.
    assert metrics["votes_Male_stargan_percent_low"] == pytest.approx(27.6, abs=0.05)
    assert metrics["votes_Male_stargan_percent_high"] == pytest.approx(53.8, abs=0.05)


def test_who_misses_a_validation_question_or_leaves_one_out_is_discarded(tmp_path: Path) -> None:
    key = the_key()
    check = next(name for name, answer in key.answers.items() if not answer.group)
    wrong = choice_of(key, check, "noise")
    left_out = "".join(line for line in ballot(key, "cy", "diat").splitlines(True) if f",{check}," not in line)
    metrics = counted(
        tmp_path, key, a=ballot(key, "ann", "stargan"), b=ballot(key, "bob", "diat", **{check: wrong}), c=left_out
    )
    assert (metrics["raters"], metrics["raters_discarded"]) == (1, 2)
    assert metrics["votes_Male_stargan_percent"] == 100
    assert counted(tmp_path, key, a=left_out) == {"raters": 0, "raters_discarded": 1}


def test_several_raters_in_one_file_and_a_byte_order_mark(tmp_path: Path) -> None:
    key = the_key()
    both = ballot(key, "ann", "stargan") + "".join(ballot(key, '"b, o""b"', "diat").splitlines(True)[1:])
    assert counted(tmp_path, key, both="\ufeff" + both)["raters"] == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("other,ann,q01,1", "line 3: page 'other' is not the key's"),
        ("{page},ann,q99,1", "line 3: question 'q99' is not on the page"),
        ("{page},ann,q01,1", "line 3: rater ann answers q01 again, after .*line 2"),
        ("{page},ann,q02,0", "line 3: choice '0' is not 1 to [34]"),
        ("{page},ann,q02,5", "line 3: choice '5' is not 1 to [34]"),
        ("{page},ann,q02,first", "line 3: choice 'first' is not 1 to [34]"),
        ("{page},,q02,1", "line 3: no rater"),
        ("{page},ann,q02", "line 3: 3 fields"),
    ],
)
def test_a_line_that_cannot_be_counted_is_named(tmp_path: Path, line: str, told: str) -> None:
    key = the_key()
    text = f"page,rater,question,choice\n{key.page},ann,q01,1\n{line.format(page=key.page)}\n"
    with pytest.raises(Fault, match=rf"a\.csv: {told}"):
        read_votes(write(tmp_path, a=text), key)


def test_a_rater_in_two_files_and_files_of_another_form_are_refused(tmp_path: Path) -> None:
    key = the_key()
    with pytest.raises(Fault, match=r"b\.csv: line 2: rater ann answers q01 again, after .*a\.csv: line 2"):
        read_votes(write(tmp_path, a=ballot(key, "ann", "stargan"), b=ballot(key, "ann", "diat")), key)
    with pytest.raises(Fault, match=r"c\.csv: line 1: the columns"):
        read_votes(write(tmp_path, c="rater,question\n"), key)
    with pytest.raises(Fault, match=r"d\.csv: line 1: the columns"):
        read_votes(write(tmp_path, d=""), key)
    with pytest.raises(Fault, match=r"e\.csv: cannot be read"):
        read_votes([tmp_path / "e.csv"], key)


def test_the_table_has_the_form_of_tables_1_and_2(tmp_path: Path) -> None:
    key = the_key()
    metrics = counted(tmp_path, key, a=ballot(key, "ann", "stargan"), b=ballot(key, "bob", "diat"))
    told, blank, head, rule, *rows = markdown(metrics, key).splitlines()
    assert (told, blank) == ("Raters: 2; discarded by the validation questions: 0.", "")
    assert head == "|  | Hair | Male | Young | Hair+Male | happy |"
    assert rule == "| --- | --- | --- | --- | --- | --- |"
    assert [row.split(" | ")[0] for row in rows] == [
        "| StarGAN",
        "| DIAT",
        "| CycleGAN",
        "| IcGAN",
        "| votes",
        "| chi-square (p)",
    ]
    assert rows[0].startswith("| StarGAN | 50.0 (")
    assert rows[3].startswith("| IcGAN | - | - | - | - | 0.0 (0.0 to ")
    assert markdown({"raters": 0, "raters_discarded": 3}, key).count("\n") == 1


def test_votes_of_another_page_are_told_apart_from_a_wrong_line(tmp_path: Path) -> None:
    key = the_key()
    mine, old = write(tmp_path, a=ballot(key, "ann", "stargan"), b=ballot(key, "bob", "stargan").replace(key.page, "older"))
    mixed = tmp_path / "c.csv"
    mixed.write_text(mine.read_text() + old.read_text().split("\n", 1)[1])
    empty = tmp_path / "d.csv"
    empty.write_text("page,rater,question,choice\n")
    assert of_this_page([mine, old, mixed, empty], key) == ([mine, mixed, empty], [old])
    with pytest.raises(Fault, match=r"c.csv: line \d+: page 'older' is not the key's"):
        read_votes([mixed], key)
