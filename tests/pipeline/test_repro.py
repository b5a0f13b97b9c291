"""The whole pipeline through DVC in a repository of its own, at a size that only shows that it goes."""

import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, Repository

RUNS = ("celeba", "rafd", "both")
BASELINES = ("diat-rafd", "cyclegan-rafd", "icgan-rafd")
STAGES = (
    28  # 2 synthesize, 2 prepare, 2 classifier, 3 each of train, translate, evaluate and their baselines, 4 that compare
)
AFTER = {"compare", "figures", "study", "tally"}
SMALL = """
threads: 1
synthesize: {celeba: {images: 60}, rafd: {people: 6}}
data: {celeba: {test_images: 20}, rafd: {test_share: 0.34}}
classifier: {epochs: 1, batch: 16}
train: {batch: 4, g_filters: 4, g_blocks: 1, d_filters: 4, n_critic: 2, sample_every: 10, checkpoint_every: 5, log_every: 5}
runs:
  celeba: {length: 10, decay: 5}
  rafd: {length: 10, decay: 5}
  both: {length: 10, decay: 5}
budget: images_per_model
icgan: {z: 4, filters: 4, encoder_filters: 4, z_units: 8, y_units: 8}
translate: {pictures: 2}
evaluate: {kid_subset: 5, bootstrap: 20}
compare: {faces: 2}
study: {questions: 6, validation: 1}
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A committed repository in which the pipeline has run once."""
    path = tmp_path_factory.mktemp("repository")
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in names.stdout.splitlines():
        if (ROOT / name).is_file() and not name.startswith(("metrics/", "dvc.lock")):
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, path / name)
    made = Repository(path)
    (path / "profiles/small.yaml").write_text(SMALL)
    made.sh("git init -q -b main && git config user.name tester && git config user.email tester@localhost")
    made.sh("python -m stargan.profiles apply small && git add -A && git commit -qm start")
    made.sh("dvc repro")
    made.sh("git add -A && git commit -qm results")
    return made


def test_everything_is_made_and_a_second_run_does_nothing(repository: Repository) -> None:
    lock = repository.lock()
    assert len(re.findall(r"^  [\w@-]+:$", lock, re.M)) == STAGES
    assert "Data and pipelines are up to date" in repository.sh("dvc repro")
    assert repository.lock() == lock
    assert repository.sh("git status --porcelain") == ""


def test_metrics_of_every_run_are_there(repository: Repository) -> None:
    shared = {"fid_classifier_biased", "kid_classifier", "precision_classifier", "recall_classifier", "reconstruction_l1",
              "reconstruction_psnr", "reconstruction_ssim", "ground_truth_changed_l1", "identity_changed_l1",
              "g_parameters", "d_parameters"}  # fmt: skip
    own = {
        "rafd": {"expression_error_percent", "expression_error_percent_n", "expression_error_percent_person_high"},
        "celeba": {
            "attribute_error_percent_Blond_Hair",
            "attribute_error_percent_flip_Male",
            "preserved_attribute_error_percent",
        },
        "both": {
            "wrong_mask_expression_error_percent",
            "cross_expression_error_percent",
            "kid_classifier_rafd",
            "cross_ground_truth_changed_l1",
            "classifier_error_percent_celeba",
        },
    }
    assert {f"{run}.json" for run in RUNS + BASELINES} == {p.name for p in (repository.path / "metrics/evaluate").iterdir()}
    for run in RUNS:
        metrics = repository.metrics(run)
        assert shared | own[run] <= metrics.keys()
        assert not {"fid", "kid"} & metrics.keys()  # never under the name of the standard ones


def test_forced_again_the_same_bytes(repository: Repository) -> None:
    lock = repository.lock()
    assert repository.sh("dvc repro -f").count("Running stage") == STAGES
    assert repository.lock() == lock
    assert repository.sh("git status --porcelain") == ""


def test_a_fresh_clone_has_nothing_to_do(repository: Repository, tmp_path: Path) -> None:
    repository.sh(f"git clone -q . {tmp_path}/clone")
    clone = Repository(tmp_path / "clone")
    assert "Data and pipelines are up to date" in clone.sh("dvc repro --allow-missing")
    assert clone.sh("git status --porcelain") == ""


def test_every_stage_is_in_mlflow(repository: Repository) -> None:
    query = (
        "import mlflow; c = mlflow.MlflowClient('sqlite:///mlflow.db');"
        "ids = [e.experiment_id for e in c.search_experiments()];"
        "runs = c.search_runs(ids, max_results=1000);"
        "print('RUNS', sorted((r.data.tags.get('dvc.stage', ''), r.info.status, len(r.data.metrics) > 0) for r in runs))"
    )
    printed = repository.sh(f'python -c "{query}"')
    found = eval(printed[printed.index("RUNS ") + 5 :])
    finished = {name for name, status, _ in found if status == "FINISHED"}
    assert {f"{stage}@{run}" for stage in ("train", "translate", "evaluate") for run in RUNS} <= finished
    stages = ("baseline", "translate-baseline", "evaluate-baseline")
    assert {f"{stage}@{run}" for stage in stages for run in BASELINES} <= finished
    assert finished >= AFTER
    assert {name for name, _, measured in found if measured} >= {f"{s}@{run}" for s in ("train", "evaluate") for run in RUNS}
    assert {status for *_, status, _ in found} == {"FINISHED"}


def test_a_param_that_is_not_there_is_refused(repository: Repository) -> None:
    printed = repository.sh("dvc exp run --temp -S train.lambda_clss=2", expect=255)
    assert "lambda_clss" in printed


# README commands that no test can run as they stand, each with its reason.
NOT_RUN = {
    "make repro": "the default setup takes minutes; `dvc repro` ran in the fixture",
    "make test": "this is it",
    "python -m stages.fetch celeba": "needs the network; tests/unit/test_fetch.py has a server of its own",
    "dvc exp run --temp -n no-rec -S train.lambda_rec=0 evaluate@rafd": "as no-cls; test_assembly.py follows each param",
    "dvc exp run --temp -n official -S train.schedule=official evaluate@rafd": "as no-cls",
    "dvc exp run --temp -n critic-1 -S train.n_critic=1 evaluate@rafd": "as no-cls",
    "dvc exp run --temp -n critic-5 -S train.n_critic=5 evaluate@rafd": "as no-cls",
    "mlflow ui": "a server; started and asked below",
    "dvc queue start -j 2": "goes on in the background; started and awaited below",
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
    assert not ran_in(printed[command]) & {f"{stage}@{run}" for stage in ("train", "baseline") for run in RUNS + BASELINES}
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


def test_queued_experiments_run_two_at_a_time(repository: Repository) -> None:
    repository.sh("dvc exp run --queue -S evaluate.bootstrap=30,40")
    repository.sh("dvc queue start -j 2")
    for _ in range(120):
        status = repository.sh("dvc queue status")
        if not re.search("Queued|Running", status.split("Worker status")[0]):
            break
        repository.sh("sleep 5")
    assert status.count("Success") == 2, status
    assert repository.sh("git status --porcelain") == ""


def test_mlflow_ui_answers_in_the_root(repository: Repository) -> None:
    repository.sh(
        "mlflow ui --port 5917 > ui.log 2>&1 & server=$!\n"
        "for i in $(seq 60); do curl -sf http://127.0.0.1:5917/health && break; sleep 1; done\n"
        "curl -sf -X POST -H 'Content-Type: application/json' -d '{\"max_results\": 10}' "
        "http://127.0.0.1:5917/api/2.0/mlflow/experiments/search | grep stargan\n"
        "found=$?; kill $server; wait $server; rm ui.log; exit $found"
    )


@pytest.fixture
def copy(repository: Repository, tmp_path: Path) -> Repository:
    shutil.copytree(repository.path, tmp_path / "copy", symlinks=True)
    return Repository(tmp_path / "copy")


def test_a_shared_remote_brings_a_clone_all_outputs(copy: Repository, tmp_path: Path) -> None:
    copy.sh(f"dvc remote add -d shared {tmp_path}/shared && dvc push && git commit -qam remote")
    copy.sh(f"git clone -q . {tmp_path}/clone")
    clone = Repository(tmp_path / "clone")
    clone.sh("dvc pull")
    assert "Data and pipelines are up to date" in clone.sh("dvc repro")
    model = "data/models/both/generator.safetensors"
    assert (clone.path / model).read_bytes() == (copy.path / model).read_bytes()


def test_two_stages_at_once_leave_the_lock_as_it_was(copy: Repository) -> None:
    lock = copy.lock()
    copy.sh(
        "dvc --wait-for-lock repro -f -s train@celeba > one.log 2>&1 & one=$!\n"
        "dvc --wait-for-lock repro -f -s train@rafd > two.log 2>&1; two=$?\n"
        "wait $one && [ $two = 0 ] || { cat one.log two.log; exit 1; }"
    )
    assert all("Running stage" in (copy.path / log).read_text() for log in ("one.log", "two.log"))
    assert copy.lock() == lock


def test_a_param_makes_two_processes_share_a_training(copy: Repository) -> None:
    copy.sh("dvc exp run --temp -n two -S launcher='torchrun --standalone --nproc-per-node 2' train@rafd")
    alone, shared = (
        pd.read_csv(io.StringIO(text), index_col=0)
        for text in (copy.sh("git show HEAD:metrics/losses/rafd.csv"), copy.of_experiment("two", "metrics/losses/rafd.csv"))
    )
    pd.testing.assert_frame_equal(alone[:5], shared[:5], rtol=1e-3, atol=1e-4)
    assert len(shared) == len(alone)
