"""Check params.yaml: dvc.yaml runs this before a command or an output that holds a name from it."""

import argparse

from stargan.core.params import load
from stargan.errors import main


def command() -> None:
    """Read the command line and do it."""
    argparse.ArgumentParser(prog="python -m stages.check", description=__doc__).parse_args()
    load()


if __name__ == "__main__":
    main(command)
