"""Draw the synthetic datasets: `python -m stages.synthesize celeba|rafd` writes `data/raw/<dataset>/`."""

import sys
from pathlib import Path

from stargan import params
from stargan.data.synthetic import write_celeba, write_rafd
from stargan.errors import Fault, main

_RAW = Path("data/raw")


def run() -> None:
    """Draw the dataset named on the command line."""
    if sys.argv[1:] == ["celeba"]:
        celeba = params.load().synthesize.celeba
        write_celeba(_RAW / "celeba", celeba.images, celeba.seed)
    elif sys.argv[1:] == ["rafd"]:
        rafd = params.load().synthesize.rafd
        write_rafd(_RAW / "rafd", rafd.people, rafd.seed, rafd.height, rafd.angles, rafd.gazes)
    else:
        raise Fault(f"stages.synthesize takes one of celeba, rafd; got {' '.join(sys.argv[1:]) or 'nothing'}")


if __name__ == "__main__":
    main(run)
