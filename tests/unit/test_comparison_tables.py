"""The paper's numbers beside ours: what is refused, votes, metrics, tables."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from stargan.comparison.judged import Judged, check_together
from stargan.comparison.metrics import headline, measures_of
from stargan.comparison.numbers import ERROR, HOW_MANY, PARAMETERS, REAL, Number, vote_numbers
from stargan.comparison.paper import VOTES
from stargan.comparison.tables import page
from stargan.core.measures import by_key
from stargan.data.domains import Attributes, Classes
from stargan.errors import Fault
from stargan.judge.intervals import wilson
from stargan.results.naming import TITLES
from support.comparisons import METHODS, NO_VOTES, calm_rows, changed, in_papers_order, judged, of, rows_of, whole

# Runs that cannot stand together


def test_runs_of_other_datasets_or_images_are_refused() -> None:
    star, diat = judged("stargan"), judged("diat")
    check_together([star, diat], Classes)
    for other, said in (
        (replace(diat, datasets={"looks": diat.datasets["moods"]}), "trained on looks, stargan-moods on moods"),
        (changed(diat, "images", {"train": 1, "test": 2}), "moods's images is {'train': 1, 'test': 2}"),
        (changed(diat, "origin", {"kind": "synthetic"}), "moods's origin"),
        (changed(diat, "image_size", 64), "moods's image_size is 64, that of stargan-moods 128"),
        (changed(diat, "neutral", {"moods": "happy"}), "moods's neutral is happy, that of stargan-moods neutral"),
        (replace(diat, method="stargan"), "stargan-moods and diat-moods, both stargan"),
        (replace(diat, method="stargan2"), "stargan2 is no method of the paper; nearest: stargan"),
    ):
        with pytest.raises(Fault, match=said.replace("{", r"\{")):
            check_together([star, other], Classes)
    with pytest.raises(Fault, match="0 datasets with attributes"):
        check_together([star], Attributes)


def test_a_joint_run_may_stand_beside_one_of_its_datasets() -> None:
    star = judged("stargan")
    joint = replace(star, datasets={**judged("stargan", "faces").datasets, **star.datasets})
    check_together([joint, judged("diat")], Classes)


def test_runs_that_share_nothing_are_refused() -> None:
    diat = replace(judged("diat"), rows=rows_of("moods", [(999, "z", "neutral", "happy", 1, 0)]))
    with pytest.raises(Fault, match="stargan-moods, diat-moods share no translations of neutral moods faces"):
        whole([judged("stargan"), diat])


# The paper's numbers beside ours


def test_every_number_of_the_paper_has_a_row() -> None:
    numbers = of(whole([judged("stargan")]))
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
    numbers = of(whole([changed(judged("stargan"), "parameters", parameters)]))
    assert numbers[3, "StarGAN", PARAMETERS].verdict == said


def test_real_images_need_photographs_and_no_training() -> None:
    def said(one: Judged) -> str:
        return of(whole([one]))[3, REAL, ERROR].verdict

    assert said(changed(judged("stargan"), "train.batch", 8)) == "reproduced"
    assert said(changed(judged("stargan"), "real_wrong", 20)) == "not reproduced"
    assert said(changed(judged("stargan"), "synthetic", True)) == "not comparable: drawn faces, not photographs"


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
    for runs in (faces_of_all(), [changed(judged("stargan", "faces"), "synthetic", True)]):
        found = said_of_votes(runs, NO_VOTES)
        assert {number.verdict for number in found.values()} == {"no votes"}
        assert {number.ours for number in found.values()} == {None}


def test_votes_are_compared_by_column() -> None:
    found = said_of_votes(faces_of_all(), votes_like(VOTES["Hair"]))
    assert (found["StarGAN", "hair color"].verdict, found["StarGAN", "hair color"].n) == ("reproduced", 1000)
    assert found["StarGAN", "gender"].verdict == "not reproduced"  # there DIAT is second, not CycleGAN
    assert found["StarGAN", "H+G"].verdict == "not reproduced"
    found = said_of_votes(faces_of_all(), votes_like({"stargan": 85.0, "diat": 8.0, "cyclegan": 2.0, "icgan": 5.0}))
    assert found["DIAT", "H+G"].verdict == "consistent in order"  # there IcGAN is third
    assert found["DIAT", "H+A"].verdict == "not reproduced"  # there CycleGAN is third
    assert found["DIAT", "G+A"].verdict == "not reproduced"  # there IcGAN is second


@pytest.mark.parametrize(
    ("raters", "single", "several"),
    [
        (146, "reproduced", "reproduced"),
        (145, "not comparable: 145 raters, fewer than 146", "reproduced"),
        (100, "not comparable: 100 raters, fewer than 146", "reproduced"),
        (99, "not comparable: 99 raters, fewer than 146", "not comparable: 99 raters, fewer than 100"),
    ],
)
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


def test_measures_of_the_comparison() -> None:
    compared = whole(in_papers_order(), [judged("stargan", "faces", 3), judged("diat", "faces", 5)])
    found, ends = by_key(list(measures_of(compared))), wilson(17, 420)
    assert found["error_stargan/moods"].value == pytest.approx(900 / 420)
    assert (found["error_stargan/moods"].n, found["error_diat/moods"].n) == (420, 420)
    assert (found["error_diat/moods"].low, found["error_diat/moods"].high) == (ends.low, ends.high)
    for key in ("error_by_person_diat/moods", "difference_diat/moods"):
        one = found[key]
        assert one.low is not None
        assert one.high is not None
        assert one.low < one.value < one.high
    assert found["difference_diat/moods"].value == pytest.approx(100 * 8 / 420)
    assert "difference_stargan/moods" not in found
    assert found["error_diat/faces/Hair+Male"].value == 50
    assert found["difference_diat/faces/Male"].value == 20
    assert (found["models_diat/moods"].value, found["parameters_icgan/moods"].value) == (7, 67_756_620)


def test_the_headline_of_the_comparison() -> None:
    compared = whole(in_papers_order(), [judged("stargan", "faces", 3), judged("diat", "faces", 5)])
    found = headline(compared)
    assert len(found) <= 12
    assert (found["mood_error_stargan"], found["attribute_error_stargan"], found["attribute_error_diat"]) == (2.14, 30, 50)
    assert (found["reproduced"], found["consistent_in_order"], found["seeds"]) == (13, 0, 1)


def test_the_page_by_hand() -> None:
    found = page(whole(in_papers_order()[:2], [judged("stargan", "faces", 3), judged("diat", "faces", 5)]))
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
    assert whole([judged("stargan"), changed(judged("diat"), "seed", 4)]).seeds == [1, 4]
