"""Train one run of params.yaml: data/prepared -> data/models/<run>, metrics/losses/<run>.csv.

`python -m stages.train both`. Ctrl-C and SIGTERM save within half a minute and exit with 130; the same command goes on.
"""

import argparse

from stargan import tracking
from stargan.core.device import device_of
from stargan.core.params import Params, load
from stargan.data.prepared import read_sets
from stargan.errors import main
from stargan.judge.judge import read_judges
from stargan.progress import progress
from stargan.training import assembly
from stargan.training.engine import Training
from stargan.training.graphs import taking
from stargan.training.health import Health
from stargan.training.ranks import joined
from stargan.training.recorder import Recorder, checkpoints_of, until_due
from stargan.training.state import copied, restore, state_of
from stargan.training.stopping import INTERRUPTED, Stop, Stopped


def run(name: str, params: Params) -> None:
    """Train the run `name`, or go on with it, alone or as one of the processes that a launcher started."""
    device = device_of(params, tf32=params.train.precision != "float32")
    chosen = params.run(name)
    sets = read_sets(chosen.datasets, chosen.image_size, chosen.labels)
    judges = read_judges(chosen.datasets if params.train.judge_every else [], chosen.image_size, chosen.labels, device)
    stop = Stop()
    with joined(device) as ranks:
        training = assembly.build_training(name, params, sets, device, ranks)
        if ranks.first:
            lead(name, params, Health(training.space, sets, judges, device), training, stop)
        else:
            follow(params, training, stop)


def follow(params: Params, training: Training, stop: Stop) -> None:
    """Take all iterations with the first process, which alone reads checkpoints and writes."""
    restore(training, *training.ranks.broadcast(None))
    take = taking(training, lambda: until_due(training, params))
    while training.done < training.length:
        take()
        if stops(training, stop):
            training.ranks.any(False)  # a launcher ends all where one ends: wait until the first process has saved
            raise SystemExit(INTERRUPTED)


def lead(name: str, params: Params, health: Health, training: Training, stop: Stop) -> None:
    """Take all iterations, and write what comes of them."""
    with (
        checkpoints_of(name, params, health.sets, training) as (store, resume_id),
        tracking.stage_run(f"train@{name}", params.followed(name), resume_id) as tracker,
    ):
        if not training.ranks.alone:
            training.ranks.broadcast(copied(state_of(training)))
        recorder = Recorder(name, training, params, health, store)
        for prepared in health.sets.values():
            tracker.log_dataset(prepared.dataset, prepared.images_sha256, prepared.origin["kind"], len(prepared.images))
        stop.watch(lambda state: recorder.save_and_say(tracker, state))
        try:
            iterate(recorder, tracker, stop)
        except Stopped:
            recorder.save_and_say(tracker, state_of(training))
            training.ranks.any(False)
            raise SystemExit(INTERRUPTED) from None
        recorder.finish(tracker)


def iterate(recorder: Recorder, tracker: tracking.Run, stop: Stop) -> None:
    """Take all iterations that are left. Raises Stopped where it was asked to."""
    training, first = recorder.training, recorder.training.done
    take = taking(training, lambda: until_due(training, recorder.params))
    if first:  # what was due where it stopped may have been given up
        recorder.after_iteration(tracker, stop)
    nothing: tuple[int, ...] = ()  # the bar is moved by hand
    with progress(nothing, training.length, "it", f"train {recorder.name}", first) as bar:
        while training.done < training.length:
            for done, losses in stop.guard(training, take).items():
                tracker.log_losses(done, losses)
                shown = recorder.judged | losses
                bar.set_postfix_str(" ".join(f"{term} {value:.3g}" for term, value in shown.items()), refresh=False)
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
    main(command, lower="train.batch")
