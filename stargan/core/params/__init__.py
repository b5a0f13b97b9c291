"""params.yaml, typed: every fault at once, each with its path, its value and the remedy. A file a section."""

from stargan.core.params.adding import add_entries
from stargan.core.params.classes import check_classes
from stargan.core.params.datasets import AnyDataset, AttributeTable, ClassFolders, RafdNames
from stargan.core.params.judging import Classifier, Compare, Evaluate, Translate
from stargan.core.params.methods import CycleGan, Diat, IcGan
from stargan.core.params.params import Params, load
from stargan.core.params.reading import leaves, read_yaml
from stargan.core.params.runs import Run
from stargan.core.params.train import Bookkeeping, Train

__all__ = [
    "AnyDataset",
    "AttributeTable",
    "Bookkeeping",
    "ClassFolders",
    "Classifier",
    "Compare",
    "CycleGan",
    "Diat",
    "Evaluate",
    "IcGan",
    "Params",
    "RafdNames",
    "Run",
    "Train",
    "Translate",
    "add_entries",
    "check_classes",
    "leaves",
    "load",
    "read_yaml",
]
