"""The accuracy report: a table to read, JSON to keep, and a picture of the calibration."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.accuracy import Outcome, accuracy, calibration, reweighted
from train.mix import restated

Floats = NDArray[np.float64]
Report = Mapping[str, Any]

VIEWS = {
    "population": "people weighed to the age mix of the population",
    "own_mix": "people as they are, their own age mix known",
    "own_mix_unknown": "people as they are, their own age mix not known",
}

_NEVER_NONE = 1e-6
"""Share of a group that none of the people is in: it stays possible."""

_LINES = (
    ("top_1", "likeliest group right"),
    ("top_1_base", "  largest group always"),
    ("top_2", "right among the two likeliest"),
    ("within_one", "right or next to right"),
    ("log_loss", "log-loss, nats"),
    ("log_loss_base", "  mix of the groups always"),
    ("ece", "calibration error"),
    ("auc_65", "ranking by 65+, AUC"),
    ("precision_65", "65+ in the top fifth"),
    ("share_65", "  65+ among all"),
)


def build(outcome: Outcome) -> dict[str, Any]:
    """Measure predictions in every view, by the names in VIEWS."""
    return {view: asdict(accuracy(*given)) for view, given in _views(outcome).items()}


def _views(outcome: Outcome) -> dict[str, tuple[Floats, Floats]]:
    """Return predictions and people of each view."""
    probabilities, people = outcome.probabilities, outcome.people
    own = people.sum(axis=0)
    known = restated(probabilities, outcome.prior, np.maximum(own / own.sum(), _NEVER_NONE))
    return {
        "population": (probabilities, reweighted(people, outcome.prior)),
        "own_mix": (known, people),
        "own_mix_unknown": (probabilities, people),
    }


def as_text(views: Report) -> str:
    """Return a report as a table for a terminal."""
    lines = [f"{'':32}" + "".join(f"{view:>18}" for view in VIEWS)]
    for key, label in _LINES:
        lines.append(f"{label:32}" + "".join(f"{views[view][key]:18.3f}" for view in VIEWS))
    lines += ["", *(f"{view}: {meaning}" for view, meaning in VIEWS.items())]
    return "\n".join(lines)


def as_markdown(views: Report) -> str:
    """Return a report as a table in Markdown."""
    lines = [f"| | {' | '.join(VIEWS)} |", f"|---|{'---:|' * len(VIEWS)}"]
    for key, label in _LINES:
        cells = " | ".join(f"{views[view][key]:.3f}" for view in VIEWS)
        lines.append(f"| {label.strip()} | {cells} |")
    return "\n".join(lines)


def write_json(report: Report, path: Path) -> None:
    """Write a report as JSON."""
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def draw(outcome: Outcome, path: Path) -> None:
    """Draw how often the likeliest group is right, against how likely it was said to be."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    for view, given in _views(outcome).items():
        points = calibration(*given)
        said = [confidence for confidence, _, _ in points]
        found = [confidence + gap for confidence, gap, _ in points]
        axes.plot(said, found, marker="o", markersize=3, label=view)
    axes.set(xlabel="probability of the likeliest group", ylabel="share of people who are in it")
    axes.legend()
    figure.savefig(path, dpi=120, bbox_inches="tight")
