"""Draw the synthetic datasets: `python -m stages.synthesize celeba|rafd` writes `data/raw/<dataset>/`."""

import sys
from pathlib import Path

from stargan import tracking
from stargan.core import params
from stargan.errors import Fault, main
from stargan.synthetic import write_celeba, write_rafd

_RAW = Path("data/raw")


def run() -> None:
    """Draw the dataset named on the command line."""
    if sys.argv[1:] not in (["celeba"], ["rafd"]):
        raise Fault(f"stages.synthesize takes one of celeba, rafd; got {' '.join(sys.argv[1:]) or 'nothing'}")
    dataset, settings = sys.argv[1], params.load().synthesize
    celeba, rafd = settings.celeba, settings.rafd
    with tracking.stage_run(f"synthesize@{dataset}", getattr(settings, dataset).model_dump()):
        if dataset == "celeba":
            write_celeba(_RAW / "celeba", celeba.images, celeba.seed)
        else:
            write_rafd(_RAW / "rafd", rafd.people, rafd.seed, rafd.height, rafd.angles, rafd.gazes)


if __name__ == "__main__":
    main(run)
