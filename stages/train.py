"""Train one run of params.yaml: data/prepared -> data/models/<run>, metrics/losses/<run>.csv.

`python -m stages.train both`. Ctrl-C and SIGTERM save and exit with 130, within half a minute; the same
command then goes on from there.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from stargan import tracking
from stargan.core.device import device_of
from stargan.core.files import md5, whole_folder, workspace_root, write_bytes
from stargan.core.params import Params, load
from stargan.core.tensors import fingerprint, write_tensors
from stargan.data.grids import grid, title_of, write_png
from stargan.data.prepared import Prepared, read_sets
from stargan.errors import main
from stargan.models.translation import feasible, requests, rows_of_faces, shown_positions
from stargan.progress import progress
from stargan.training import assembly
from stargan.training.checkpoints import Checkpoints
from stargan.training.engine import Training
from stargan.training.graphs import iterations_of
from stargan.training.ranks import joined
from stargan.training.schedule import to_the_next
from stargan.training.state import State, copied, restore, state_of
from stargan.training.stopping import INTERRUPTED, Stop, Stopped

CODE = ("core", "data", "models", "training")
"""The folders that a training's weights follow from: those that dvc.yaml names."""


class Recorder:
    """What a training leaves behind on its way: checkpoints, sample grids, kept generators."""

    def __init__(
        self, name: str, training: Training, params: Params, sets: Mapping[str, Prepared], store: Checkpoints
    ) -> None:
        self.name, self.training, self.params, self.sets, self.store = name, training, params, sets, store
        self.cost = assembly.cost_of(name, params, sets)

    def due(self, every: int) -> bool:
        """Return whether something that happens every so many iterations, and at the end, is due now."""
        return every > 0 and (self.training.done % every == 0 or self.training.done == self.training.length)

    def until_due(self) -> int:
        """Return how many iterations there are to the next one after which something is due."""
        every, done, length = self.params.bookkeeping, self.training.done, self.training.length
        often = (n for n in (every.sample_every, every.checkpoint_every, self.params.train.keep_every) if n > 0)
        return to_the_next(done, [length, *often])

    def after_iteration(self, tracker: tracking.Run, stop: Stop) -> None:
        """Write what is due after an iteration; to do it again changes nothing. Raises Stopped in the middle of samples."""
        done = self.training.done
        if self.due(self.params.bookkeeping.sample_every):
            start = state_of(self.training) if self.training.ranks.alone else None
            for path in stop.give_up_from(start, lambda: list(self.sample())):
                tracker.log_artifact(path, "samples")
        if self.params.train.keep_every and done % self.params.train.keep_every == 0:
            self.write_generator(self.store.folder / "kept" / f"{done:08d}.safetensors")
        if self.due(self.params.bookkeeping.checkpoint_every):
            self.save(tracker)

    def save(self, tracker: tracking.Run, state: State | None = None) -> None:
        """Write a checkpoint of a state, by default of the present one."""
        tensors, header = state or state_of(self.training)
        self.store.save(header["done"], tensors, {**header, "mlflow_run": tracker.id})

    def save_and_say(self, tracker: tracking.Run, state: State) -> None:
        """Write the checkpoint that an interrupted training goes on from."""
        self.save(tracker, state)
        print(f"{self.name}: saved after {state[1]['done']} iterations; the same command goes on", file=sys.stderr)

    def sample(self) -> Iterator[Path]:
        """Yield the written grids: fixed test faces of each dataset, translated to all they can be."""
        space, device, count = self.training.space, self.training.device, self.params.bookkeeping.sample_faces
        translator, _ = self.training.method.translator()
        for name, prepared in self.sets.items():
            asked = [r for r in requests(space, [name], {}) if r.set in ("own", "cross")]
            wanted = feasible(translator, space, asked, self.sets)
            if not wanted:  # no test face that this method can translate
                continue
            positions = shown_positions(np.unique(np.concatenate(list(wanted.values()))), count)
            cells = rows_of_faces(translator, space, list(wanted), prepared, positions, device)
            kinds = dict(zip(space.datasets, space.kinds, strict=True))
            titles = [title_of(kinds[request.labels], request.target) for request in wanted]
            path = self.store.folder / "samples" / f"{prepared.dataset}-{self.training.done:08d}.png"
            write_png(path, grid(cells, ["input", *titles]))
            yield path

    def write_generator(self, path: Path) -> None:
        """Write the generator as it is now, with all that is needed to use it."""
        header = assembly.model_header(self.name, self.params, self.training, self.cost, self.sets)
        write_tensors(path, assembly.model_tensors(self.training), header)

    def finish(self) -> None:
        """Write the run's outputs and remove its checkpoints."""
        name = self.name
        with whole_folder(Path("data/models") / name) as folder:
            self.write_generator(folder / "generator.safetensors")
            for extra in ("samples", "kept"):
                if (self.store.folder / extra).exists():
                    shutil.copytree(self.store.folder / extra, folder / extra)
        losses = self.training.losses
        table = pd.DataFrame(losses.table(), columns=["iteration", *losses.terms]).astype({"iteration": int})
        text = table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
        write_bytes(Path("metrics/losses") / f"{name}.csv", text.encode())
        self.store.remove()


@contextmanager
def checkpoints_of(
    name: str, params: Params, sets: Mapping[str, Prepared], training: Training
) -> Iterator[tuple[Checkpoints, str | None]]:
    """Yield (checkpoints, MLflow run id); `training` is resumed where a checkpoint of the very same one exists."""
    inputs = [prepared.digest for prepared in sets.values()]
    settings = [params.followed(name), training.length, params.threads, training.device.type, torch.__version__]
    store = Checkpoints(workspace_root() / "data/checkpoints" / name / fingerprint(CODE, inputs, settings))
    with store.lock():
        latest = store.latest()
        if latest:
            restore(training, *latest)
            print(f"{name}: resumed after {training.done} of {training.length} iterations", file=sys.stderr)
        yield store, latest[1]["mlflow_run"] if latest else None


def run(name: str, params: Params) -> None:
    """Train the run `name`, or go on with it, alone or as one of the processes that a launcher started."""
    device = device_of(params, tf32=params.train.precision != "float32")
    chosen = params.run(name)
    sets = read_sets(chosen.datasets, chosen.image_size, chosen.labels)
    stop = Stop()
    with joined(device) as ranks:
        training = assembly.build_training(name, params, sets, device, ranks)
        if ranks.first:
            lead(name, params, sets, training, stop)
        else:
            follow(training, stop)


def follow(training: Training, stop: Stop) -> None:
    """Take all iterations with the first process, which alone reads and writes."""
    restore(training, *training.ranks.from_first(None))
    while training.done < training.length:
        training.iterate()
        if stops(training, stop):
            training.ranks.any(False)  # a launcher takes the end of one for the end of all: first the others save
            raise SystemExit(INTERRUPTED)


def lead(name: str, params: Params, sets: Mapping[str, Prepared], training: Training, stop: Stop) -> None:
    """Take all iterations, and write what comes of them."""
    with (
        checkpoints_of(name, params, sets, training) as (store, resume_id),
        tracking.stage_run(f"train@{name}", params.followed(name), resume_id) as tracker,
    ):
        if not training.ranks.alone:
            training.ranks.from_first(copied(state_of(training)))
        recorder = Recorder(name, training, params, sets, store)
        for prepared in sets.values():
            tracker.log_dataset(prepared.dataset, prepared.images_sha256, prepared.origin["kind"], len(prepared.images))
        stop.watch(lambda state: recorder.save_and_say(tracker, state))
        try:
            iterate(recorder, tracker, stop)
        except Stopped:
            recorder.save_and_say(tracker, state_of(training))
            training.ranks.any(False)
            raise SystemExit(INTERRUPTED) from None
        recorder.finish()
        model = Path("data/models") / name / "generator.safetensors"
        tracker.log_artifact(model, "model")
        tracker.tag("model.md5", md5(model))


def iterate(recorder: Recorder, tracker: tracking.Run, stop: Stop) -> None:
    """Take all iterations that are left. Raises Stopped where it was asked to."""
    training, first = recorder.training, recorder.training.done
    take = iterations_of(training)
    if first:  # what was due where it stopped may have been given up
        recorder.after_iteration(tracker, stop)
    nothing: tuple[int, ...] = ()  # the bar is moved by hand
    with progress(nothing, training.length, "it", f"train {recorder.name}", first) as bar:
        while training.done < training.length:
            losses = stop.guard(training, lambda: take(recorder.until_due()))
            if losses:
                tracker.log_losses(training.done, losses)
                bar.set_postfix_str(" ".join(f"{term} {value:.3g}" for term, value in losses.items()), refresh=False)
            bar.update(training.done - bar.n)
            recorder.after_iteration(tracker, stop)
            if stops(training, stop):
                raise Stopped


def stops(training: Training, stop: Stop) -> bool:
    """Return whether the training is to end before its time: whether any of its processes was asked to."""
    return training.ranks.any(stop.asked) and training.done < training.length


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m stages.train", description=__doc__)
    parser.add_argument("run", help="a key of params.yaml's runs")
    run(parser.parse_args().run, load())


if __name__ == "__main__":
    main(command)
