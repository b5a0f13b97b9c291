"""Check params.yaml: dvc.yaml runs this before a command or an output that holds a name from it."""

from stargan.core.params import load
from stargan.errors import main


def command() -> None:
    """Read the command line and do it."""
    load()


if __name__ == "__main__":
    main(command)
