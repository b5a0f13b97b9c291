"""`work FOLDER` trains each method, alone or as one of several processes, and writes what came of it to FOLDER/<rank>.pt.

For each method: the state after 20 iterations in float64 and, taken as a GPU takes them, after all; the gradients of the
first updates in float32.
"""

import sys
from pathlib import Path

import torch

from stargan.training.ranks import joined
from stargan.training.state import state_of
from support.trainings import CPU, ITERATIONS, METHODS, doubled, effective, finished, gradients, replayed, training


def command() -> None:
    folder = Path(sys.argv[1])
    torch.set_num_threads(1)
    with joined(CPU) as ranks:
        found = {}
        for name in METHODS:
            made = doubled(training(name, ranks))
            for _ in range(ITERATIONS):
                made.iterate()
            cycles = replayed(name, ranks)
            rounded = training(name, ranks)
            rounded.bf16 = True
            found[name] = {
                "state": state_of(made)[0],
                "weights": effective(made),
                "cycles": finished(cycles.training, cycles.iterate, 7),
                "graphs": [list(map(str, kind)) for kind in cycles.graphs.runs],  # type: ignore[attr-defined]
                "gradients": gradients(training(name, ranks)),
                "bf16": gradients(rounded),
            }
        torch.save(found, folder / f"{ranks.rank}.pt")
