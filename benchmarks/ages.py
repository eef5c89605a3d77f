"""How fast names are judged: our look-up against a scikit-learn pipeline, on the same names.

The names are those of Finland's living, drawn as often as they are borne, where the register's
totals are on this machine; else the table's own, all alike.
"""

from pathlib import Path

_REPOSITORY = Path(__file__).parents[1]
_TABLE = _REPOSITORY / "layers" / "data" / "ages" / "FI.ages"
