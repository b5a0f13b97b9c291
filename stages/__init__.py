"""One module a DVC stage: arguments and params in, files out. Run as `python -m stages.<name>`."""

import sys

from stargan.errors import show

sys.excepthook = show  # the imports of a stage may fail: its `main` has not begun then
