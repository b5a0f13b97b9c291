"""From params to a training: the only place where the name of a run's method decides anything."""

from stargan.training.assembly.header import model_header, model_tensors, origin_of
from stargan.training.assembly.length import cost_of
from stargan.training.assembly.training import build_training

__all__ = ["build_training", "cost_of", "model_header", "model_tensors", "origin_of"]
