"""The paper's numbers and verdicts on them, conditions, scores of the same images."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from stargan.comparison import paper
from stargan.comparison.conditions import run_differences, setting_differences, size_differences, target_differences
from stargan.comparison.paper import ATTRIBUTES, EXPRESSIONS, VOTES
from stargan.comparison.scores import attribute_scores, expression_scores, shared_rows
from stargan.comparison.verdict import same_ranking, verdict
from stargan.core.params import leaves, load
from stargan.data.domains import Attributes, Classes
from stargan.judge.intervals import Interval, wilson
from stargan.profiles import apply
from support.comparisons import METHODS, ROOT, SETS, changed, judged, random, rows_of
from support.sets import FACES

# The paper's numbers


def test_votes_of_a_column_sum_to_all() -> None:
    for shares in VOTES.values():
        assert sum(shares.values()) == pytest.approx(100, abs=0.01)
        assert tuple(shares) == METHODS


def test_printed_sizes_are_those_that_were_solved_for() -> None:
    assert {key: round(value / 1e6, 1) for key, value in EXPRESSIONS.parameters.items()} == paper.MILLIONS
    for setup, labels in ((EXPRESSIONS, 8), (ATTRIBUTES, 5)):  # the formulas of StarGAN's G and D at 128 px
        assert setup.parameters["stargan"] == 8_414_848 + 3_136 * labels + 44_721_088 + 2_048 * 4 * labels


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
        method = params.run(run).method
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
    ("train.g_norms", "blocks", "train.g_norms is blocks, not all"),
    ("train.cutout", 0.5, "train.cutout is 0.5, not 0"),
    ("train.reconstruct_first", 300, "train.reconstruct_first is 300, not 0"),
    ("train.lambda_cls", 0.0, "train.lambda_cls is 0.0, not 1.0"),
    ("train.schedule", "official", "train.schedule is official, not paper"),
    ("run", {"unit": "epochs", "length": 200, "decay": 50}, "decay over 50 of 200 epochs, not over a half"),
    ("step", 54_399, "54,399 iterations, not 54,400"),
]


@pytest.mark.parametrize(("key", "value", "said"), ONE_CHANGE)
def test_each_condition_fails_by_itself(key: str, value: object, said: str) -> None:
    found = run_differences(changed(judged("stargan"), key, value), "moods", EXPRESSIONS)
    assert found[0] == said
    if key not in ("images", "train.batch"):  # these change the length of an epoch too
        assert found == [said]


def test_the_first_difference_is_always_the_same() -> None:
    one = judged("stargan")
    for key, value, _ in reversed(ONE_CHANGE):
        one = changed(one, key, value)
    assert run_differences(one, "moods", EXPRESSIONS)[:2] == ["drawn faces, not photographs", "32 px, not 128"]


def test_a_split_by_person_is_the_papers_too() -> None:
    one = changed(judged("stargan"), "images", {"train": 60 * 72, "test": 7 * 72})
    assert run_differences(changed(one, "step", 200 * 270), "moods", EXPRESSIONS) == []


def test_methods_have_their_own_conditions() -> None:
    assert run_differences(changed(judged("diat"), "train.n_critic", 1), "moods", EXPRESSIONS) == []
    assert run_differences(changed(judged("icgan"), "train.g_lr", 1.0), "moods", EXPRESSIONS) == []
    said = list(size_differences(changed(judged("icgan"), "icgan.z_units", 512), EXPRESSIONS))
    assert said == ["icgan.z_units is 512, not 2048"]
    said = list(size_differences(replace(judged("icgan"), settings={"train": {}}), EXPRESSIONS))
    assert said[0] == "icgan.z is nothing, not 64"


def test_targets() -> None:
    assert list(target_differences(judged("stargan"), 7, EXPRESSIONS)) == []
    assert list(target_differences(judged("stargan"), 2, EXPRESSIONS)) == ["2 targets, not 7"]
    assert list(target_differences(replace(judged("stargan"), neutral={}), 7, EXPRESSIONS)) == [
        "translated from every class, not from neutral"
    ]


# Errors on the same images


def test_only_what_all_made_from_calm_faces_counts() -> None:
    star = rows_of(
        "moods",
        [
            (4, "a", "neutral", "happy", 1, 0),
            (4, "a", "neutral", "sad", 1, 1),
            (5, "b", "neutral", "happy", 1, 1),
            (5, "b", "neutral", "neutral", 0, 1),
            (6, "c", "happy", "sad", 1, 1),
        ],
    )
    diat = rows_of(
        "moods",
        [
            (5, "b", "neutral", "happy", 1, 0),
            (4, "a", "neutral", "happy", 1, 0),
            (7, "d", "neutral", "happy", 1, 1),
            (6, "c", "happy", "sad", 1, 1),
        ],
    )
    runs = [replace(judged("stargan"), rows=star), replace(judged("diat"), rows=diat)]
    one, other = shared_rows(runs, "moods", "neutral")
    assert one[["image", "target", "wrong"]].to_numpy().tolist() == [[4, "happy", 0], [5, "happy", 1]]
    assert other[["image", "target", "wrong"]].to_numpy().tolist() == [[4, "happy", 0], [5, "happy", 0]]
    found, targets = expression_scores(runs, 200, random)
    assert targets == 1
    assert (found["stargan"].error, found["stargan"].n, found["stargan"].difference) == (50, 2, None)
    assert (found["diat"].error, found["diat"].difference) == (0, -50)
    assert found["stargan"].wilson == wilson(1, 2)
    assert found["diat"].difference_people == Interval(-100, 0)


def test_the_paired_difference_is_surer_than_two_errors() -> None:
    # Both err on whole people, the second on the same ones and one more: the difference is 0 or more in every resample.
    people = [f"p{i}" for i in range(40)]
    first = [(i, who, "neutral", "happy", 1, int(i < 20)) for i, who in enumerate(people)]
    second = [(i, who, "neutral", "happy", 1, int(i < 24)) for i, who in enumerate(people)]
    runs = [replace(judged(m), rows=rows_of("moods", rows)) for m, rows in (("stargan", first), ("diat", second))]
    found, _ = expression_scores(runs, 1000, random)
    ends, mine = found["diat"].difference_people, found["diat"].people
    assert found["diat"].difference == 10
    assert ends is not None
    assert mine is not None
    assert 0 <= ends.low < 10 < ends.high <= 22.5
    assert ends.high - ends.low < mine.high - mine.low


def test_people_are_drawn_whole() -> None:
    rows = [(i, "a" if i < 10 else "b", "neutral", "happy", 1, int(i < 10)) for i in range(20)]
    found, _ = expression_scores([replace(judged("stargan"), rows=rows_of("moods", rows))], 500, random)
    assert found["stargan"].people == Interval(0, 100)  # two people: both a, both b, or one of each
    assert found["stargan"].wilson == wilson(10, 20)


def test_equal_runs_give_equal_scores_whatever_stands_before_them() -> None:
    both, _ = expression_scores([judged("diat"), judged("stargan")], 100, random)
    alone, _ = expression_scores([judged("stargan")], 100, random)
    assert both["stargan"].people == alone["stargan"].people
    assert both["stargan"].difference == 0
    assert both["stargan"].difference_people == Interval(0, 0)


def test_from_every_class_where_none_is_neutral() -> None:
    rows = rows_of("moods", [(1, "a", "happy", "sad", 1, 1), (2, "b", "neutral", "sad", 1, 0)])
    found, _ = expression_scores([replace(judged("stargan"), rows=rows, neutral={})], 10, random)
    assert found["stargan"].n == 2


def test_columns_of_attributes_pool_the_targets_of_a_group() -> None:
    rows = rows_of(
        "faces",
        [
            (1, "image 1", "Male", "Blond_Hair", 1, 1),
            (1, "image 1", "Male", "Black_Hair", 1, 0),
            (2, "image 2", "Blond_Hair", "Blond_Hair", 0, 0),
            (2, "image 2", "Blond_Hair", "~Male", 1, 1),
            (2, "image 2", "Blond_Hair", "Pale_Skin", 1, 1),
        ],
    )
    kind = Attributes((*FACES.names, "Pale_Skin"), FACES.exclusive)
    one = changed(replace(judged("stargan", "faces"), rows=rows), "kind", kind.as_dict())
    found = attribute_scores([one], list(paper.COLUMNS), 10, random)
    assert {column: (scores["stargan"].error, scores["stargan"].n) for column, scores in found.items()} == {
        "Hair": (50, 2),
        "Male": (100, 1),
    }
