"""The whole pipeline through DVC in a repository of its own, at a size that only shows that it goes."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, environment

RUNS = ("celeba", "rafd", "both")
STAGES = 15  # 2 synthesize, 2 prepare, 2 classifier, 3 each of train, translate, evaluate
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
translate: {pictures: 2}
evaluate: {kid_subset: 5, bootstrap: 20}
"""


class Repository:
    """A repository with this checkout's files, in which shell commands run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def sh(self, command: str, expect: int = 0) -> str:
        """Run a shell command; return what it printed. Fails the test on another exit status."""
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.path, env=environment(), text=True, timeout=900,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == expect, f"$ {command}\n{done.stdout[-6000:]}"
        return done.stdout

    def lock(self) -> str:
        """Return dvc.lock."""
        return (self.path / "dvc.lock").read_text()

    def metrics(self, run: str) -> dict[str, float]:
        """Return the metrics of a run."""
        return dict(json.loads((self.path / f"metrics/evaluate/{run}.json").read_text()))


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


def test_an_experiment_runs_what_its_param_reaches(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    said = printed["dvc exp run --temp -n lambda2 -S train.lambda_cls=2"]
    ran = set(re.findall(r"Running stage '([\w@-]+)'", said))
    assert ran == {f"{stage}@{run}" for stage in ("train", "translate", "evaluate") for run in RUNS}
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
