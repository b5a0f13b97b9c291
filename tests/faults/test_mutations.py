"""Random bytes in every file that is read: a Fault, or what an independent reading says; wrong params, all at once."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from faults.cells import IDENTICAL, REFUSED, Tell
from stargan.core.params import leaves, load, read_yaml
from stargan.core.tensors import write_tensors
from stargan.data.domains import DomainSpace
from stargan.data.prepared import read_prepared
from stargan.errors import Fault
from stargan.models import assembly
from stargan.models.networks.star import Generator
from stargan.raw.table import read_table
from support.edited_params import number_of
from support.processes import ROOT
from support.sets import FACES, MOODS, write_noise

TXT = "4\nBald Young Smiling \n" + "".join(f"{n:06d}.jpg -1  1 {'-1' if n % 2 else ' 1'}\n" for n in range(1, 5))


@contextmanager
def limited(seconds: int = 20) -> Iterator[None]:
    """Fail a reading that hangs."""

    def ring(*_: object) -> None:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def mutated(content: bytes, kind: str, places: list[int], value: int) -> bytes:
    """Return content with changes of a kind."""
    made = bytearray(content)
    for place in sorted(places, reverse=True):
        if kind == "bytes replaced":
            made[place] = value
        elif kind == "a bit flipped":
            made[place] ^= 1 << value % 8
        elif kind == "bytes removed":
            del made[place : place + value % 9]
        else:
            made.insert(place, b'9- \n\0"{,:\xff'[value % 10])
    return bytes(made)


KINDS, EXAMPLES = ("bytes replaced", "a bit flipped", "bytes removed", "bytes put in"), 60


def each(content: bytes, kind: str, accepts: Callable[[bytes], bool], stop: int | None = None) -> str:
    """Give mutations to a check that says whether they are accepted; return the outcome of the cell."""
    answers = []

    @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None)
    @given(st.lists(st.integers(0, (stop or len(content)) - 1), min_size=1, max_size=4), st.integers(0, 255))
    def check(places: list[int], value: int) -> None:
        made = mutated(content, kind, places, value)
        assume(made != content)
        answers.append(accepts(made))

    check()
    assert len(answers) >= EXAMPLES // 2
    return IDENTICAL if all(answers) else REFUSED


def read(path: Path, reader: Callable[[], Any]) -> Any:
    """Return what a reader makes of a file, or None where it refuses it in one line that names it."""
    try:
        with limited():
            return reader()
    except Fault as fault:
        line = str(fault)
        assert "\n" not in line
        assert ";" in line
        assert str(path) in line or str(path.parent) in line
        return None


@pytest.mark.parametrize("kind", KINDS)
def test_a_mutated_attribute_table(tmp_path: Path, tell: Tell, kind: str) -> None:
    """Catch a traceback, and labels that are not what the table says."""
    path = tmp_path / "table.txt"

    def accepts(made: bytes) -> bool:
        path.write_bytes(made)
        table = read(path, lambda: read_table(path))
        if table is None:
            return False
        # A parser of its own: the table as words.
        _, names, *rows = [line.split() for line in made.decode("utf-8-sig").split("\n") if line.strip()]
        assert table.attributes == names
        assert table.pictures == [row[0] for row in rows]
        assert table.codes.tolist() == [[int(word) for word in row[1:]] for row in rows]
        return True

    tell("mutations", kind, "prepare: attribute table", each(TXT.encode(), kind, accepts))


@pytest.mark.parametrize("kind", KINDS)
def test_mutated_params(tmp_path: Path, tell: Tell, kind: str) -> None:
    """Catch a traceback of the YAML reader, and a value that is not what the file says."""
    path = tmp_path / "params.yaml"

    def accepts(made: bytes) -> bool:
        path.write_bytes(made)
        found = read(path, lambda: load(path))
        if found is None:
            return False
        with path.open(encoding="utf-8") as file:
            written, taken = dict(leaves(yaml.safe_load(file))), dict(leaves(found.model_dump()))
        assert all(taken[key] in (value, number_of(value)) for key, value in written.items())
        assert {key.split(".")[-1] for key in taken.keys() - written.keys()} <= LEFT_OUT
        return True

    tell("mutations", kind, "every stage: params.yaml", each((ROOT / "params.yaml").read_bytes(), kind, accepts))


LEFT_OUT = {"image_size", "unit", "length", "decay", "like", "pairs", "sizes", "labels", "links", "eyes", "start_from"}
"""What a run or a dataset may leave out."""


# What the arrays can be held against: names and origin stand in the manifest alone.
HELD = (b"schema", b"size", b"images", b"images.npy", b"labels.npy", b"rows.csv", b"digest")


@pytest.mark.parametrize("key", HELD)
@pytest.mark.parametrize("kind", KINDS)
def test_a_mutated_manifest(tmp_path: Path, tell: Tell, kind: str, key: bytes) -> None:
    """Catch a traceback of the JSON reader, and numbers or hashes that nobody holds against the arrays."""
    folder = tmp_path / "set"
    write_noise(folder, "celeba", FACES)
    before, path = read_prepared(folder), folder / "manifest.json"
    lines = path.read_bytes().splitlines(keepends=True)
    (at,) = (n for n, line in enumerate(lines) if line.split(b":")[0].strip(b' "') == key)

    def accepts(made: bytes) -> bool:
        path.write_bytes(b"".join([*lines[:at], made, *lines[at + 1 :]]))
        found = read(path, lambda: read_prepared(folder))
        if found is None:
            return False
        assert (found.digest, found.size, found.dataset) == (before.digest, before.size, before.dataset)
        assert np.array_equal(found.images, before.images)
        return True

    tell("mutations", kind, f"read_prepared: {key.decode()} in the manifest", each(lines[at], kind, accepts))


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a generator of a few filters."""
    space = DomainSpace(("celeba", "rafd"), (FACES, MOODS))
    torch.manual_seed(3)
    tensors = {f"g.{key}": value for key, value in Generator(space.width, 4, 1).state_dict().items()}
    path = tmp_path_factory.mktemp("model") / "generator.safetensors"
    write_tensors(
        path,
        tensors,
        {
            "schema": 3,
            "method": "stargan",
            "space": space.as_dict(),
            "image_size": 16,
            "architecture": {"g_filters": 4, "g_blocks": 1},
        },
    )
    return path.read_bytes()


@pytest.mark.parametrize("where", ["header", "all"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_mutated_model(tmp_path: Path, tell: Tell, generator: bytes, kind: str, where: str) -> None:
    """Catch a header taken at its word, and weights that are not those that were trained."""
    path, sound = tmp_path / "generator.safetensors", tmp_path / "sound.safetensors"
    sound.write_bytes(generator)
    expected = assembly.load_model(sound, torch.device("cpu"))
    x, c = torch.rand(1, 3, 16, 16), torch.zeros(1, expected.space.width)

    def accepts(made: bytes) -> bool:
        path.write_bytes(made)
        found = read(path, lambda: assembly.load_model(path, torch.device("cpu")))
        if found is None:
            return False
        assert (found.space, found.image_size) == (expected.space, expected.image_size)
        assert torch.equal(found.translator.translate(x, [c, c]), expected.translator.translate(x, [c, c]))
        return True

    header = 8 + int.from_bytes(generator[:8], "little") if where == "header" else None
    tell("mutations", kind, f"load_model: {where} of safetensors", each(generator, kind, accepts, header))


# key -> a wrong value
WRONG: dict[str, Any] = {
    "seed": -1,
    "threads": "two",
    "device": "tpu",
    "synthesize.celeba.images": 0,
    "synthesize.rafd.angles": [91],
    "synthesize.rafd.gazes": ["up"],
    "image_size": 0,
    "datasets.celeba.sizes": [0],
    "datasets.celeba.labels": [],
    "datasets.celeba.crop": 178.5,
    "datasets.celeba.split": "randm",
    "datasets.celeba.bad_images": "skip",
    "datasets.rafd.title": "Expression",
    "datasets.rafd.crop": [0.1, 0.2],
    "datasets.rafd.test_share": 1,
    "bookkeeping.log_every": 0,
    "classifier.epochs": True,
    "classifier.lr": 0,
    "train.mask": 1,
    "train.n_critic": 0,
    "train.g_lr": -1e-4,
    "train.beta1": 1.0,
    "train.flip": 1.5,
    "train.lambda_rec": float("inf"),
    "train.d_lr": float("nan"),
    "train.schedule": "cosine",
    "runs.celeba.length": 0,
    "runs.both.unit": "days",
    "budget": "all",
    "diat.loss": "hinge",
    "icgan.gan_share": 1.0,
    "translate.checkpoint": "newest",
    "evaluate.kid_subset": 1,
    "compare.faces": None,
    "study.seed": "1",
}


def changed(path: Path, changes: dict[str, Any]) -> None:
    """Write params.yaml with dotted keys changed."""
    values = read_yaml(ROOT / "params.yaml")
    for key, value in changes.items():
        *parents, last = key.split(".")
        section = values
        for parent in parents:
            section = section[parent]
        section[last] = value
    path.write_text(json.dumps(values).replace("Infinity", ".inf").replace("NaN", ".nan"))


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of all wrong values at once."""
    path = tmp_path_factory.mktemp("wrong") / "params.yaml"
    changed(path, WRONG)
    with pytest.raises(Fault) as raised:
        load(path)
    return str(raised.value)


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_value_is_named_among_all(tmp_path: Path, tell: Tell, together: str, key: str) -> None:
    """Catch a value that is accepted, and a fault that shows only once another one has been mended."""
    path = tmp_path / "params.yaml"
    changed(path, {key: WRONG[key]})
    with pytest.raises(Fault) as raised:
        load(path)
    alone = str(raised.value)
    for line in (alone, together):
        assert "\n" not in line
        assert f"{key} = " in line or f"{key}." in line, line
    assert alone.startswith(f"{path}: ")
    assert "; " in alone  # a remedy
    tell("params", f"{key} = {WRONG[key]!r}", "every stage", REFUSED)


TEXTS = {
    "a date that is none": "seed: 2001-13-45\n",
    "brackets without end": "seed: " + "[" * 20_000 + "\n",
    "a key twice": "seed: 1\nseed: 2\n",
    "a tag that would run code": "seed: !!python/object/apply:os.system [true]\n",
    "an anchor that is not there": "seed: *nowhere\n",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_that_is_no_yaml(tmp_path: Path, tell: Tell, kind: str) -> None:
    """Catch the tracebacks that the YAML reader has beside its own errors."""
    (path := tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text().replace("seed: 1\n", TEXTS[kind], 1))
    assert read(path, lambda: load(path)) is None
    tell("params", kind, "every stage", REFUSED)
