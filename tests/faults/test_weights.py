"""Files of weights that are not what they say: models of ours, released checkpoints, judges."""

import pickle
import shutil
from collections.abc import Callable
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save
from torch import Tensor

from faults.cells import IDENTICAL, REFUSED, Tell
from stargan.core.tensors import read_tensors, write_tensors
from stargan.data.domains import Attributes
from stargan.errors import Fault
from stargan.judge.judge import read_judge
from stargan.models.assembly import load_model
from stargan.models.networks.star import Discriminator, Generator
from stargan.models.released import load_released
from support.processes import hashes
from support.released import released_g
from support.sets import resign
from support.stages import Stages, assert_clean

Damage = Callable[[Path], object]
CPU = torch.device("cpu")
FIVE = Attributes(("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young"), ())


class Payload:
    """What makes a file beside it where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.marker = path.parent / "marker"

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


def cut(share: float) -> Damage:
    """Return a damage that keeps the first part of a file alone."""
    return lambda path: path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def poisoned(tensors: dict[str, Tensor], value: float) -> dict[str, Tensor]:
    """Return the tensors with one value of the largest changed."""
    name = max(tensors, key=lambda key: tensors[key].numel())
    changed = tensors[name].clone()
    changed.view(-1)[-1] = value
    return {**tensors, name: changed}


def discriminator() -> dict[str, Tensor]:
    """Return D's weights."""
    return Discriminator(16, 5, 4, 2).state_dict()


FOREIGN: dict[str, Damage] = {
    "pickle payload": lambda path: path.write_bytes(pickle.dumps({"g": Payload(path)}, 2)),
    "payload in a torch file": lambda path: torch.save({"main.0.weight": Payload(path)}, path),
    "cut at 10 %": cut(0.1),
    "cut at 50 %": cut(0.5),
    "cut at 90 %": cut(0.9),
    "empty": cut(0),
    "HTML": lambda path: path.write_bytes(b"<!doctype html><title>404</title>" * 9),
    "random bytes": lambda path: path.write_bytes(torch.randint(256, (999,), dtype=torch.uint8).numpy().tobytes()),
    "header of random bytes": lambda path: path.write_bytes(
        path.read_bytes()[:8] + b"\xff\x00{" * 30 + path.read_bytes()[98:]
    ),
}


def again(change: Callable[[dict[str, Tensor], dict[str, Any]], None]) -> Damage:
    """Return a damage that writes a model anew, whole and with a digest that fits, but changed."""

    def damage(path: Path) -> None:
        tensors, header = read_tensors(path)
        change(tensors, header)
        write_tensors(path, tensors, header)

    return damage


def without_its_digest(path: Path) -> None:
    """Change one letter of the digest's name, and one bit of the weights."""
    content = bytearray(path.read_bytes())
    content[content.index(b"sha256")] ^= 1
    content[-1] ^= 1
    path.write_bytes(content)


def wider(tensors: dict[str, Tensor], _: dict[str, Any]) -> None:
    """Let the generator take two more label planes."""
    first = tensors["g.main.0.weight"]
    tensors["g.main.0.weight"] = torch.cat([first, first[:, :2]], dim=1)


def swap(tensors: dict[str, Tensor], _: dict[str, Any]) -> None:
    """Put D where G was."""
    tensors.clear()
    tensors.update({f"g.{key}": value for key, value in discriminator().items()})


OURS: dict[str, Damage] = {
    **FOREIGN,
    "two label planes too many": again(wider),
    "D in place of G": again(swap),
    "digest's name and a bit changed": without_its_digest,
    "a weight NaN": again(lambda tensors, _: tensors.update(poisoned(tensors, nan))),
    "a weight Inf": again(lambda tensors, _: tensors.update(poisoned(tensors, inf))),
    "a weight -Inf": again(lambda tensors, _: tensors.update(poisoned(tensors, -inf))),
    "future schema": again(lambda _, header: header.update(schema=99)),
    "a list as its method": again(lambda _, header: header.update(method=["stargan"])),
    "an endless image size": again(lambda _, header: header.update(image_size=inf)),
    "unknown method": again(lambda _, header: header.update(method="stargan-v9")),
    "no labels in its header": again(lambda _, header: header.pop("space")),
}
COMMANDS = {
    "translate": "translate both",
    "translate_image": "translate_image --model data/models/both/generator.safetensors --image face.png --to happy",
}


def refused(stages: Stages, folder: Path, command: str, path: Path) -> None:
    """Assert that a command is refused in a line that names the file, changes nothing, and ran no payload."""
    before = hashes(folder)
    ended = stages.run(folder, command)
    assert_clean(ended)
    assert ended.stderr.count("error: ") == 1, ended
    assert str(path.relative_to(folder)) in ended.stderr.splitlines()[-1], ended
    assert hashes(folder) == before  # the payload's marker would show here


@pytest.fixture
def small(pipeline: Path, tmp_path: Path) -> Path:
    """What the two commands need of the pipeline's workspace."""
    folder = tmp_path / "w"
    shutil.copytree(pipeline / "data/prepared", folder / "data/prepared")
    shutil.copytree(pipeline / "data/models/both", folder / "data/models/both")
    shutil.copytree(pipeline / "data/translations/both", folder / "data/translations/both")
    shutil.copy(pipeline / "params.yaml", folder)
    Image.new("RGB", (20, 16), "teal").save(folder / "face.png")
    return folder


@pytest.mark.parametrize("damage", OURS)
@pytest.mark.parametrize("stage", COMMANDS)
def test_a_model_of_ours(stages: Stages, small: Path, tell: Tell, stage: str, damage: str) -> None:
    """Catches a generator that runs code, is misread, or paints with weights that are none."""
    path = small / "data/models/both/generator.safetensors"
    before = path.read_bytes()
    OURS[damage](path)
    assert path.read_bytes() != before
    refused(stages, small, COMMANDS[stage], path)
    with pytest.raises(Fault, match="generator.safetensors.*;"):
        load_model(path, CPU)
    assert not (path.parent / "marker").exists()
    tell("weights", damage, stage, REFUSED)


def released(path: Path, planes: int = 5, statistics: bool = True) -> None:
    """Write a generator as the released code does, with running statistics in its norms."""
    state = released_g(planes, 4, 2)
    torch.save(state if statistics else {key: state[key] for key in Generator(planes, 4, 2).state_dict()}, path)


def saved(value: float) -> Damage:
    """Return a damage that makes one weight of a released generator `value`."""
    return lambda path: torch.save(poisoned(torch.load(path, weights_only=True), value), path)


RELEASED: dict[str, Damage] = {
    **{name: damage for name, damage in FOREIGN.items() if name != "header of random bytes"},
    "two label planes too many": lambda path: released(path, 7),
    "two label planes too few": lambda path: released(path, 3),
    "D in place of G": lambda path: torch.save(discriminator(), path),
    "a weight NaN": saved(nan),
    "a weight Inf": saved(inf),
    "a list in place of a state": lambda path: torch.save([1, 2], path),
    "safetensors in its place": lambda path: path.write_bytes(save({"main.0.weight": torch.zeros(4, 8, 7, 7)})),
}
FROM_RELEASED = (
    f"translate_image --model 200000-G.ckpt --image face.png --to Young --size 16 --labels {','.join(FIVE.names)}"
)


@pytest.mark.parametrize("damage", RELEASED)
def test_a_released_checkpoint(stages: Stages, small: Path, tell: Tell, damage: str) -> None:
    """Catches a foreign pickle that runs, or that is taken for a generator."""
    path = small / "200000-G.ckpt"
    released(path)
    before = path.read_bytes()
    RELEASED[damage](path)
    assert path.read_bytes() != before
    refused(stages, small, FROM_RELEASED, path)
    with pytest.raises(Fault, match="200000-G.ckpt.*;"):
        load_released(path, (FIVE,), 16, CPU)
    assert not (small / "marker").exists()
    tell("weights", damage, "translate_image with a released checkpoint", REFUSED)


def test_running_statistics_change_nothing(stages: Stages, small: Path, tell: Tell) -> None:
    """Catches a released generator that is refused, or painted with, for statistics that it never used."""
    painted = []
    for statistics in (False, True):
        released(small / "200000-G.ckpt", statistics=statistics)
        ended = stages.run(small, FROM_RELEASED)
        assert ended.status == 0, ended
        painted.append((small / "data/translated/face.png-Young.png").read_bytes())
        (small / "data/translated/face.png-Young.png").unlink()
    assert painted[0] == painted[1]
    tell("weights", "running statistics", "translate_image with a released checkpoint", IDENTICAL)


def judged(change: Callable[[dict[str, Tensor]], dict[str, Tensor]]) -> Damage:
    """Return a damage that writes a judge's weights anew, and signs its record."""

    def damage(path: Path) -> None:
        path.write_bytes(save(change(load_file(path))))
        resign(path.with_suffix(".json"))

    return damage


def flip(path: Path) -> None:
    """Flip one bit of the weights."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


JUDGES: dict[str, Damage] = {
    **FOREIGN,
    "one flipped bit": flip,
    "a generator in its place": judged(lambda _: Generator(5, 4, 2).state_dict()),
    "a weight NaN": judged(lambda state: poisoned(state, nan)),
    "a weight Inf": judged(lambda state: poisoned(state, inf)),
    "a tensor too few": judged(lambda state: {k: v for k, v in state.items() if "running_mean" not in k}),
}


SAID = {
    "one flipped bit": "classifier.safetensors",
    "a generator in its place": "Missing key",
    **dict.fromkeys(("a weight NaN", "a weight Inf"), "some weights are not finite"),
    "a tensor too few": "Missing key",
}


@pytest.mark.parametrize("damage", JUDGES)
def test_a_judge(pipeline: Path, tmp_path: Path, tell: Tell, damage: str) -> None:
    """Catches numbers told by a judge that is none."""
    folder = Path(shutil.copytree(pipeline / "data/classifier/rafd/16", tmp_path / "rafd-16"))
    path = folder / "classifier.safetensors"
    before = path.read_bytes()
    JUDGES[damage](path)
    assert path.read_bytes() != before
    with pytest.raises(Fault, match=f"rafd-16: .*{SAID.get(damage, '')}.*;") as fault:
        read_judge(folder)
    assert "\n" not in str(fault.value)
    assert not (folder / "marker").exists()
    tell("weights", damage, "evaluate's judge", REFUSED)
