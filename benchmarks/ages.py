"""How fast names are judged: our look-ups beside a scikit-learn pipeline, on the same names.

Names are drawn from those of the Finnish table, the commoner the oftener, as Zipf's law has it for
first names: the k-th commonest in proportion to 1/(k + 20). The pipeline is what a data scientist
would deploy, TF-IDF of runs of one to four letters into a logistic regression; it knows the same
names and, like ours, takes `paivi` for `Päivi`. Both are timed in processor time, in turns, the least of several counted.
"""

import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from operator import attrgetter
from pathlib import Path
from random import Random
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from threadpoolctl import threadpool_limits

from benchmarks.cold_start import LEAN, LEAN_IS, processor_ms
from benchmarks.figure import Figure
from leadcloud.ages.groups import FOUR, SEVEN
from leadcloud.ages.model import AgeModel
from leadcloud.ages.table import load

_TABLE = Path(__file__).parents[1] / "layers" / "data" / "ages" / "FI.ages"
_REGISTER = 4_700_000
_BATCH = 1000
_ROUNDS = 7
_SECOND_NAME = 20
"""Of so many names one has a second given name or an initial, and is read part by part."""

Judge = Callable[[list[str]], object]


def run() -> Sequence[Figure]:
    """Measure look-ups, the pipeline, a whole register, opening and importing."""
    table = load(_TABLE)
    model = AgeModel(table)
    names = _drawn(table.names, 200_000)
    pipeline = _pipeline(model)

    def ours(batch: list[str]) -> object:
        return model.predict(batch, scheme=SEVEN)

    with threadpool_limits(1):
        batch = _fastest({"ours": ours, "theirs": pipeline.predict_proba}, names, _BATCH)
        single = _fastest({"ours": ours, "theirs": pipeline.predict_proba}, names[:300], 1)
    with_second = _fastest({"ours": ours}, _as_customers_write(names), _BATCH)["ours"]
    goal = f"{batch['theirs']:,.0f} names/s of the scikit-learn pipeline; at least 100"
    grouped, opened = _grouping(model, names), _least(lambda: AgeModel(load(_TABLE)))
    return [
        _more("names at batch 1,000", batch["ours"], "names/s", against="at least 4,000,000"),
        _more("the same, one in twenty with a second name", with_second, "names/s"),
        _more("ratio at batch 1,000", batch["ours"] / batch["theirs"], "times", against=goal),
        _more("ratio one by one", single["ours"] / single["theirs"], "times"),
        _less("4.7 million contacts grouped", grouped, "s", against="5 at most"),
        _less("table opened", 1000 * opened, "ms", against="30 at most"),
        _less("first answer after that", 1000 * _first_answer(), "ms"),
        _less("import, times lean", _import(), "times", against=f"{LEAN_IS}; 1.5 at most"),
    ]


def _drawn(names: Sequence[str], count: int) -> list[str]:
    """Draw names as they are written, the same on every run."""
    chance = Random(1)  # noqa: S311 repeatable, not secret
    weights = [1 / (rank + 20) for rank in range(len(names))]
    return [name.title() for name in chance.choices(names, weights, k=count)]


def _as_customers_write(names: list[str]) -> list[str]:
    endings = ("", *([""] * (_SECOND_NAME - 3)), " Juhani", " J.")
    return [name + endings[place % len(endings)] for place, name in enumerate(names)]


def _pipeline(model: AgeModel) -> Pipeline:
    """Fit a pipeline on the names of the table and their likeliest groups.

    A few rounds will do: how long it takes to ask does not depend on how well it was fitted.
    """
    names = list(model.table.names)
    groups = [told.group for told in model.predict(names, scheme=SEVEN)]
    pipeline = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), strip_accents="unicode"),
        LogisticRegression(max_iter=10),
    )
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        return pipeline.fit(names, groups)


def _fastest(judges: dict[str, Judge], names: list[str], batch: int) -> dict[str, float]:
    """Return names a second of each, at its fastest."""
    least = dict.fromkeys(judges, float("inf"))
    batches = [names[start : start + batch] for start in range(0, len(names), batch)]
    for _ in range(_ROUNDS):
        for who, judge in judges.items():
            some = batches if who == "ours" else list(islice(batches, 300 if batch == 1 else 5))
            started = time.process_time()
            for each in some:
                judge(each)
            spent = (time.process_time() - started) / sum(map(len, some))
            least[who] = min(least[who], spent)
    return {who: 1 / spent for who, spent in least.items()}


def _grouping(model: AgeModel, names: list[str]) -> float:
    """Return the seconds it takes to count a register of 4.7 million by the four groups."""
    group = attrgetter("group")
    model.predict(names[:1], scheme=FOUR)
    counted: Counter[Any] = Counter()
    started = time.process_time()
    while counted.total() < _REGISTER:
        for start in range(0, len(names), _BATCH):
            counted.update(map(group, model.predict(names[start : start + _BATCH], scheme=FOUR)))
    return (time.process_time() - started) * _REGISTER / counted.total()


def _first_answer() -> float:
    """Return the seconds of the first prediction, in which the look-up is made."""
    models = [AgeModel(load(_TABLE)) for _ in range(_ROUNDS)]
    return min(_seconds(partial(model.predict, ["Matti"], scheme=SEVEN)) for model in models)


def _least(step: Callable[[], object]) -> float:
    return min(_seconds(step) for _ in range(_ROUNDS))


def _seconds(step: Callable[[], object]) -> float:
    started = time.process_time()
    step()
    return time.process_time() - started


def _import() -> float:
    """Return how much longer the function's import takes than a lean Lambda's."""
    programs = {"": "", "lean": LEAN, "ours": "import functions.predict_age.handler"}
    least = dict.fromkeys(programs, float("inf"))
    for _ in range(5):
        for name, program in programs.items():
            least[name] = min(least[name], processor_ms(program))
    return (least["ours"] - least[""]) / (least["lean"] - least[""])


def _more(name: str, value: float, unit: str, *, against: str | None = None) -> Figure:
    return Figure(name=name, value=value, unit=unit, lower_is_better=False, against=against)


def _less(name: str, value: float, unit: str, *, against: str | None = None) -> Figure:
    return Figure(name=name, value=value, unit=unit, lower_is_better=True, against=against)
