"""From params to objects, and from files to translators: the only place where a method's name decides anything."""

from stargan.assembly.models import Model, load_model, model_header, model_tensors
from stargan.assembly.training import build_training, cost_of

__all__ = ["Model", "build_training", "cost_of", "load_model", "model_header", "model_tensors"]
