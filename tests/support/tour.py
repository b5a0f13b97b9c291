"""The commands of README and docs, in their order, in a repository in which the pipeline has run."""

import re

from support.processes import ROOT
from support.repository import Repository

CURVES = "docs/reading-the-curves.md"
DOCUMENTS = ("docs/results.md", "docs/experiments.md", CURVES, "docs/photos.md", "docs/paper.md", "README.md")

ALIGNED = (
    "python -m stages.translate_image --model data/models/celeba/generator.safetensors --image photo.jpg --to Blond_Hair"
)
# Commands that no test can run as they stand, each with its reason.
NOT_RUN = {
    "source .venv/bin/activate": "the tests have an environment",
    "make repro": "the default setup takes 40 minutes; `dvc repro` ran when the repository was built",
    "make test": "this is one of its tiers",
    "python -m stages.fetch celeba": "needs the network; tests/unit/test_fetch.py has a server of its own",
    "dvc exp run --temp -n no-rec -S train.lambda_rec=0 evaluate@rafd": "as no-cls; test_assembly.py follows each param",
    "dvc exp run --temp -n official -S train.schedule=official evaluate@rafd": "as no-cls",
    "dvc exp run --temp -n critic-1 -S train.n_critic=1 evaluate@rafd": "as no-cls",
    "dvc exp run --temp -n critic-5 -S train.n_critic=5 evaluate@rafd": "as no-cls",
    "pip install -r requirements-faces.txt": "the tests have an environment",
    f"{ALIGNED} --align": "needs the faces extra; tests/unit/test_photos_of_ones_own.py aligns where it is there",
    f"{ALIGNED} --align --all --paste": "as the one before",
    "mlflow ui": "a server; started and asked in test_again.py",
    "dvc queue start -j 2": "goes on in the background; started and awaited in test_experiments.py",
}


def commands_of(document: str) -> list[str]:
    """Return the commands of a document's bash blocks, comments cut off and continued lines joined."""
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / document).read_text(), re.S)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    commands = [re.sub(r"\s+#.*", "", line).strip() for line in lines]
    return [re.sub(r"\s+", " ", command) for command in commands if command]


def part(name: str) -> list[str]:
    """Return the commands of one part of the tour, each of which can be run without the others.

    comparisons: the baselines and votes; ablations; seeds; own: the user's own commands and pictures.
    """
    found: dict[str, list[str]] = {"comparisons": [], "ablations": [], "seeds": [], "own": []}
    for document in DOCUMENTS:
        reached = {"docs/results.md": "comparisons", CURVES: "ablations"}.get(document, "own")
        for command in commands_of(document):
            reached = "ablations" if "-n watched" in command else reached
            if command not in NOT_RUN:
                found["seeds" if "seed-2" in command else reached].append(command)
    return found[name]


def toured(copy: Repository, commands: list[str]) -> dict[str, str]:
    """Return what the commands print, run where files of the right kind stand where the documents name some."""
    copy.sh(
        "mkdir photos && python - <<'END'\n"
        "import os, torch; from PIL import Image; from stargan.models.networks.star import Generator\n"
        "Image.new('RGB', (50, 40), 'red').save('photo.jpg'); Image.new('RGB', (40, 50), 'tan').save('photos/a.png')\n"
        "import numpy as np; noise = np.random.default_rng(1).integers(0, 256, (2, 10, 40, 40, 3), dtype='uint8')\n"
        "for mood, images in zip(('glad', 'sad'), noise):\n"
        "    os.makedirs(f'moods/{mood}')\n"
        "    for n, image in enumerate(images): Image.fromarray(image).save(f'moods/{mood}/{n}.png')\n"
        "torch.save(Generator(5, 4, 1).state_dict(), '200000-G.ckpt')\n"
        "import json; key = json.load(open('data/study/key.json'))\n"
        "rows = [f\"{key['page']},one,{q},{a['options'].index('real' if not a['group'] else 'diat') + 1}\" "
        "for q, a in key['answers'].items()]\n"
        "open('data/votes/one.csv', 'w').write('\\n'.join(['page,rater,question,choice', *rows]) + '\\n')\n"
        "END"
    )
    printed = {}
    for command in commands:
        if "flags paper" in command:  # days of training: queued, so that every flag is taken, and dropped again
            queued = command.replace("exp run", "exp run --queue").replace("PATH", "data/raw/rafd/rafd.zip")
            printed[command] = copy.sh(queued)
            copy.sh("dvc queue remove --all")
        else:
            here = command.replace("/data/moods", f"{copy.path}/moods").replace("5000, decay: 2500", "6, decay: 3")
            here = re.sub(r"\.length=\d+", ".length=6", re.sub(r"(decay|judge_every)=\d+", r"\1=3", here))
            printed[command] = copy.sh(here, expect="fetch rafd" in command)  # that one says what is missing
    return printed


def ran_in(printed: str) -> set[str]:
    """Return the stages that DVC says it ran."""
    return set(re.findall(r"Running stage '([\w@-]+)'", printed))
