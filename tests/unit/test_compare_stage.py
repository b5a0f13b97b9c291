"""The compare stage: from judgements and votes to three files."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from stages import compare
from stargan import tracking
from stargan.comparison.judged import Judged, read_judged
from stargan.comparison.numbers import ERROR
from stargan.core.about import file_digest, write_about
from stargan.core.params import Compare, load
from stargan.errors import Fault
from stargan.results.judgements import FORM
from support.comparisons import METHODS, NO_VOTES, ROOT, SETS, judged
from support.sets import change_record

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
    files = {"judgements.csv": file_digest(folder / "judgements.csv")}
    write_about(folder / "judgements.json", FORM, about, files, {})


def run_stage(attributes: list[str], expressions: list[str]) -> str:
    """Run the stage for these methods; return the Markdown."""
    params = load(ROOT / "params.yaml")
    listed = Compare(
        attributes=[f"{method}-faces" for method in attributes],
        expressions=[f"{method}-moods" for method in expressions],
        single="rafd",
        joint="both",
        faces=1,
    )
    compare.run(params.model_copy(update={"compare": listed}))
    return Path("metrics/comparison.md").read_text()


def test_reading_gives_what_was_written(project: Path) -> None:
    found = read_judged(Path("data/judgements/stargan-faces"))
    assert found.rows.equals(judged("stargan", "faces", 6).rows)
    assert found.settings == judged("stargan", "faces").settings


def test_the_stage_writes_three_files(project: Path) -> None:
    run_stage(["stargan", "diat"], ["stargan", "diat", "cyclegan", "icgan"])
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
    assert (metrics["attribute_error_stargan"], metrics["seeds"]) == (60, 1)


def test_same_inputs_same_bytes(project: Path) -> None:
    def written() -> list[bytes]:
        run_stage(["stargan", "diat"], ["stargan", "diat"])
        names = ("comparison.json", "comparison.csv", "comparison.md", "scores.csv")
        return [Path("metrics", name).read_bytes() for name in names]

    assert written() == written()


def test_a_removed_method_leaves_every_table(project: Path) -> None:
    assert run_stage(["stargan", "icgan"], ["stargan", "icgan"]).count("| IcGAN |") == 3
    left = run_stage(["stargan"], ["stargan"])
    assert "| IcGAN |" not in left
    assert not any("icgan" in key for key in json.loads(Path("metrics/comparison.json").read_text()))
    table = pd.read_csv("metrics/comparison.csv")
    assert table[(table["row"] == "IcGAN") & (table["column"] == ERROR)]["ours"].isna().all()


def test_one_method_alone(project: Path) -> None:
    text = run_stage(["stargan"], ["stargan"])
    assert "by the classifier" not in text
    assert "| StarGAN | 1.43 [0.7, 3.1] | 420 |  |" in text


def test_runs_that_are_not_listed_are_not_read(project: Path) -> None:
    for name in ("diat-moods", "diat-faces"):
        Path("data/judgements", name, "judgements.json").write_text("{")
    run_stage(["stargan"], ["stargan"])


def test_faults_name_the_stage_to_run(project: Path) -> None:
    Path("data/judgements/diat-moods/judgements.csv").unlink()
    with pytest.raises(Fault, match=r"data/judgements/diat-moods: .*python -m stages.evaluate diat-moods"):
        run_stage(["stargan"], ["stargan", "diat"])
    Path("metrics/votes.json").write_text("{}")
    with pytest.raises(Fault, match=r"metrics/votes.json: no tallied votes there \('raters'\)"):
        run_stage(["stargan"], ["stargan"])
    Path("metrics/votes.json").unlink()
    with pytest.raises(Fault, match=r"metrics/votes.json: .*python -m stages.tally"):
        run_stage(["stargan"], ["stargan"])
    assert not Path("metrics/comparison.json").exists()


def test_judgements_of_another_form_are_refused(project: Path) -> None:
    folder = Path("data/judgements/stargan-moods")
    table = pd.read_csv(folder / "judgements.csv").drop(columns="counts")
    table.to_csv(folder / "judgements.csv", index=False)
    with pytest.raises(Fault, match="judgements.csv is not what was written there"):
        read_judged(folder)
    digest = file_digest(folder / "judgements.csv")
    change_record(folder / "judgements.json", lambda about: about.update(files={"judgements.csv": digest}))
    with pytest.raises(Fault, match="columns set, faces, image"):
        read_judged(folder)
