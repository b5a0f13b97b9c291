"""What a training leaves behind: checkpoints, sample grids, kept generators, and in the end its model and loss table."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from stargan import tracking
from stargan.core.files import md5, whole_folder, workspace_root, write_bytes
from stargan.core.params import Params
from stargan.core.tensors import fingerprint, write_tensors
from stargan.data.grids import grid, title_of, write_png
from stargan.data.prepared import Prepared
from stargan.models.translation import feasible, requests, rows_of_faces, shown_positions
from stargan.training import assembly
from stargan.training.checkpoints import Checkpoints
from stargan.training.earlier import earlier
from stargan.training.engine import Training
from stargan.training.health import Health
from stargan.training.schedule import to_the_next
from stargan.training.state import State, restore, state_of
from stargan.training.stopping import Stop

CODE = ("core", "data", "judge", "models", "synthetic", "training")
"""The folders that what a training leaves follows from: those that dvc.yaml names."""


@contextmanager
def checkpoints_of(
    name: str, params: Params, sets: Mapping[str, Prepared], training: Training
) -> Iterator[tuple[Checkpoints, str | None]]:
    """Yield (checkpoints, MLflow run id); `training` is resumed where a checkpoint of the very same one exists."""
    inputs = [*(prepared.digest for prepared in sets.values()), *training.beginning.files.values()]
    settings = [params.followed(name), training.length, params.threads, training.device.type, torch.__version__]
    store = Checkpoints(workspace_root() / "data/checkpoints" / name / fingerprint(CODE, inputs, settings))
    with store.lock():
        latest = store.latest()
        if latest:
            restore(training, *latest)
            print(f"{name}: resumed after {training.done} of {training.length} iterations", file=sys.stderr)
        else:
            origin = assembly.origin_of(name, params, training, sets)
            for line in [training.beginning.said, *earlier(name, params.run(name).method, origin, store)]:
                if line:
                    print(f"{name}: {line}", file=sys.stderr)
        yield store, latest[1]["mlflow_run"] if latest else None


def until_due(training: Training, params: Params) -> int:
    """Return how many iterations there are to the next one after which a sample, a checkpoint or a model is due."""
    every = params.bookkeeping
    train = params.train
    often = (n for n in (every.sample_every, every.checkpoint_every, train.keep_every, train.judge_every) if n > 0)
    return to_the_next(training.done, [training.length, *often])


class Recorder:
    """What a training leaves behind on its way: checkpoints, sample grids, verdicts, kept generators."""

    def __init__(self, name: str, training: Training, params: Params, health: Health, store: Checkpoints) -> None:
        self.name, self.training, self.params, self.health, self.store = name, training, params, health, store
        self.cost = assembly.cost_of(name, params, health.sets)
        self.origin = assembly.origin_of(name, params, training, health.sets)
        self.judged: dict[str, float] = {}
        """The newest values of `Health.measured`."""

    def due(self, every: int) -> bool:
        """Return whether something that happens every so many iterations, and at the end, is due now."""
        return every > 0 and (self.training.done % every == 0 or self.training.done == self.training.length)

    def after_iteration(self, tracker: tracking.Run, stop: Stop) -> None:
        """Write what is due after an iteration; to do it again changes nothing. Raises Stopped in the middle of samples."""
        done = self.training.done
        if self.due(self.params.bookkeeping.sample_every):
            start = state_of(self.training) if self.training.ranks.alone else None
            for path in stop.give_up_from(start, lambda: list(self.sample())):
                tracker.log_artifact(path, "samples")
        judging = self.due(self.params.train.judge_every)
        if judging:
            start = state_of(self.training) if self.training.ranks.alone else None
            stop.give_up_from(start, self.judge)
            tracker.log_losses(done, self.judged)
        if judging or (self.params.train.keep_every and done % self.params.train.keep_every == 0):
            self.write_generator(self.store.folder / "kept" / f"{done:08d}.safetensors", self.judged if judging else {})
        if self.due(self.params.bookkeeping.checkpoint_every):
            self.save(tracker)

    def save(self, tracker: tracking.Run, state: State | None = None) -> None:
        """Write a checkpoint of a state, by default of the present one."""
        tensors, header = state or state_of(self.training)
        self.store.save(header["done"], tensors, {**header, **self.origin, "mlflow_run": tracker.id})

    def save_and_say(self, tracker: tracking.Run, state: State) -> None:
        """Write the checkpoint that an interrupted training goes on from."""
        self.save(tracker, state)
        print(f"{self.name}: saved after {state[1]['done']} iterations; the same command goes on", file=sys.stderr)

    def sample(self) -> Iterator[Path]:
        """Yield the written grids: fixed test faces of each dataset, translated to all they can be."""
        space, device, count = self.training.space, self.training.device, self.params.bookkeeping.sample_faces
        translator = self.training.method.translator(self.training.translating)
        sets = self.health.sets
        for name, prepared in sets.items():
            asked = [r for r in requests(space, [name], {}) if r.set in ("own", "cross")]
            wanted = feasible(translator, space, asked, sets)
            if not wanted:  # no test face that this method can translate
                continue
            positions = shown_positions(np.unique(np.concatenate(list(wanted.values()))), count)
            cells = rows_of_faces(translator, space, list(wanted), prepared, positions, device)
            kinds = dict(zip(space.datasets, space.kinds, strict=True))
            titles = [title_of(kinds[request.labels], request.target) for request in wanted]
            path = self.store.folder / "samples" / f"{prepared.dataset}-{self.training.done:08d}.png"
            write_png(path, grid(cells, ["input", *titles]))
            yield path

    def judge(self) -> None:
        """Judge the generator as it is now; the loss table takes the verdicts."""
        method = self.training.method
        self.judged = self.health.measured(method.translator(self.training.translating))
        self.training.losses.add(self.training.done, self.judged)

    def write_generator(self, path: Path, judged: Mapping[str, float]) -> None:
        """Write the generator as it is now, with all that is needed to use it, and what it was judged to be worth."""
        header = assembly.model_header(self.name, self.params, self.training, self.cost, self.health.sets)
        write_tensors(path, assembly.model_tensors(self.training), header | ({"judged": dict(judged)} if judged else {}))

    def finish(self, tracker: tracking.Run) -> None:
        """Write the run's outputs, track its model and remove its checkpoints."""
        name = self.name
        with whole_folder(Path("data/models") / name) as folder:
            self.write_generator(folder / "generator.safetensors", self.judged)
            for extra in ("samples", "kept"):
                if (self.store.folder / extra).exists():
                    shutil.copytree(self.store.folder / extra, folder / extra)
        losses = self.training.losses
        table = pd.DataFrame(losses.table(), columns=["iteration", *losses.terms]).astype({"iteration": int})
        text = table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
        write_bytes(Path("metrics/losses") / f"{name}.csv", text.encode())
        self.store.remove()
        model = Path("data/models") / name / "generator.safetensors"
        tracker.log_artifact(model, "model")
        tracker.tag("model.md5", md5(model))
