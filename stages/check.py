"""Check params.yaml: dvc.yaml runs this before a command or an output that holds a name from it."""

from stargan.core.params import load
from stargan.errors import main


def _command() -> None:
    load()


if __name__ == "__main__":
    main(_command)
