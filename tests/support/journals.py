"""Journals in a test's folder, and what of them a store holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from stargan import tracking
from stargan.core.files import workspace_root
from stargan.tracking import Run

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as MlflowRun


def journal(run_id: str, execution: int = 1) -> tuple[Run, Path]:
    """Return a run that writes to a new journal, which nobody sends yet."""
    folder = workspace_root() / tracking.JOURNALS / f"{run_id}-{execution}"
    folder.mkdir(parents=True)
    return Run(run_id, folder), folder


def runs(client: "MlflowClient", tag: str, value: str) -> "list[MlflowRun]":
    """Return the store's runs with a tag."""
    experiment = client.get_experiment_by_name("stargan")
    assert experiment is not None
    return list(client.search_runs([experiment.experiment_id], f"tags.`{tag}` = '{value}'"))


def history(client: "MlflowClient", run_id: str, key: str) -> list[tuple[int, float]]:
    """Return all points of a metric, by step."""
    return sorted((point.step, point.value) for point in client.get_metric_history(run_id, key))


def spied_batches(monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], list[int]]:
    """Return lists that fill with the number of metrics and of params of each batch sent."""
    from mlflow import MlflowClient

    metrics: list[int] = []
    params: list[int] = []
    log_batch = MlflowClient.log_batch

    def spy(client: MlflowClient, run_id: str, **batch: Any) -> Any:
        metrics.append(len(batch.get("metrics", ())))
        params.append(len(batch.get("params", ())))
        return log_batch(client, run_id, **batch)

    monkeypatch.setattr(MlflowClient, "log_batch", spy)
    return metrics, params
