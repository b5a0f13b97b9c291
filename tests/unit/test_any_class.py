"""Classes of any name, from their folders to pictures and numbers."""

from pathlib import Path

import numpy as np
from PIL import Image

from stargan.core.measures import MEASURES, read_measures
from stargan.results.translations import read_translations
from support.params import NETWORKS, write_params
from support.stages import Stages

NAMES = ["0", "01", "-30", "1e5", "a,b", "a+b", "~x", "喜び", "très triste", "nan", "=cmd", '"q"', "A", "a", "$x$", "a_to_b"]
MINE = {
    "form": "folders",
    "path": "faces",
    "title": "mood",
    "split": "folders",
    "test_share": 0.2,
    "seed": 1,
    "bad_images": "stop",
}
RUN = {"datasets": ["mine"], "faces": ["mine"], "labels": []}
LENGTH = {"unit": "iterations", "length": 2, "decay": 1}
PAIRS = [["0", "a_to_b"], ["0_to_a", "b"], ["01", "~x"], ["-30", "a+b"], ["喜び", "a,b"]]


def test_they_train_evaluate_and_translate(stages: Stages, tmp_path: Path) -> None:
    """Catches a reader, a key, a file or a target that takes a name for a number, an operator or a path."""
    folder, random = tmp_path / "work", np.random.default_rng(1)
    names = [*NAMES, "0_to_a", "b"]
    for side, count in (("train", 2), ("test", 1)):
        for name in names:
            (folder / "faces" / side / name).mkdir(parents=True)
            for number in range(count):
                picture = Image.fromarray(random.integers(0, 256, (16, 16, 3), dtype=np.uint8))
                picture.save(folder / "faces" / side / name / f"{number}.png")
    runs = {"mine": RUN | LENGTH | {"method": "stargan"}, "diat": RUN | {"method": "diat", "like": "mine", "pairs": PAIRS}}
    lists = {"attributes": ["mine"], "expressions": ["mine", "diat"], "single": "mine", "joint": "mine", "faces": 2}
    write_params(
        folder / "params.yaml",
        threads=1,
        image_size=16,
        datasets={"mine": MINE},
        runs=runs,
        budget="images_per_model",
        classifier__epochs=1,
        classifier__batch=18,
        train__batch=2,
        train__n_critic=1,
        train__judge_every=2,
        bookkeeping__log_every=1,
        translate__targets={},
        evaluate__neutral={"mine": "nan"},
        evaluate__bootstrap=5,
        compare=lists,
        **NETWORKS,
    )
    each = [f"{stage} {run}" for run in runs for stage in ("train", "translate", "evaluate")]
    for command in ("prepare mine", "classifier mine", "plan", *each):
        done = stages.run(folder, command)
        assert done.status == 0, (command, done.stderr)
    made = read_translations(folder / "data/translations/mine")
    assert set(made.of("own")["target"]) == set(names)
    pictures = list((folder / "data/translations/mine/pictures/mine/mine").iterdir())
    assert len(pictures) == 8 * len(names)  # eight faces
    found = {one.key for one in read_measures(folder / MEASURES / "mine.csv", "")}
    assert {f"error_from_any/mine/{name}" for name in names} <= found
    assert {f"error/mine/{name}" for name in names if name != "nan"} <= found
    losses = (folder / "metrics/losses/diat.csv").read_text().splitlines()[0].split(",")
    terms = [term for term in losses if term[:2] in ("d_", "g_")]
    assert len(terms) == len(set(terms)) == 4 * len(PAIRS)
    for at, name in enumerate(["-30", "a,b", "~x", "喜び", "a", "A"]):
        model = "data/models/mine/generator.safetensors"
        done = stages.run(folder, ["translate_image", "--model", model, "--image", "faces/test/0/0.png", f"--to={name}"])
        assert done.status == 0, (name, done.stderr)
        assert len(list((folder / "data/translated").iterdir())) == at + 1
