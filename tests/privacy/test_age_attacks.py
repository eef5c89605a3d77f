"""Attacks on the ages of persons, each of which must fail (T1 to T14)."""

import json
import logging
import math
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from statistics import median, pstdev
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import BaseModel

from functions.predict_age.disclosure import Cohort, CohortLog, Person
from functions.predict_age.handler import api, expected_counts
from functions.predict_age.messages import RecordMessage
from functions.search.handler import api as search_api
from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.ages.groups import GROUPS, SEVEN
from leadcloud.ages.model import AgeModel
from leadcloud.ages.names import stem
from leadcloud.ages.table import MIN_BEARERS, STEPS, AgeTable
from leadcloud.clock import SetClock
from leadcloud.errors import CohortTooSmall
from leadcloud.registers.catalogue import RegisterCatalogue
from leadcloud.wiring import Services
from tests.contacts import person, register
from tests.effort import times
from tests.gateway_event import gateway_event, status_and_body
from tests.plugins.ages import Json, Post, body_of, chance, common_names
from tests.shared_data import shared
from train.classifier import AgeGroupClassifier, of_shares
from train.counts import SEXES, NameCounts, gather
from train.export import Edition, export
from train.files import read_names, read_population
from train.living import AsInPyramid
from train.pyramid import OLDEST, Pyramid
from train.training import Training

SUMMARY = "/v1/predict-age/summary"
PATHS = ("/v1/predict-age", SUMMARY)
SMUGGLED = "1957"


@pytest.fixture
def names(finnish_ages: AgeModel) -> list[str]:
    """Three hundred different names."""
    return common_names(finnish_ages, 300)


@pytest.fixture
def age_searcher(services: Services, age_caller: Post, names: list[str]) -> Post:
    """Return what searches the register of the account, which holds these names."""
    everybody = [person(number, first_name=name) for number, name in enumerate(names)]
    own = register("own", everybody)
    services.registers = RegisterCatalogue(services.store, {"given": lambda _name, _row: own})

    def search(**asked: Any) -> tuple[int, Json]:
        body = {"purpose": "telemarketing_b2c", "registers": ["own"], "page_size": 1000} | asked
        event = gateway_event("POST", "/v1/search", body, key="one")
        return status_and_body(search_api.answer(event, services))

    return search


def members(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """Return every leaf of a JSON value with its path."""
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in members(each, f"{path}.{key}")]
    if isinstance(value, list):
        return [leaf for each in value for leaf in members(each, path)]
    return [(path, value)]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "asked",
    [
        {"bands": [33, 34]},
        {"edges": [18, 33, 34]},
        {"min_age": 33},
        {"age>=33": True},
        {"as_of": "2030-01-01"},
        {"groups": ["33-33"]},
        {"scheme": "years"},
        {"age_groups": "four"},
    ],
    ids=lambda asked: next(iter(asked)),
)
def test_t1_no_request_moves_an_edge(
    age_caller: Post, names: list[str], path: str, asked: Json
) -> None:
    """Edges, years and schemes of the caller's own are refused, on the request and on a record."""
    body = body_of(names)

    assert age_caller(body | asked, path=path)[0] == 422
    body["records"][7] |= asked
    status, problem = age_caller(body, path=path)
    assert status == 422
    assert next(iter(asked)) not in json.dumps(problem)


def test_t1_nor_does_a_query_parameter(services: Services, age_caller: Post) -> None:
    """Nothing can be asked beside the body."""
    event = gateway_event(
        "POST",
        "/v1/predict-age",
        body_of(["Matti"]),
        query={"min_age": "33"},
        scopes="predict",
    )

    assert api.answer(event, services)["statusCode"] == 400


@pytest.mark.parametrize(
    "asked",
    [
        {"criteria": {"age_group": {"in": ["33-34"]}}},
        {"criteria": {"age_group": {"in": ["33"]}}},
        {"criteria": {"age_group": {"in": ["75+", "<33"]}}},
        {"criteria": {"age_group": {"range": {"from": 33, "to": 34}}}},
        {"criteria": {"age_group": {"prefix": ["3"]}}},
        {"criteria": {"age": {"in": ["33"]}}},
        {"criteria": {"birth_year": {"range": {"from": 1992, "to": 1993}}}},
        {"criteria": {}, "order": "age"},
        {"criteria": {}, "bands": [33, 34]},
        {"criteria": {}, "age_groups": "years"},
    ],
    ids=lambda asked: str(list(asked.items())[-1]),
)
def test_t1_nor_does_a_search(age_searcher: Post, asked: Json) -> None:
    """A search knows the groups and no other edge; what was sent instead is not quoted."""
    status, problem = age_searcher(**asked)

    assert status == 422
    assert "33" not in json.dumps(problem)


def test_t2_no_answer_holds_an_age(
    age_caller: Post, names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """No key and no value of any answer or log line is an age, a year of birth or a date."""
    answers = [age_caller(body_of(names), path=path)[1] for path in PATHS]
    answers.append(age_caller(body_of(["Matti 57"]))[1])

    for path, value in (leaf for answer in answers for leaf in members(answer)):
        assert not re.search(
            r"birth|dob|born|(^|_|\.)ages?$|year(?<!\.model\.reference_year)", path
        )
        if path.endswith(("group", "second_group")):
            assert value in GROUPS
        elif path.endswith("probability"):
            assert value in [step / 20 for step in range(21)]
        elif path.endswith("count"):
            assert value is None or value % 5 == 0
        elif not path.endswith((".ref", ".reference_year", ".version", ".status")):
            assert not re.search(r"\d\d", str(value).replace("request-1", ""))
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {key for line in logged for key in line} <= {
        *("level", "message", "timestamp", "service", "request_id"),
        *("operation", "status", "code", "ms"),
    }


def test_t2_no_message_can_hold_one() -> None:
    """The messages have no number but a rounded probability, a count and the table's year."""
    numbers = {}
    for operation in api.operations.values():
        pending = [operation.contract.response, operation.contract.request]
        while pending:
            model = pending.pop()
            assert model is not None
            for name, hint in get_type_hints(model).items():
                kinds = {hint, *get_args(hint), *(x for a in get_args(hint) for x in get_args(a))}
                pending += [k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)]
                if kinds & {int, float}:
                    numbers[model.__name__, name] = True

    assert numbers.keys() == {
        ("PredictionMessage", "probability"),
        ("GroupCountMessage", "count"),
        ("ModelMessage", "reference_year"),
    }


def test_t2_a_contact_tells_a_group_and_nothing_finer(age_searcher: Post) -> None:
    """In a search too: a group of the seven, a probability in twentieths, and what it rests on."""
    _, answer = age_searcher(criteria={"age_group": {"not_in": ["75+"]}})

    for contact in answer["contacts"]:
        told = contact["age_group"]
        assert told.keys() == {"group", "probability", "basis"}
        assert told["group"] in GROUPS
        assert told["probability"] in [step / 20 for step in range(21)]
        for key, value in members({**contact, "age_group": None, "phone": None}):
            assert not re.search(r"birth|dob|born|year", key)
            assert value is None or not isinstance(value, (int, float)) or value is False
    assert answer["contacts"]


@pytest.mark.parametrize(
    "copy",
    [
        str.upper,
        str.lower,
        lambda name: f" {name} ",
        lambda name: unicodedata.normalize("NFD", name),
        lambda name: name.replace("ä", "a"),
        lambda name: f"{name} J.",
        lambda name: f'{name} "Kopio"',
    ],
    ids=["upper", "lower", "blanks", "nfd", "diacritics", "initial", "nickname"],
)
def test_t3_copies_make_no_cohort(age_caller: Post, copy: Callable[[str], str]) -> None:
    """One person, or one and 49 copies of another however typed, are too few."""
    assert age_caller(body_of(["Päivi"]), path=SUMMARY)[1]["code"] == "cohort_too_small"

    copies = ["Matti", *(["Päivi", copy("Päivi")] * 25)]
    assert age_caller(body_of(copies), path=SUMMARY)[1]["code"] == "cohort_too_small"


def test_t3_spellings_make_no_persons(age_caller: Post, names: list[str]) -> None:
    """Nine people, each written in seven ways, are not sixty-three."""
    ways: list[Callable[[str], str]] = [str, str.upper, str.lower, "{} J.".format, " {}".format]
    ways += ["{} (Kopio)".format, lambda name: unicodedata.normalize("NFD", name)]
    spellings = [way(name) for name in names[:9] for way in ways]

    assert age_caller(body_of(spellings), path=SUMMARY)[1]["code"] == "cohort_too_small"


def test_t3_forty_nine_are_too_few_and_fifty_are_enough(age_caller: Post, names: list[str]) -> None:
    """The bound is where it is said to be."""
    assert age_caller(body_of(names[:49]), path=SUMMARY)[0] == 422
    assert age_caller(body_of(names[100:150]), path=SUMMARY)[0] == 200


class Attacker:
    """Asks for summaries of registers in memory, as the handler answers them."""

    def __init__(self, model: AgeModel, services: Services, clock: SetClock) -> None:
        self._model = model
        self._log = CohortLog(services.store, clock)

    def ask(self, names: Sequence[str], register: str) -> list[int] | None:
        """Return the counts by group, withheld ones as nothing, or None where refused."""
        records = [RecordMessage(ref=str(n), first_name=name) for n, name in enumerate(names)]
        persons = [Person(first_name=name, sex=None, postal_code=None) for name in names]
        cohort = Cohort(persons, "secret")
        try:
            self._log.admit("attacker", register, cohort)
        except CohortTooSmall:
            return None
        counts = expected_counts(self._model, records, SEVEN)
        return [cohort.blurred(group, count) or 0 for group, count in counts.items()]

    def expected(self, names: Sequence[str]) -> list[float]:
        """Return what people of the attacker's own making add to the counts."""
        judged = [self._model.judge(name).probabilities for name in names]
        return [sum(column) for column in zip(*judged, strict=True)]

    def told(self, name: str) -> int:
        """Return the group that the attack wants to learn."""
        return GROUPS.index(self._model.predict([name], scheme=SEVEN)[0].group)


@pytest.fixture
def attacker(finnish_ages: AgeModel, services: Services, clock: SetClock) -> Attacker:
    """Somebody with a register of their own who wants one person's group from counts alone."""
    return Attacker(finnish_ages, services, clock)


def recovered(
    attacker: Attacker, pairs: Sequence[tuple[str, Iterable[float], Iterable[float]]]
) -> float:
    """Return how often the group that grew most between two answers is the target's."""
    right = 0.0
    for target, without, with_ in pairs:
        growth = [after - before for before, after in zip(without, with_, strict=True)]
        best = [group for group, each in enumerate(growth) if each == max(growth)]
        right += (attacker.told(target) in best) / len(best)
    return right / len(pairs)


def test_t4_differencing_tells_nothing(attacker: Attacker, names: list[str]) -> None:
    """The register with the target is refused once the one without was answered."""
    answered = 0
    for number in range(times(100)):
        random = chance(number)
        target, *others = random.sample(names, 101)
        assert attacker.ask(others, f"r{number}") is not None
        answered += attacker.ask([target, *others], f"r{number}") is not None

    assert answered == 0


def test_t4_the_noise_alone_hides_a_person(attacker: Attacker, names: list[str]) -> None:
    """Even where both answers are had, from two registers, the target's group stays hidden."""
    pairs = []
    for number in range(400):
        target, *others = chance(number).sample(names, 101)
        without = attacker.ask(others, f"a{number}")
        with_ = attacker.ask([target, *others], f"b{number}")
        assert without is not None
        assert with_ is not None
        pairs.append((target, without, with_))

    assert recovered(attacker, pairs) <= 0.30


def test_t5_padding_does_not_help(attacker: Attacker, names: list[str]) -> None:
    """Dummies carry the cohort past the guard; the noise hides the target behind them as well.

    What the dummies add is known to the attacker, who made them up, and is subtracted.
    """
    dummies, others = names[:60], names[60:]
    one, other = attacker.expected(dummies[:30]), attacker.expected(dummies[30:])
    pairs = []
    for number in range(400):
        random = chance(number)
        target, *base = random.sample(others, 81)
        without = attacker.ask([*base, *dummies[:30]], f"p{number}")
        with_ = attacker.ask([target, *base, *dummies[30:]], f"p{number}")
        if without is not None and with_ is not None:
            pairs.append(
                (target, np.subtract(without, one).tolist(), np.subtract(with_, other).tolist())
            )

    assert len(pairs) > 300
    assert recovered(attacker, pairs) <= 0.30


def test_t6_asking_again_gives_the_same_bytes(
    age_caller: Post, services: Services, names: list[str]
) -> None:
    """A thousand times, in any order, by any account: there is no noise to average out."""
    services.accounts.open(
        Account(
            id="second",
            kind="customer",
            name="Second",
            parent=None,
            registers=("own",),
            purposes=(),
            terms=CURRENT_TERMS,
        )
    )
    first = json.dumps(age_caller(body_of(names), path=SUMMARY)[1])
    for number in range(30):
        shuffled = chance(number).sample(names, len(names))
        for who in ("buyer", "second"):
            assert json.dumps(age_caller(body_of(shuffled), path=SUMMARY, who=who)[1]) == first


def test_t6_the_blur_is_a_function_of_the_cohort(names: list[str]) -> None:
    """A thousand draws of one cohort give one value."""
    persons = [Person(first_name=name, sex=None, postal_code=None) for name in names]

    assert len({Cohort(persons, "secret").blurred("75+", 60.0) for _ in range(1000)}) == 1


def test_t7_filtering_down_to_one_is_refused(age_caller: Post, names: list[str]) -> None:
    """Every narrower cohort is either large, or refused; none is answered about fewer than 50."""
    kept = names
    while kept:
        status, answer = age_caller(body_of(kept), path=SUMMARY)
        if len(kept) < 50:
            assert answer["code"] == "cohort_too_small"
        elif status == 200:
            assert all(each["count"] is None or each["count"] >= 10 for each in answer["groups"])
        kept = kept[: len(kept) * 4 // 5]


def test_t8_rare_names_are_no_different_from_unknown_ones(finnish_ages: AgeModel) -> None:
    """Whatever name was not counted often enough is judged exactly as if it did not exist."""
    table = finnish_ages.table
    for place in range(table.own_names, len(table.names)):
        name, row = table.names[place], table.sex_rows[3 * place]
        if row >= table.own_rows:
            assert finnish_ages.judge(name).probabilities == finnish_ages.backoff(stem(name))
            assert finnish_ages.judge(name).basis == "backoff"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "record",
    [
        {"first_name": f"Anna {SMUGGLED}"},
        {"first_name": "Anna 2.3.1957"},
        {"first_name": "Anna ١٩٥٧"},
        {"birth_date": f"{SMUGGLED}-03-02"},
        {"age": 67},
        {"comment": f"born {SMUGGLED}"},
        {"postal_code": SMUGGLED},
        {"sex": SMUGGLED},
        {"ref": f"{SMUGGLED}-03-02"},
        {"ref": f"2.3.{SMUGGLED}"},
        {"ref": "020357-123A"},
        {"ref": f"born {SMUGGLED}"},
    ],
    ids=str,
)
def test_t9_a_birth_date_is_refused_and_not_logged(
    age_caller: Post,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    record: Json,
    path: str,
) -> None:
    """In a name, a field of its own, or any other: it is neither used nor written down."""
    with caplog.at_level(logging.DEBUG):
        status, problem = age_caller(
            {"register": "own", "records": [{"ref": "1", "first_name": "Anna"} | record]}, path=path
        )

    assert (status, problem["code"]) == (422, "request_invalid")
    written = json.dumps(problem) + capsys.readouterr().out + caplog.text
    assert SMUGGLED not in written
    assert "020357" not in written


def test_t10_a_table_has_groups_and_no_years(shipped_table: AgeTable) -> None:
    """Every array is seven wide, or one answer or place per row; no name is one of few."""
    table, width = shipped_table, len(GROUPS)
    rows = len(table.shares) // width

    assert len(table.shares) == rows * width
    assert len(table.ngram_weights) == (len(table.ngrams) + 1) * width
    assert len(table.area_mixes) == len(table.areas) * width
    assert len(table.prior) == len(table.other) == width
    assert len(table.sex_rows) == 3 * len(table.names)
    assert max(table.sex_rows) == rows - 1
    assert {len(told) for told in table.told.values()} == {rows}
    assert table.origin.min_bearers >= 10


def test_t11_the_reference_year_does_not_move(
    services: Services, age_caller: Post, clock: SetClock, names: list[str]
) -> None:
    """Years later the same name is in the same group: no flip shows a year of birth."""
    today = age_caller(body_of(names))
    for _ in range(5):
        clock.move(2 * 365 * 24 * 3600)
        services.__dict__.pop("ages", None)
        assert age_caller(body_of(names)) == today


def counted_people(seed: int, names: int = 40) -> NameCounts:
    """Return counts by decade: few young people, who stand for many, and names of all sizes."""
    random = chance(seed)
    rows = []
    for number in range(names):
        middle, size = random.randrange(1940, 2010), random.choice((12, 30, 100, 1000))
        for decade in range(1930, 2010, 10):
            expected = size * math.exp(-(((decade - middle) / 20) ** 2))
            people = round(expected * (0.02 if decade == 2000 else 0.3 if decade == 1990 else 1))
            if people:
                rows.append((f"Nimi{chr(97 + number)}", "F", decade, decade + 9, float(people)))
    return gather(rows)


def edition(counts: NameCounts) -> dict[str, list[float]]:
    """Return the shares of every name of the table that is trained on these people."""
    ages = np.concatenate([np.full(80, 10_000.0), np.linspace(10_000, 0, OLDEST + 1 - 80)])
    training = Training(
        counts=counts,
        reference_year=2024,
        population=AsInPyramid(Pyramid(ages=ages, areas={})),
        make=lambda: AgeGroupClassifier(ngram_share=0),
    )
    table = export(training.fit(), Edition(country="FI", reference_year=2024))
    model = AgeModel(table)
    return {name: model.judge(name).probabilities for name in table.names}


@pytest.mark.parametrize("seed", range(3))
def test_t12_two_editions_of_a_table_do_not_tell_whom_the_second_has_more(seed: int) -> None:
    """One person more, of whatever name and age, moves no share by a step of what is told."""
    before = counted_people(seed)
    shares = edition(before)
    borne = np.bincount(before.names, before.counts)
    rare = [place for place in np.argsort(borne).tolist() if borne[place] >= MIN_BEARERS][:6]

    moved = []
    for place in rare:
        for decade in (1940, 1970, 1990, 2000):
            person = (before.spellings[place], "F", decade, decade + 9, 1.0)
            after = edition(gather([*rows_of(before), person]))
            moved += [
                abs(new - old)
                for name in shares.keys() & after.keys()
                for new, old in zip(after[name], shares[name], strict=True)
            ]

    assert 0 < max(moved) < 1 / STEPS


def test_t12_nor_do_two_editions_of_finlands_table() -> None:
    """One person more of a rare name, very old or young, of whom few were counted."""
    counts = read_names([shared("data/fi/train/fi_candidates_2011_2019_10y.csv")], "FI")
    pyramid = shared("data/age/fi/paavo_municipality_demographics_2018.csv")
    population = read_population(pyramid, None, "FI")
    make = partial(AgeGroupClassifier, ngram_share=0)

    def shares(counts: NameCounts) -> dict[str, NDArray[np.float64]]:
        training = Training(counts=counts, reference_year=2024, population=population, make=make)
        fitted = training.fit()
        return dict(zip(fitted.names_, of_shares(fitted.shares_), strict=False))

    before, borne = shares(counts), np.bincount(counts.names, counts.counts)
    rare = np.flatnonzero((borne >= MIN_BEARERS) & (borne < 5 * MIN_BEARERS))
    sexes = [SEXES[counts.sexes[counts.names == place][0]] for place in rare]
    moved = []
    # Names do not touch each other: each edition has one more of every fourth.
    for start in range(4):
        for decade in (1930, 1990):
            persons = [
                (counts.spellings[place], sex, decade, decade + 9, 1.0)
                for place, sex in list(zip(rare, sexes, strict=True))[start::4]
            ]
            after = shares(gather([*rows_of(counts), *persons]))
            moved += [np.abs(after[name] - before[name]).max() for name in before if name in after]

    assert 0 < max(moved) < 1 / STEPS


def rows_of(counts: NameCounts) -> list[tuple[str, str, int, int, float]]:
    """Return the rows that counts were gathered from."""
    columns = (counts.names, counts.sexes, counts.birth_from, counts.birth_to, counts.counts)
    return [
        (counts.spellings[name], SEXES[sex], first, last, people)
        for name, sex, first, last, people in zip(*(each.tolist() for each in columns), strict=True)
    ]


def test_t12_a_name_is_common_by_people_counted_not_by_what_they_stand_for() -> None:
    """Nine young people who stand for hundreds are nine: their name has no row."""
    rows = rows_of(counted_people(0))
    names = edition(gather([*rows, ("Uusi", "F", 2000, 2009, 9.0)]))

    assert "uusi" not in names
    assert "uusi" in edition(gather([*rows, ("Uusi", "F", 1990, 1999, 10.0)]))


def test_t13_a_filter_in_another_endpoint_changes_nothing(
    age_caller: Post, names: list[str]
) -> None:
    """A cohort chosen by what the prediction told is under the same rules as any other."""
    _, answer = age_caller(body_of(names))
    by_group: dict[str, list[str]] = {}
    for name, prediction in zip(names, answer["predictions"], strict=True):
        by_group.setdefault(prediction["group"], []).append(name)

    for chosen in by_group.values():
        status, summary = age_caller(body_of(chosen), path=SUMMARY)
        assert status == (200 if len(chosen) >= 50 else 422)
        if status == 200:
            assert age_caller(body_of(chosen[1:]), path=SUMMARY)[0] == 422
            assert all(
                count is None or count % 5 == 0
                for _, count in members(summary["groups"])
                if not isinstance(count, str)
            )


def test_t13_nor_does_a_search_by_group(
    age_searcher: Post, age_caller: Post, names: list[str]
) -> None:
    """Whom a search selects by group is a cohort like any other, and it is counted no finer."""
    _, answer = age_searcher(criteria={"age_group": {"in": ["55-64", "65-74"]}})
    chosen = [contact["name"]["first"] for contact in answer["contacts"]]

    assert 50 < len(chosen) < len(names)
    status, summary = age_caller(body_of(chosen), path=SUMMARY)
    assert status == 200
    assert all(each["count"] is None or each["count"] % 5 == 0 for each in summary["groups"])
    assert age_caller(body_of(chosen[1:]), path=SUMMARY)[0] == 422
    assert age_caller(body_of(chosen[:49]), path=SUMMARY)[1]["code"] == "cohort_too_small"


def test_t14_latency_does_not_tell_a_known_name_from_an_unknown(age_caller: Post) -> None:
    """What a request takes hides whether its name is common, rare or unknown."""
    spent: dict[str, list[float]] = {"Matti": [], "Noel": [], "Xyzzyplugh": []}
    for _ in range(200):
        for name, seconds in spent.items():
            started = time.perf_counter()
            age_caller(body_of([name]))
            seconds.append(time.perf_counter() - started)

    medians = [median(seconds) for seconds in spent.values()]
    assert max(medians) - min(medians) < max(pstdev(seconds) for seconds in spent.values())
