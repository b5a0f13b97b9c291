"""The comparison: verdicts on both sides of every condition, errors worked by hand, and the stage on small judgements."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stages import compare
from stargan import tracking
from stargan.comparison import paper
from stargan.comparison.comparison import Comparison, compared
from stargan.comparison.conditions import run_differences, setting_differences, size_differences, target_differences
from stargan.comparison.judged import Judged, check_together, read_judged
from stargan.comparison.metrics import flat
from stargan.comparison.numbers import ERROR, HOW_MANY, PARAMETERS, REAL, Number, vote_numbers
from stargan.comparison.paper import ATTRIBUTES, ERRORS, EXPRESSIONS, VOTES, Setup
from stargan.comparison.scores import attribute_scores, expression_scores, shared_rows
from stargan.comparison.tables import page
from stargan.comparison.verdict import same_ranking, verdict
from stargan.core.params import Baseline, Compare, leaves, load
from stargan.data.domains import Attributes, Classes, LabelKind
from stargan.errors import Fault
from stargan.judge.intervals import Interval, wilson
from stargan.profiles import apply
from stargan.results.judgements import COLUMNS
from stargan.results.naming import TITLES
from support.sets import FACES

ROOT = Path(__file__).parents[2]
METHODS = tuple(TITLES)
MOODS = Classes(("angry", "contemptuous", "disgusted", "fearful", "happy", "neutral", "sad", "surprised"), "mood")
SETS: dict[str, tuple[LabelKind, Setup]] = {"moods": (MOODS, EXPRESSIONS), "faces": (FACES, ATTRIBUTES)}
COUNTS = {"moods": {"train": 4342, "test": 482}, "faces": {"train": 200_599, "test": 2000}}
NO_VOTES = {"raters": 0, "raters_discarded": 0}


def nested(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return dotted keys as sections."""
    sections: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        section, name = key.split(".")
        sections.setdefault(section, {})[name] = value
    return sections


ITERATIONS = {"moods": 54_400, "faces": 250_760}
"""200 x ceil(4342 / 16), 20 x ceil(200599 / 16)."""


def paper_settings(method: str, dataset: str) -> dict[str, Any]:
    """Return the settings of a training by the paper, worked out from its numbers."""
    whole: dict[str, Any] = {"unit": "epochs", "length": 200, "decay": 100}
    run = {"run": whole} if method == "star" else {"run": {"like": "run"}, "like": whole}
    settings = nested({**paper.TRAINING[method], **paper.WIDTHS[method]})
    return settings | {"seed": 1} | run


def rows_of(dataset: str, judgements: list[tuple[int, str, str, str, int, int]]) -> pd.DataFrame:
    """Return rows of (image, person, source, target, counts, wrong)."""
    table = pd.DataFrame(judgements, columns=["image", "person", "source", "target", "counts", "wrong"])
    return table.assign(faces=dataset, labels=dataset)[list(COLUMNS)]


def calm_rows(wrong: int, people: int = 60) -> list[tuple[int, str, str, str, int, int]]:
    """Return calm faces, one a person, made each of seven moods; the first `wrong` are seen otherwise."""
    targets = [name for name in MOODS.names if name != "neutral"]
    pairs = [(image, target) for image in range(people) for target in targets]
    return [(image, f"p{image}", "neutral", target, 1, int(place < wrong)) for place, (image, target) in enumerate(pairs)]


def face_rows(wrong: int) -> list[tuple[int, str, str, str, int, int]]:
    """Return ten black-haired men made blond, female, and both; of each the first `wrong` are seen otherwise."""
    targets = ("Blond_Hair", "~Male", "Blond_Hair+~Male")
    return [
        (image, f"image {image}", "Black_Hair+Male+Young", target, 1, int(image < wrong))
        for target in targets for image in range(10)
    ]  # fmt: skip


def judged(method: str, dataset: str = "moods", wrong: int = 9) -> Judged:
    """Return the judgements of a run in the paper's setup."""
    kind, setup = SETS[dataset]
    about = {
        "synthetic": False, "origin": {"kind": "files"}, "crop": {"kind": "centre", "side": 178}, "kind": kind.as_dict(),
        "images": COUNTS[dataset], "real_error_percent": 0.414938, "real_n": 482, "real_wrong": 2,
    }  # fmt: skip
    sizes = {
        "parameters": setup.parameters.get(method, 67_800_000), "models": paper.MODELS[method],
        "train_images": 870_400, "train_flops": 2 * 10**18,
    }  # fmt: skip
    rows = calm_rows(wrong) if dataset == "moods" else face_rows(wrong)
    return Judged(
        f"{method}-{dataset}", method, ITERATIONS[dataset], 128, sizes, paper_settings(method, dataset), {dataset: about},
        "neutral", rows_of(dataset, rows),
    )  # fmt: skip


def changed(one: Judged, key: str, value: object) -> Judged:
    """Return judgements with one setting ('train.batch'), fact of the dataset ('synthetic') or field changed."""
    if "." in key:
        section, name = key.split(".")
        return replace(one, settings={**one.settings, section: {**one.settings[section], name: value}})
    if key in one.settings:
        return replace(one, settings={**one.settings, key: value})
    if key in one.sizes:
        return replace(one, sizes={**one.sizes, key: value})  # type: ignore[dict-item]
    dataset, about = next(iter(one.datasets.items()))
    if key in about:
        return replace(one, datasets={dataset: {**about, key: value}})
    return replace(one, **{key: value})  # type: ignore[arg-type]


def random() -> np.random.Generator:
    return np.random.default_rng(3)


def whole(moods: list[Judged], faces: list[Judged] | None = None, votes: Mapping[str, float] = NO_VOTES) -> Comparison:
    return compared(faces or [judged("star", "faces")], moods, votes, 50, random)


def of(found: Comparison) -> dict[tuple[int, str, str], Number]:
    return {(one.table, one.row, one.column): one for one in found.numbers}


def in_papers_order() -> list[Judged]:
    """Return four runs in the paper's setup that err on 9, 17, 25 and 34 of 420: 2.1, 4.0, 6.0 and 8.1 %."""
    order = sorted(ERRORS, key=lambda method: ERRORS[method])
    return [judged(method, wrong=wrong) for method, wrong in zip(order, (9, 17, 25, 34), strict=True)]


# The paper's numbers


def test_votes_of_a_column_sum_to_all() -> None:
    for shares in VOTES.values():
        assert sum(shares.values()) == pytest.approx(100, abs=0.01)
        assert tuple(shares) == METHODS


def test_printed_sizes_are_those_that_were_solved_for() -> None:
    assert {key: round(value / 1e6, 1) for key, value in EXPRESSIONS.parameters.items()} == paper.MILLIONS
    for setup, labels in ((EXPRESSIONS, 8), (ATTRIBUTES, 5)):  # the formulas of StarGAN's G and D at 128 px
        assert setup.parameters["star"] == 8_414_848 + 3_136 * labels + 44_721_088 + 2_048 * 4 * labels


def test_conditions_name_params_that_exist() -> None:
    known = dict(leaves(load(ROOT / "params.yaml").model_dump()))
    for method in METHODS:
        assert set(paper.WIDTHS[method]) | set(paper.TRAINING[method]) <= set(known)


def test_the_papers_profile_meets_the_conditions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shutil.copy("params.yaml", tmp_path)
    apply("paper", tmp_path / "params.yaml")
    params = load(tmp_path / "params.yaml")
    runs = (*params.compare.attributes, *params.compare.expressions)
    assert len(runs) == 8
    for run in runs:
        training = params.training(run)
        method = training.method if isinstance(training, Baseline) else "star"
        asked = {**paper.WIDTHS[method], **paper.TRAINING[method]}
        substitute = ["diat.features is pixels, not face recognition"] if method == "diat" else []
        assert list(setting_differences(params.followed(run), asked)) == substitute, run


# Verdicts

SURE = Interval(1.0, 3.0)


@pytest.mark.parametrize(
    ("number", "said"),
    [(0.9, "not reproduced"), (1.0, "reproduced"), (2.12, "reproduced"), (3.0, "reproduced"), (3.1, "not reproduced")],
)
def test_reproduced_is_inside_the_interval(number: float, said: str) -> None:
    assert verdict(number, SURE, [], same_order=False) == said


def test_order_counts_outside_the_interval_only() -> None:
    assert verdict(4.1, SURE, [], same_order=True) == "consistent in order"
    assert verdict(2.0, SURE, [], same_order=True) == "reproduced"


def test_the_first_difference_is_named_whatever_the_number() -> None:
    assert verdict(2.0, SURE, ["drawn faces", "32 px"], same_order=True) == "not comparable: drawn faces"


def test_without_votes_nothing_else_matters() -> None:
    assert verdict(2.0, None, ["drawn faces"], same_order=False, votes=0) == "no votes"
    assert verdict(2.0, SURE, ["drawn faces"], same_order=False, votes=1) == "not comparable: drawn faces"
    assert verdict(2.0, SURE, [], same_order=False, votes=1) == "reproduced"


def test_ranking() -> None:
    first = {"a": 2.0, "b": 4.0, "c": 3.0}
    assert same_ranking(first, {"a": 10, "b": 12, "c": 11})
    assert not same_ranking(first, {"a": 10, "b": 11, "c": 12})
    assert not same_ranking(first, {"a": 10, "b": 11, "c": 11}), "a tie is no ranking"
    assert not same_ranking(first, {"a": 10, "b": 12}), "one is missing"


# Conditions


@pytest.mark.parametrize("dataset", SETS)
@pytest.mark.parametrize("method", METHODS)
def test_the_papers_setup_has_no_difference(method: str, dataset: str) -> None:
    assert run_differences(judged(method, dataset), dataset, SETS[dataset][1]) == []


ONE_CHANGE = [
    ("synthetic", True, "drawn faces, not photographs"),
    ("image_size", 32, "32 px, not 128"),
    ("images", {"train": 4341, "test": 482}, "4,823 images, not 4,824"),
    ("images", {"train": 4393, "test": 431}, "431 test images, not 432 to 504"),
    ("images", {"train": 4319, "test": 505}, "505 test images, not 432 to 504"),
    ("kind", Classes(("neutral", "happy"), "mood").as_dict(), "2 labels, not 8"),
    ("train.g_filters", 16, "train.g_filters is 16, not 64"),
    ("train.d_layers", 4, "train.d_layers is 4, not 6"),
    ("parameters", 53_226_561, "53,226,561 parameters, not 53,226,560"),
    ("train.batch", 8, "train.batch is 8, not 16"),
    ("train.flip", 0.0, "train.flip is 0.0, not 0.5"),
    ("train.g_lr", 4e-4, "train.g_lr is 0.0004, not 0.0001"),
    ("train.beta1", 0.9, "train.beta1 is 0.9, not 0.5"),
    ("train.n_critic", 3, "train.n_critic is 3, not 5"),
    ("train.lambda_cls", 0.0, "train.lambda_cls is 0.0, not 1.0"),
    ("train.schedule", "official", "train.schedule is official, not paper"),
    ("run", {"unit": "epochs", "length": 200, "decay": 50}, "decay over 50 of 200 epochs, not over a half"),
    ("step", 54_399, "54,399 iterations, not 54,400"),
]


@pytest.mark.parametrize(("key", "value", "said"), ONE_CHANGE)
def test_each_condition_fails_by_itself(key: str, value: object, said: str) -> None:
    found = run_differences(changed(judged("star"), key, value), "moods", EXPRESSIONS)
    assert found[0] == said
    if key not in ("images", "train.batch"):  # these change the length of an epoch too
        assert found == [said]


def test_the_first_difference_is_always_the_same() -> None:
    one = judged("star")
    for key, value, _ in reversed(ONE_CHANGE):
        one = changed(one, key, value)
    assert run_differences(one, "moods", EXPRESSIONS)[:2] == ["drawn faces, not photographs", "32 px, not 128"]


def test_a_split_by_person_is_the_papers_too() -> None:
    one = changed(judged("star"), "images", {"train": 60 * 72, "test": 7 * 72})
    assert run_differences(changed(one, "step", 200 * 270), "moods", EXPRESSIONS) == []


def test_methods_have_their_own_conditions() -> None:
    assert run_differences(changed(judged("diat"), "train.n_critic", 1), "moods", EXPRESSIONS) == []
    assert run_differences(changed(judged("icgan"), "train.g_lr", 1.0), "moods", EXPRESSIONS) == []
    said = list(size_differences(changed(judged("icgan"), "icgan.z_units", 512), EXPRESSIONS))
    assert said == ["icgan.z_units is 512, not 2048"]
    said = list(size_differences(replace(judged("icgan"), settings={"train": {}}), EXPRESSIONS))
    assert said[0] == "icgan.z is nothing, not 64"


def test_targets() -> None:
    assert list(target_differences(judged("star"), 7, EXPRESSIONS)) == []
    assert list(target_differences(judged("star"), 2, EXPRESSIONS)) == ["2 targets, not 7"]
    assert list(target_differences(replace(judged("star"), neutral=""), 7, EXPRESSIONS)) == [
        "translated from every class, not from neutral"
    ]


# Errors on the same images


def test_only_what_all_made_from_calm_faces_counts() -> None:
    star = rows_of("moods", [
        (4, "a", "neutral", "happy", 1, 0), (4, "a", "neutral", "sad", 1, 1), (5, "b", "neutral", "happy", 1, 1),
        (5, "b", "neutral", "neutral", 0, 1), (6, "c", "happy", "sad", 1, 1),
    ])  # fmt: skip
    diat = rows_of("moods", [
        (5, "b", "neutral", "happy", 1, 0), (4, "a", "neutral", "happy", 1, 0), (7, "d", "neutral", "happy", 1, 1),
        (6, "c", "happy", "sad", 1, 1),
    ])  # fmt: skip
    runs = [replace(judged("star"), rows=star), replace(judged("diat"), rows=diat)]
    one, other = shared_rows(runs, "moods", "neutral")
    assert one[["image", "target", "wrong"]].to_numpy().tolist() == [[4, "happy", 0], [5, "happy", 1]]
    assert other[["image", "target", "wrong"]].to_numpy().tolist() == [[4, "happy", 0], [5, "happy", 0]]
    found, targets = expression_scores(runs, 200, random)
    assert targets == 1
    assert (found["star"].error, found["star"].n, found["star"].difference) == (50, 2, None)
    assert (found["diat"].error, found["diat"].difference) == (0, -50)
    assert found["star"].wilson == wilson(1, 2)
    assert found["diat"].difference_people == Interval(-100, 0)


def test_the_paired_difference_is_surer_than_two_errors() -> None:
    # Both err on whole people, the second on the same ones and one more: the difference is 0 or more in every resample.
    people = [f"p{i}" for i in range(40)]
    first = [(i, who, "neutral", "happy", 1, int(i < 20)) for i, who in enumerate(people)]
    second = [(i, who, "neutral", "happy", 1, int(i < 24)) for i, who in enumerate(people)]
    runs = [replace(judged(m), rows=rows_of("moods", rows)) for m, rows in (("star", first), ("diat", second))]
    found, _ = expression_scores(runs, 1000, random)
    ends, mine = found["diat"].difference_people, found["diat"].people
    assert found["diat"].difference == 10
    assert ends is not None
    assert 0 <= ends.low < 10 < ends.high <= 22.5
    assert ends.high - ends.low < mine.high - mine.low


def test_people_are_drawn_whole() -> None:
    rows = [(i, "a" if i < 10 else "b", "neutral", "happy", 1, int(i < 10)) for i in range(20)]
    found, _ = expression_scores([replace(judged("star"), rows=rows_of("moods", rows))], 500, random)
    assert found["star"].people == Interval(0, 100)  # two people: both a, both b, or one of each
    assert found["star"].wilson == wilson(10, 20)


def test_equal_runs_give_equal_scores_whatever_stands_before_them() -> None:
    both, _ = expression_scores([judged("diat"), judged("star")], 100, random)
    alone, _ = expression_scores([judged("star")], 100, random)
    assert both["star"].people == alone["star"].people
    assert both["star"].difference == 0
    assert both["star"].difference_people == Interval(0, 0)


def test_from_every_class_where_none_is_neutral() -> None:
    rows = rows_of("moods", [(1, "a", "happy", "sad", 1, 1), (2, "b", "neutral", "sad", 1, 0)])
    found, _ = expression_scores([replace(judged("star"), rows=rows, neutral="")], 10, random)
    assert found["star"].n == 2


def test_columns_of_attributes_pool_the_targets_of_a_group() -> None:
    rows = rows_of("faces", [
        (1, "image 1", "Male", "Blond_Hair", 1, 1), (1, "image 1", "Male", "Black_Hair", 1, 0),
        (2, "image 2", "Blond_Hair", "Blond_Hair", 0, 0), (2, "image 2", "Blond_Hair", "~Male", 1, 1),
        (2, "image 2", "Blond_Hair", "Pale_Skin", 1, 1),
    ])  # fmt: skip
    kind = Attributes((*FACES.names, "Pale_Skin"), FACES.exclusive)
    one = changed(replace(judged("star", "faces"), rows=rows), "kind", kind.as_dict())
    found = attribute_scores([one], list(paper.COLUMNS), 10, random)
    assert {column: (scores["star"].error, scores["star"].n) for column, scores in found.items()} == {
        "Hair": (50, 2), "Male": (100, 1),
    }  # fmt: skip


# Runs that cannot stand together


def test_runs_of_other_datasets_or_images_are_refused() -> None:
    star, diat = judged("star"), judged("diat")
    check_together([star, diat], Classes)
    for other, said in (
        (replace(diat, datasets={"looks": diat.datasets["moods"]}), "trained on looks, star-moods on moods"),
        (changed(diat, "images", {"train": 1, "test": 2}), "moods's images is {'train': 1, 'test': 2}"),
        (changed(diat, "origin", {"kind": "synthetic"}), "moods's origin"),
        (changed(diat, "image_size", 64), "moods's image_size is 64, that of star-moods 128"),
        (changed(diat, "neutral", "happy"), "moods's neutral is happy, that of star-moods neutral"),
        (replace(diat, method="star"), "star-moods and diat-moods, both star"),
        (replace(diat, method="stargan2"), "stargan2 is no method of the paper; nearest: star"),
    ):
        with pytest.raises(Fault, match=said.replace("{", r"\{")):
            check_together([star, other], Classes)
    with pytest.raises(Fault, match="0 datasets with attributes"):
        check_together([star], Attributes)


def test_a_joint_run_may_stand_beside_one_of_its_datasets() -> None:
    star = judged("star")
    joint = replace(star, datasets={**judged("star", "faces").datasets, **star.datasets})
    check_together([joint, judged("diat")], Classes)


def test_runs_that_share_nothing_are_refused() -> None:
    diat = replace(judged("diat"), rows=rows_of("moods", [(999, "z", "neutral", "happy", 1, 0)]))
    with pytest.raises(Fault, match="star-moods, diat-moods share no translations of neutral moods faces"):
        whole([judged("star"), diat])


# The paper's numbers beside ours


def test_every_number_of_the_paper_has_a_row() -> None:
    numbers = of(whole([judged("star")]))
    assert len(numbers) == 12 + 16 + 4 + 1 + 8
    assert numbers[1, "StarGAN", "aged"].paper == 70.6
    assert numbers[2, "IcGAN", "G+A"].paper == 20.3
    assert numbers[3, "CycleGAN", ERROR].paper == 5.99


def test_table_3_reproduced_in_the_papers_setup() -> None:
    numbers = of(whole(in_papers_order()))
    star = numbers[3, "StarGAN", ERROR]
    assert star.ours == pytest.approx(100 * 9 / 420)
    assert (star.n, star.ends) == (420, wilson(9, 420))
    assert {numbers[3, title, ERROR].verdict for title in TITLES.values()} == {"reproduced"}
    assert numbers[3, REAL, ERROR].verdict == "reproduced"
    assert {numbers[3, title, column].verdict for title in TITLES.values() for column in (PARAMETERS, HOW_MANY)} == {
        "reproduced"
    }


def test_table_3_in_order_and_out_of_it() -> None:
    few = [
        replace(one, rows=rows_of("moods", calm_rows(wrong)))
        for one, wrong in zip(in_papers_order(), (60, 80, 100, 120), strict=True)
    ]
    assert {of(whole(few))[3, title, ERROR].verdict for title in TITLES.values()} == {"consistent in order"}
    few[0] = replace(few[0], rows=rows_of("moods", calm_rows(90)))
    assert {of(whole(few))[3, title, ERROR].verdict for title in TITLES.values()} == {"not reproduced"}


def test_order_needs_the_setup_of_every_method() -> None:
    runs = [
        replace(one, rows=rows_of("moods", calm_rows(wrong)))
        for one, wrong in zip(in_papers_order(), (60, 80, 100, 120), strict=True)
    ]
    numbers = of(whole([*runs[:-1], changed(runs[-1], "icgan.gan_lr", 1e-3)]))
    assert numbers[3, "StarGAN", ERROR].verdict == "not reproduced"
    assert numbers[3, "IcGAN", ERROR].verdict == "not comparable: icgan.gan_lr is 0.001, not 0.0002"


def test_a_missing_method_is_a_condition_of_table_3() -> None:
    numbers = of(whole(in_papers_order()[:-1]))
    assert numbers[3, "IcGAN", ERROR].ours is None
    for title in TITLES.values():
        assert numbers[3, title, ERROR].verdict == "not comparable: IcGAN is not compared"
    assert numbers[3, "StarGAN", PARAMETERS].verdict == "reproduced"
    assert numbers[3, "IcGAN", PARAMETERS].verdict == "not comparable: IcGAN is not compared"


def test_fewer_targets() -> None:
    runs = [replace(one, rows=one.rows[one.rows["target"].isin(["happy", "sad"])]) for one in in_papers_order()]
    numbers = of(whole(runs))
    for column, said in ((ERROR, "not comparable: 2 targets, not 7"), (PARAMETERS, "reproduced")):
        assert numbers[3, "DIAT", column].verdict == said
    assert numbers[3, "DIAT", HOW_MANY].verdict == "not comparable: 2 targets, not 7"


@pytest.mark.parametrize(
    ("parameters", "said"), [(53_150_001, "reproduced"), (53_249_999, "reproduced"), (53_260_000, "not reproduced")]
)
def test_parameters_to_the_printed_digits(parameters: int, said: str) -> None:
    numbers = of(whole([changed(judged("star"), "parameters", parameters)]))
    assert numbers[3, "StarGAN", PARAMETERS].verdict == said


def test_real_images_need_photographs_and_no_training() -> None:
    def said(one: Judged) -> str:
        return of(whole([one]))[3, REAL, ERROR].verdict

    assert said(changed(judged("star"), "train.batch", 8)) == "reproduced"
    assert said(changed(judged("star"), "real_wrong", 20)) == "not reproduced"
    assert said(changed(judged("star"), "synthetic", True)) == "not comparable: drawn faces, not photographs"


# Votes


def votes_like(shares: Mapping[str, float], raters: int = 146, n: int = 1000) -> dict[str, float]:
    """Return the tally of votes with these shares in every column."""
    votes: dict[str, float] = {"raters": raters, "raters_discarded": 0}
    for group in VOTES:
        begin = f"votes_{group.replace('+', '_and_')}"
        votes[f"{begin}_n"] = n
        for method, share in shares.items():
            key, ends = f"{begin}_{method}_percent", wilson(round(share * n / 100), n)
            votes |= {key: share, f"{key}_low": ends.low, f"{key}_high": ends.high}
    return votes


def faces_of_all() -> list[Judged]:
    return [judged(method, "faces") for method in METHODS]


def said_of_votes(judged: list[Judged], votes: Mapping[str, float]) -> dict[tuple[str, str], Number]:
    return {(one.row, one.column): one for one in vote_numbers(judged, "faces", votes)}


def test_without_votes_there_are_no_verdicts() -> None:
    for runs in (faces_of_all(), [changed(judged("star", "faces"), "synthetic", True)]):
        found = said_of_votes(runs, NO_VOTES)
        assert {number.verdict for number in found.values()} == {"no votes"}
        assert {number.ours for number in found.values()} == {None}


def test_votes_are_compared_by_column() -> None:
    found = said_of_votes(faces_of_all(), votes_like(VOTES["Hair"]))
    assert (found["StarGAN", "hair color"].verdict, found["StarGAN", "hair color"].n) == ("reproduced", 1000)
    assert found["StarGAN", "gender"].verdict == "not reproduced"  # there DIAT is second, not CycleGAN
    assert found["StarGAN", "H+G"].verdict == "not reproduced"
    found = said_of_votes(faces_of_all(), votes_like({"star": 85.0, "diat": 8.0, "cyclegan": 2.0, "icgan": 5.0}))
    assert found["DIAT", "H+G"].verdict == "consistent in order"  # there IcGAN is third
    assert found["DIAT", "H+A"].verdict == "not reproduced"  # there CycleGAN is third
    assert found["DIAT", "G+A"].verdict == "not reproduced"  # there IcGAN is second


@pytest.mark.parametrize(("raters", "single", "several"), [
    (146, "reproduced", "reproduced"), (145, "not comparable: 145 raters, fewer than 146", "reproduced"),
    (100, "not comparable: 100 raters, fewer than 146", "reproduced"),
    (99, "not comparable: 99 raters, fewer than 146", "not comparable: 99 raters, fewer than 100"),
])  # fmt: skip
def test_raters_as_many_as_the_papers(raters: int, single: str, several: str) -> None:
    found = said_of_votes(faces_of_all(), votes_like(VOTES["Hair"], raters))
    assert found["DIAT", "hair color"].verdict == single
    found = said_of_votes(faces_of_all(), votes_like(VOTES["Male+Young"], raters))
    assert found["DIAT", "G+A"].verdict == several


def test_votes_need_every_method_in_the_papers_setup() -> None:
    runs = faces_of_all()
    votes = votes_like(VOTES["Hair"])
    runs[0] = changed(runs[0], "train.batch", 8)
    assert said_of_votes(runs, votes)["StarGAN", "gender"].verdict == "not comparable: DIAT: train.batch is 8, not 16"
    assert said_of_votes(runs[1:], votes)["StarGAN", "gender"].verdict == "not comparable: DIAT is not compared"
    without = {key: value for key, value in votes.items() if "_icgan_" not in key}
    assert said_of_votes(faces_of_all(), without)["StarGAN", "gender"].verdict == "not comparable: IcGAN was not voted on"
    drawn = [changed(one, "synthetic", True) for one in runs]
    assert said_of_votes(drawn, votes)["StarGAN", "gender"].verdict == "not comparable: drawn faces, not photographs"


# Metrics and tables


def test_flat_metrics() -> None:
    found = flat(whole(in_papers_order(), [judged("star", "faces", 3), judged("diat", "faces", 5)]))
    assert found["mood_error_percent_star"] == 2.142857
    ends = wilson(17, 420)
    assert found["mood_error_percent_diat_low"] == round(ends.low, 6)
    assert found["mood_error_percent_diat_high"] == round(ends.high, 6)
    for key in ("mood_error_percent_diat", "mood_error_difference_diat"):
        assert found[f"{key}_person_low"] < found[key] < found[f"{key}_person_high"]
    assert found["mood_error_difference_diat"] == pytest.approx(100 * 8 / 420, abs=1e-6)
    assert "mood_error_difference_star" not in found
    assert found["attribute_error_percent_Hair_and_Male_diat"] == 50
    assert found["attribute_error_difference_Male_diat"] == 20
    assert found["mood_error_percent_star_n"] == 420
    assert (found["mood_models_diat"], found["mood_parameters_icgan"], found["seeds"]) == (7, 67_756_620, 1)
    verdicts = {key: value for key, value in found.items() if key.startswith("verdicts_")}
    assert verdicts == {
        "verdicts_reproduced": 13, "verdicts_consistent_in_order": 0, "verdicts_not_reproduced": 0,
        "verdicts_not_comparable": 0, "verdicts_no_votes": 28,
    }  # fmt: skip


def test_the_page_by_hand() -> None:
    found = page(whole(in_papers_order()[:2], [judged("star", "faces", 3), judged("diat", "faces", 5)]))
    lines = found.splitlines()
    assert lines[0].startswith("**Table 3**: neutral moods faces made each of 7 other classes")
    assert next(line for line in lines if line.startswith("| StarGAN | 2.14")) == (
        "| StarGAN | 2.14 [1.1, 4.0] | 420 |  | 53.2M x 1 | 870,400 | 2,000,000 | 2.12, 53.2M x 1 "
        "| not comparable: CycleGAN is not compared | reproduced |"
    )
    diat = next(line for line in lines if line.startswith("| DIAT | 4.05"))
    assert "| +1.90 [" in diat
    assert "| 52.6M x 7 |" in diat
    assert "| StarGAN | 66.2 / no votes | 39.1 / no votes |" in found
    assert "| n | 10 | 10 | 10 |" in found
    assert "| DIAT | 50.0 [23.7, 76.3] |" in found
    assert "Number of seeds: 1 (seed 1)." in found
    assert "IcGAN |" not in found


def test_seeds_are_counted_once() -> None:
    assert whole([judged("star"), changed(judged("diat"), "seed", 4)]).seeds == [1, 4]


# The stage


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with judgements of eight runs and no votes, where tracking tells nobody."""

    @contextmanager
    def silent(*_: object) -> Iterator[tracking.Run]:
        yield tracking.Run("test", None)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tracking, "stage_run", silent)
    for dataset in SETS:
        for one in [judged(method, dataset, wrong) for wrong, method in enumerate(METHODS, 3)]:
            write(one)
    Path("metrics").mkdir()
    Path("metrics/votes.json").write_text(json.dumps(NO_VOTES))
    return tmp_path


def write(one: Judged) -> None:
    """Write judgements as evaluate does."""
    folder = Path("data/judgements", one.run)
    folder.mkdir(parents=True, exist_ok=True)
    one.rows.to_csv(folder / "judgements.csv", index=False, lineterminator="\n")
    about = {key: value for key, value in vars(one).items() if key != "rows"}
    (folder / "judgements.json").write_text(json.dumps(about))


def run_stage(attributes: list[str], expressions: list[str]) -> str:
    """Run the stage for these methods; return the Markdown."""
    params = load(ROOT / "params.yaml")
    listed = Compare(
        attributes=[f"{method}-faces" for method in attributes], expressions=[f"{method}-moods" for method in expressions],
        single="rafd", joint="both", faces=1,
    )  # fmt: skip
    compare.run(params.model_copy(update={"compare": listed}))
    return Path("metrics/comparison.md").read_text()


def test_reading_gives_what_was_written(project: Path) -> None:
    found = read_judged(Path("data/judgements/star-faces"))
    assert found.rows.equals(judged("star", "faces", 6).rows)
    assert found.settings == judged("star", "faces").settings


def test_the_stage_writes_three_files(project: Path) -> None:
    run_stage(["star", "diat"], ["star", "diat", "cyclegan", "icgan"])
    table = pd.read_csv("metrics/comparison.csv", keep_default_na=False)
    assert tuple(table.columns) == compare.COLUMNS
    assert len(table) == 41
    row = table[(table["table"] == 3) & (table["row"] == "StarGAN") & (table["column"] == ERROR)].iloc[0]
    assert (float(row["paper"]), float(row["ours"]), row["n"]) == (2.12, 1.428571, "420")
    # Wilson's interval of 6 of 420: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), z = 1.96
    assert (float(row["low"]), float(row["high"])) == pytest.approx((0.6563, 3.0813), abs=1e-3)
    assert set(table[table["table"] == 1]["n"]) == {"0"}
    assert set(table[table["table"] == 1]["ours"]) == {""}
    metrics = json.loads(Path("metrics/comparison.json").read_text())
    assert metrics["attribute_error_percent_Hair_star"] == 60


def test_same_inputs_same_bytes(project: Path) -> None:
    def written() -> list[bytes]:
        run_stage(["star", "diat"], ["star", "diat"])
        return [Path(f"metrics/comparison.{end}").read_bytes() for end in ("json", "csv", "md")]

    assert written() == written()


def test_a_removed_method_leaves_every_table(project: Path) -> None:
    assert run_stage(["star", "icgan"], ["star", "icgan"]).count("| IcGAN |") == 3
    left = run_stage(["star"], ["star"])
    assert "| IcGAN |" not in left
    assert not any("icgan" in key for key in json.loads(Path("metrics/comparison.json").read_text()))
    table = pd.read_csv("metrics/comparison.csv")
    assert table[(table["row"] == "IcGAN") & (table["column"] == ERROR)]["ours"].isna().all()


def test_one_method_alone(project: Path) -> None:
    text = run_stage(["star"], ["star"])
    assert "by the classifier" not in text
    assert "| StarGAN | 1.43 [0.7, 3.1] | 420 |  |" in text


def test_runs_that_are_not_listed_are_not_read(project: Path) -> None:
    for name in ("diat-moods", "diat-faces"):
        Path("data/judgements", name, "judgements.json").write_text("{")
    run_stage(["star"], ["star"])


def test_faults_name_the_stage_to_run(project: Path) -> None:
    Path("data/judgements/diat-moods/judgements.csv").unlink()
    with pytest.raises(Fault, match=r"data/judgements/diat-moods: .*python -m stages.evaluate diat-moods"):
        run_stage(["star"], ["star", "diat"])
    Path("metrics/votes.json").write_text("{}")
    with pytest.raises(Fault, match=r"metrics/votes.json: no tallied votes there \('raters'\)"):
        run_stage(["star"], ["star"])
    Path("metrics/votes.json").unlink()
    with pytest.raises(Fault, match=r"metrics/votes.json: .*python -m stages.tally"):
        run_stage(["star"], ["star"])
    assert not Path("metrics/comparison.json").exists()


def test_judgements_of_another_form_are_refused(project: Path) -> None:
    folder = Path("data/judgements/star-moods")
    table = pd.read_csv(folder / "judgements.csv").drop(columns="counts")
    table.to_csv(folder / "judgements.csv", index=False)
    with pytest.raises(Fault, match="columns faces, image"):
        read_judged(folder)
