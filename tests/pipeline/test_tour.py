"""Every command of the README, in its order, in a repository in which the pipeline has run."""

import json
import re
import shutil

import pytest
from conftest import AFTER, BASELINE_RUNS, ROOT, RUNS, Repository

# README commands that no test can run as they stand, each with its reason.
NOT_RUN = {
    "make repro": "the default setup takes an hour; `dvc repro` ran in the fixture",
    "make test": "this is it",
    "python -m stages.fetch celeba": "needs the network; tests/unit/test_fetch.py has a server of its own",
    "dvc exp run --temp -n no-rec -S train.lambda_rec=0 evaluate@rafd": "as no-cls; test_assembly.py follows each param",
    "dvc exp run --temp -n official -S train.schedule=official evaluate@rafd": "as no-cls",
    "dvc exp run --temp -n critic-1 -S train.n_critic=1 evaluate@rafd": "as no-cls",
    "dvc exp run --temp -n critic-5 -S train.n_critic=5 evaluate@rafd": "as no-cls",
    "mlflow ui": "a server; started and asked in test_repro.py",
    "dvc queue start -j 2": "goes on in the background; started and awaited in test_repro.py",
}


def readme_commands() -> list[str]:
    """Return the commands of the README's bash blocks, comments cut off and continued lines joined."""
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    commands = [re.sub(r"\s+#.*", "", line).strip() for line in lines]
    return [re.sub(r"\s+", " ", command) for command in commands if command]


def test_reasons_belong_to_commands_of_the_readme() -> None:
    assert set(NOT_RUN) <= set(readme_commands())


@pytest.fixture(scope="module")
def tour(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, dict[str, str]]:
    """What the README's commands print, run in its order on a copy, with files of the right kind where it names some."""
    copy = Repository(tmp_path_factory.mktemp("tour") / "copy")
    shutil.copytree(repository.path, copy.path, symlinks=True)
    copy.sh(
        "mkdir photos && python - <<'END'\n"
        "import torch; from PIL import Image; from stargan.networks.star import Generator\n"
        "Image.new('RGB', (50, 40), 'red').save('photo.jpg'); Image.new('RGB', (40, 50), 'tan').save('photos/a.png')\n"
        "torch.save(Generator(5, 4, 1).state_dict(), '200000-G.ckpt')\n"
        "import json; key = json.load(open('data/study/key.json'))\n"
        "rows = [f\"{key['page']},one,{q},{a['options'].index('real' if not a['group'] else 'diat') + 1}\" "
        "for q, a in key['answers'].items()]\n"
        "open('data/votes/one.csv', 'w').write('\\n'.join(['page,rater,question,choice', *rows]) + '\\n')\n"
        "END"
    )
    printed = {}
    for command in readme_commands():
        if command in NOT_RUN:
            continue
        if "flags paper" in command:  # days of training: queued, so that every flag is taken, and dropped again
            printed[command] = copy.sh(
                command.replace("exp run", "exp run --queue").replace("PATH", "data/raw/rafd/rafd.zip")
            )
            copy.sh("dvc queue remove --all")
        else:
            printed[command] = copy.sh(command, expect="fetch rafd" in command)  # that one says what is missing
    return copy, printed


def test_pictures_of_ones_own(tour: tuple[Repository, dict[str, str]]) -> None:
    assert sorted(path.name for path in (tour[0].path / "data/translated").iterdir()) == [
        "a.png-happy.png", "photo.jpg-Blond_Hair-Young.png", "photo.jpg-Brown_Hair-Male.png",
    ]  # fmt: skip


def ran_in(printed: str) -> set[str]:
    """Return the stages that DVC says it ran."""
    return set(re.findall(r"Running stage '([\w@-]+)'", printed))


def test_votes_are_tallied_and_stand_in_the_comparison(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    assert "Raters: 1; discarded by the validation questions: 0" in printed["python -m stages.tally data/votes/*.csv"]
    assert re.search(r"\| DIAT \|.* 100\.0 \(", printed["python -m stages.tally data/votes/*.csv"])
    assert {"tally", "compare"} <= ran_in(printed["dvc repro compare"])
    assert json.loads((copy.path / "metrics/votes.json").read_text())["raters"] == 1


def test_a_method_that_is_not_compared_leaves_the_table(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    command = "dvc exp run --temp -n two-methods -S 'compare.expressions=[rafd,diat-rafd]' compare"
    assert "compare" in ran_in(printed[command])
    assert not ran_in(printed[command]) & {
        f"{stage}@{run}" for stage in ("train", "baseline") for run in RUNS + BASELINE_RUNS
    }
    before = copy.sh("git show HEAD:metrics/comparison.md")
    after = copy.of_experiment("two-methods", "metrics/comparison.md")
    assert "| CycleGAN | " in before.split("**Tables 1 and 2**")[0]
    assert "| DIAT | " in after.split("**Tables 1 and 2**")[0]
    assert "| CycleGAN | " not in after.split("**Tables 1 and 2**")[0]


def test_the_baselines_on_attributes_run_too(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    (said,) = (text for command, text in printed.items() if "-n attributes" in command)
    assert {f"baseline@{method}-celeba" for method in ("diat", "cyclegan", "icgan")} <= ran_in(said)
    metrics = json.loads(copy.of_experiment("attributes", "metrics/comparison.json"))
    for method in ("star", "diat", "cyclegan", "icgan"):
        for group in ("Hair", "Male", "Young", "Hair_and_Male", "Hair_and_Male_and_Young"):
            assert 0 <= metrics[f"attribute_error_percent_{group}_{method}"] <= 100
    assert "same columns by the classifier" in copy.of_experiment("attributes", "metrics/comparison.md")


def test_an_ablation_runs_its_own_stages_and_seeds_come_together(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    said = printed["dvc exp run --temp -n no-cls -S train.lambda_cls=0 evaluate@rafd"]
    assert ran_in(said) == {"train@rafd", "translate@rafd", "evaluate@rafd"}
    assert copy.of_experiment("no-cls", "metrics/losses/rafd.csv") != copy.sh("git show HEAD:metrics/losses/rafd.csv")
    seeds, ablation = (text for command, text in printed.items() if command.startswith("python -m stages.summary"))
    assert re.search(r"\| default \| 2 \(1, 2\) \|", seeds)
    assert re.search(r"\| no class loss \| 1 \(1\) \|", ablation)
    assert copy.of_experiment("no-mask", "metrics/evaluate/both.json").count("wrong_mask") == 0
    assert "celeba" not in copy.of_experiment("single", "metrics/losses/both.csv").splitlines()[0]


def test_an_experiment_runs_what_its_param_reaches(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    said = printed["dvc exp run --temp -n lambda2 -S train.lambda_cls=2"]
    assert ran_in(said) == {f"{stage}@{run}" for stage in ("train", "translate", "evaluate") for run in RUNS} | AFTER
    assert "lambda2" in printed["dvc exp show --only-changed"]
    assert "train.lambda_cls" in copy.sh("dvc params diff HEAD lambda2")
    assert copy.sh("dvc metrics diff HEAD lambda2").count("metrics/evaluate/") > 10


def test_the_readme_says_how_to_get_rafd(tour: tuple[Repository, dict[str, str]]) -> None:
    assert "rafd.nl" in tour[1]["python -m stages.fetch rafd"]
