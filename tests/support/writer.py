"""A stage that does nothing but tell MLflow numbers: `writer NUMBER`."""

import sys

from stargan.tracking import stage_run

POINTS = 1500


def command() -> None:
    with stage_run("stage", {"number": sys.argv[1]}) as run:
        for step in range(POINTS):
            run.log_losses(step, {f"d{sys.argv[1]}": step})
