"""How fast names are judged: our look-up against a scikit-learn pipeline, on the same names.

The names are those of Finland's living, drawn as often as they are borne, where the register's
totals are on this machine; else the table's own, all alike.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import batched
from pathlib import Path
from random import Random

from benchmarks.figure import Figure
from leadcloud.ages.groups import SEVEN
from leadcloud.ages.model import AgeModel
from leadcloud.ages.table import load

_REPOSITORY = Path(__file__).parents[1]
_TABLE = _REPOSITORY / "layers" / "data" / "ages" / "FI.ages"
