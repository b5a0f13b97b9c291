"""Write the JSON schema of params.yaml, by which editors complete and check it: `python -m stargan.core.params.schema`.

It goes to docs/params.schema.json, which the first line of params.yaml names.
"""

from pathlib import Path

from stargan.core.files import write_json
from stargan.core.params.params import Params
from stargan.errors import main

SCHEMA = Path("docs/params.schema.json")


def command() -> None:
    """Read the command line and do it."""
    write_json(SCHEMA, Params.model_json_schema())


if __name__ == "__main__":
    main(command)
