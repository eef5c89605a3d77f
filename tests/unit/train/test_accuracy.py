"""The accuracy that was promised, on the real counts of two countries and of Finnish candidates."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from leadcloud.ages.groups import FIRST_AGES, GROUPS
from leadcloud.ages.model import AgeModels
from leadcloud.ages.names import OTHER
from tests.plugins.ages import TABLES
from tests.shared_data import shared
from train.accuracy import Accuracy, accuracy, reweighted
from train.classifier import AgeGroupClassifier
from train.counts import FIRST_BIRTH, SEXES, NameCounts, Row, gather
from train.files import read_names, read_population
from train.living import living
from train.mix import estimated, restated
from train.report import build
from train.survival import AsSurvived
from train.survival import read as read_survival
from train.training import Training

Floats = NDArray[np.float64]

PYRAMID = "data/age/fi/paavo_municipality_demographics_2018.csv"
PRIOR_LOG_LOSS = 1.932

of_the_united_states = pytest.mark.slow
"""Reading a century of births, and training on them, takes more than ten seconds."""


@dataclass(frozen=True)
class Country:
    """A country's people, all of them, by name, sex and group."""

    X: NDArray[np.object_]
    people: Floats

    def fit(self, people: Floats, **settings: Any) -> AgeGroupClassifier:
        """Fit a classifier on some of them."""
        rows, groups = np.nonzero(people)
        classifier = AgeGroupClassifier(**settings)
        labels = np.array(GROUPS)[groups]
        fitted: AgeGroupClassifier = classifier.fit(
            self.X[rows], labels, sample_weight=people[rows, groups]
        )
        return fitted

    def accuracy(self, classifier: AgeGroupClassifier) -> Accuracy:
        """Measure a classifier on all of them."""
        return accuracy(classifier.predict_proba(self.X), self.people)


def people_of(
    counts: NameCounts, year: int, living_of_birth: Floats, first_ages: tuple[int, ...]
) -> Country:
    """Work the people out year by year, in another way than training does."""
    ages = year - counts.birth_from
    adults = (ages >= first_ages[0]) & (ages <= 110)
    groups = np.searchsorted(first_ages, ages[adults], side="right") - 1
    keys = counts.names[adults] * 3 + counts.sexes[adults]
    distinct, rows = np.unique(keys, return_inverse=True)
    people = np.zeros((len(distinct), len(first_ages)))
    at = counts.sexes[adults], counts.birth_from[adults] - FIRST_BIRTH
    np.add.at(people, (rows, groups), counts.counts[adults] * living_of_birth[at])
    there = people.sum(axis=1) > 0
    names = np.array(counts.spellings, dtype=object)[distinct // 3]
    sexes = np.array(SEXES, dtype=object)[distinct % 3]
    return Country(X=np.column_stack([names, sexes])[there], people=people[there])


@pytest.fixture(scope="module")
def us_counts() -> NameCounts:
    """Births in the United States."""
    return read_names([shared("data/age/us-ssa-national-1880-2024.tar.gz")], "US")


@pytest.fixture(scope="module")
def survival() -> AsSurvived:
    """Who of them survives."""
    return read_survival(shared("data/age/us-ssa-cohort-lifetables.csv.gz"))


@pytest.fixture(scope="module")
def united_states(us_counts: NameCounts, survival: AsSurvived) -> Country:
    """The adults living in the United States in 2024."""
    shares = survival.people(np.ones(LAST), 2024)
    return people_of(us_counts, 2024, shares, FIRST_AGES)


LAST = 301


@pytest.fixture(scope="module")
def norway_counts() -> NameCounts:
    """Births in Norway."""
    return read_names([shared("data/age/no/norwaynames_1880-2017.csv.gz")], "NO")


def norway(counts: NameCounts, first_ages: tuple[int, ...] = FIRST_AGES) -> Country:
    """The names of Norway in the ages of Finland, in 2024."""
    population = read_population(shared(PYRAMID), None, "FI")
    born = np.bincount(counts.birth_from - FIRST_BIRTH, counts.counts, LAST).astype(np.float64)
    people = population.people(born, 2024)
    weights = np.divide(people, born, out=np.zeros_like(people), where=born > 0)
    return people_of(counts, 2024, weights, first_ages)


def sampled(people: Floats, size: int, seed: int = 1) -> Floats:
    """Draw a register of about so many people."""
    drawn: Floats = np.random.default_rng(seed).poisson(people * size / people.sum())
    return drawn.astype(np.float64)


def ages_by_name(
    counts: NameCounts, survival: AsSurvived, base_year: int, last_birth: int
) -> Callable[..., tuple[list[int], float]]:
    """Return what tells the ages that share of the living bearers of a name have not passed."""
    living_share = survival.people(np.ones(LAST), base_year)

    def ages(name: str, sex: str | None, *shares: float) -> tuple[list[int], float]:
        rows = (counts.names == counts.spellings.index(name)) & (counts.birth_from <= last_birth)
        if sex:
            rows &= counts.sexes == SEXES.index(sex)
        years = counts.birth_from[rows]
        living_now = counts.counts[rows] * living_share[counts.sexes[rows], years - FIRST_BIRTH]
        by_age = np.bincount(base_year - years, living_now)
        reached = np.cumsum(by_age) / by_age.sum()
        return [int(np.searchsorted(reached, share)) for share in shares], float(by_age.sum())

    return ages


@of_the_united_states
def test_the_published_quartiles_are_reproduced(
    us_counts: NameCounts, survival: AsSurvived
) -> None:
    """21 of 21 quartiles of nameage's table (base year 2015), and the living within 0.5 %."""
    ages = ages_by_name(us_counts, survival, 2015, 2015)
    published = {
        "Ava": [3, 6, 9],
        "Ella": [4, 9, 47],
        "Elmer": [45, 65, 77],
        "Gertrude": [68, 79, 87],
        "Jack": [10, 35, 65],
        "Liam": [2, 4, 9],
        "Violet": [3, 11, 72],
    }

    assert {name: ages(name, None, 0.25, 0.5, 0.75)[0] for name in published} == published
    assert ages("Jack", None)[1] == pytest.approx(393_056, rel=0.005)


@of_the_united_states
@pytest.mark.parametrize(
    ("name", "sex", "median"),
    [
        ("Mildred", "F", 78),
        ("Joseph", "M", 37),
        ("Elmer", "M", 66),
        ("Willard", "M", 65),
        ("Fred", "M", 64),
        ("Steven", "M", 45),
        ("David", "M", 46),
        ("Mason", "M", 6),
        ("Jayden", "M", 4),
    ],
)
def test_the_published_medians_are_reproduced(
    us_counts: NameCounts, survival: AsSurvived, name: str, sex: str, median: int
) -> None:
    """FiveThirtyEight's medians of 2014 within two years."""
    ((found,), _) = ages_by_name(us_counts, survival, 2013, 2013)(name, sex, 0.5)

    assert abs(found - median) <= 2


@pytest.fixture(scope="module")
def us_classifier(us_counts: NameCounts, survival: AsSurvived) -> AgeGroupClassifier:
    """Trained on all births, as the command does, but without the letters."""
    cells = living(us_counts, 2024, survival)
    fitted: AgeGroupClassifier = AgeGroupClassifier(ngram_share=0).fit(
        cells.X, cells.y, sample_weight=cells.people
    )
    return fitted


@pytest.fixture(scope="module")
def us_given(united_states: Country, us_classifier: AgeGroupClassifier) -> Floats:
    """What it says of everybody."""
    return us_classifier.predict_proba(united_states.X)


@of_the_united_states
def test_the_limit_is_reached_in_the_united_states(
    united_states: Country, us_given: Floats
) -> None:
    """Births times survival: the best that any model of names can do, within a hair."""
    reached = accuracy(us_given, united_states.people)
    shares = united_states.people / united_states.people.sum(axis=1, keepdims=True)
    limit = accuracy(np.maximum(shares, 1e-12), united_states.people)

    assert reached.top_1 >= 0.350
    assert reached.top_2 >= 0.605
    assert reached.within_one >= 0.735
    assert reached.log_loss <= 1.54
    assert median_age_error(united_states, us_given) <= 10.6
    assert reached.top_1 > limit.top_1 - 0.01
    assert reached.log_loss < limit.log_loss + 0.02
    assert reached.ece <= 0.02


def median_age_error(country: Country, given: Floats) -> float:
    """Return how many years the middle of the median group is from the middles of the true ones.

    Years exist in this test only; nothing that is served could tell them.
    """
    middles = np.array([*(np.array(FIRST_AGES[:-1]) + np.array(FIRST_AGES[1:])), 164]) / 2
    medians = middles[(np.cumsum(given, axis=1) < 0.5).sum(axis=1)]
    errors = np.abs(medians[:, None] - middles)
    return float((country.people * errors).sum() / country.people.sum())


@of_the_united_states
def test_a_median_look_up_is_beaten(united_states: Country, us_given: Floats) -> None:
    """One median age per name, as others answer, is less often right and never says how sure."""
    medians = (np.cumsum(us_given, axis=1) < 0.5).sum(axis=1)
    one_hot = np.maximum(np.eye(len(GROUPS))[medians], 1e-9)

    ours, theirs = (accuracy(each, united_states.people) for each in (us_given, one_hot))

    assert ours.top_1 >= theirs.top_1 + 0.015
    assert ours.ece * 20 <= theirs.ece


@of_the_united_states
@pytest.mark.parametrize(
    ("size", "top_1", "log_loss", "ece"),
    [
        (100_000, 0.32, 1.65, 0.02),
        (10_000, 0.28, 1.77, 0.05),
    ],
)
def test_a_sample_of_people_is_enough(
    united_states: Country, size: int, top_1: float, log_loss: float, ece: float
) -> None:
    """Trained on a register of so many people, tested on everybody, rare names left out."""
    people = sampled(united_states.people, size)

    reached = united_states.accuracy(united_states.fit(people))

    assert reached.top_1 >= top_1
    assert reached.log_loss <= log_loss
    assert reached.ece <= ece


@of_the_united_states
@pytest.mark.parametrize("older", [True, False])
def test_the_mix_of_a_register_is_recovered_from_its_names(
    united_states: Country, us_classifier: AgeGroupClassifier, us_given: Floats, *, older: bool
) -> None:
    """From 30,000 names, most of what knowing the mix would bring."""
    skew = np.linspace(0.4, 1.6, len(GROUPS))[:: 1 if older else -1]
    people = sampled(
        reweighted(united_states.people, united_states.people.sum(axis=0) * skew), 30_000
    )
    rows = np.repeat(np.arange(len(people)), people.sum(axis=1).astype(int))
    prior = us_classifier.prior_

    def loss(mix: Floats) -> float:
        return accuracy(restated(us_given, prior, mix), people).log_loss

    unknown, known = loss(prior), loss(people.sum(axis=0) / people.sum())
    guessed = loss(estimated(us_given[rows], prior))

    assert (unknown - guessed) / (unknown - known) >= 0.80


def test_the_limit_is_reached_in_norway(norway_counts: NameCounts) -> None:
    """With a fifth of the births unnamed, which is what rare names are like in the north."""
    people = norway(norway_counts)
    population = read_population(shared(PYRAMID), None, "FI")
    cells = living(norway_counts, 2024, population)
    classifier = AgeGroupClassifier(ngram_share=0).fit(cells.X, cells.y, sample_weight=cells.people)

    reached = people.accuracy(classifier)

    assert reached.top_1 >= 0.325
    assert reached.top_2 >= 0.575
    assert reached.log_loss <= 1.60


def test_three_broad_groups_are_told_far_better(norway_counts: NameCounts) -> None:
    """Of under 40, under 65 and older, names tell the right one three times in five."""
    people = norway(norway_counts, (18, 40, 65))
    rows, groups = np.nonzero(people.people)
    classifier = AgeGroupClassifier(ngram_share=0).fit(
        people.X[rows], groups, sample_weight=people.people[rows, groups]
    )

    right = people.people[np.arange(len(people.people)), classifier.predict(people.X)].sum()

    assert right / people.people.sum() >= 0.59


def test_another_country_gets_the_prior_and_nothing_worse(norway_counts: NameCounts) -> None:
    """Names of a country without a table are not judged by another's table."""
    people = norway(norway_counts)
    model = AgeModels(TABLES).model("SE")
    judged = [model.judge(name, sex).probabilities for name, sex in people.X.tolist()]

    reached = accuracy(np.array(judged), people.people)

    assert reached.log_loss <= PRIOR_LOG_LOSS + 0.01


def births_by_state(file: Path) -> Iterator[Row]:
    """Yield the births of a state, whose file has lines `state,sex,year,name,count`."""
    for line in file.read_text(encoding="utf-8").splitlines():
        _, sex, year, name, count = line.split(",")
        yield name, sex, int(year), int(year), float(count)


@of_the_united_states
@pytest.mark.parametrize("state", ["HI", "MN"])
def test_a_state_that_was_held_out_is_told_by_the_others(state: str, survival: AsSurvived) -> None:
    """A table of the country serves its parts: calibrated, and far better than the mix of ages."""
    files = {file.stem: file for file in shared("data/age/us-ssa-by-state").glob("*.TXT")}
    here = gather(births_by_state(files.pop(state)))
    elsewhere = gather(chain.from_iterable(map(births_by_state, files.values())))
    cells = living(elsewhere, 2024, survival)
    classifier = AgeGroupClassifier(ngram_share=0).fit(cells.X, cells.y, sample_weight=cells.people)

    people = people_of(here, 2024, survival.people(np.ones(LAST), 2024), FIRST_AGES)
    reached = people.accuracy(classifier)

    largest = people.people.sum(axis=0).max() / people.people.sum()
    assert reached.ece <= 0.04
    assert reached.top_1 >= largest + 0.15


@cache
def finnish_training() -> Training:
    """The training of the Finnish table, for the year that its counts describe."""
    names = shared("data/fi/train/fi_candidates_2011_2019_10y.csv")
    return Training(
        counts=read_names([Path(names)], "FI"),
        reference_year=2021,
        population=read_population(shared(PYRAMID), None, "FI"),
        make=AgeGroupClassifier,
    )


def test_finnish_people_who_were_held_out_are_told_as_well_as_was_promised() -> None:
    """In five folds over people: twice the right answers of the prior, and calibrated."""
    views = build(finnish_training().cross_validate(5))

    assert views["population"]["top_1"] >= 0.335
    assert views["population"]["log_loss"] <= 1.59
    assert views["population"]["ece"] <= 0.02
    assert views["own_mix"]["log_loss"] <= 1.50
    assert views["population"]["log_loss_base"] == pytest.approx(PRIOR_LOG_LOSS, abs=0.003)


def as_finland_counts(norwegians: NameCounts, born: Floats, seed: int) -> NameCounts:
    """Return people drawn from Norway, cut as Finland's file is.

    As many of each decade, periods of ten years, and what is below three summed up.

    Args:
        norwegians: Births by year.
        born: How many to draw of each year of birth.
        seed: Of the draw.
    """
    chance = np.random.default_rng(seed)
    births = np.bincount(norwegians.birth_from, norwegians.counts, len(born))
    expected = norwegians.counts * (born / np.maximum(births, 1))[norwegians.birth_from]
    drawn: Counter[tuple[int, int, int]] = Counter()
    decades = norwegians.birth_from // 10 * 10
    rows = zip(norwegians.names.tolist(), norwegians.sexes.tolist(), decades.tolist(), strict=True)
    for row, people in zip(rows, chance.poisson(expected).tolist(), strict=True):
        drawn[row] += people
    cut: Counter[tuple[str, str, int]] = Counter()
    for (name, sex, decade), people in drawn.items():
        spelling = norwegians.spellings[name] if people >= 3 else OTHER
        cut[spelling, SEXES[sex], decade] += people
    return gather(
        (name, sex, decade, decade + 9, float(people))
        for (name, sex, decade), people in cut.items()
        if people
    )


def test_a_report_on_decades_is_true_of_everybodys_year(norway_counts: NameCounts) -> None:
    """Folds of a file like Finland's tell within a point how well all Norwegians are told.

    Their year is known. Held-out people spread evenly over their decade would be told two to four
    points too badly, and a model that does so would seem the best.
    """
    population = read_population(shared(PYRAMID), None, "FI")
    finns = finnish_training().counts
    per_year = np.zeros(LAST + FIRST_BIRTH)
    for first, last, people in zip(finns.birth_from, finns.birth_to, finns.counts, strict=True):
        per_year[first : last + 1] += people / (last + 1 - first)
    counts = as_finland_counts(norway_counts, per_year, seed=1)
    training = Training(
        counts=counts,
        reference_year=2021,
        population=population,
        make=lambda: AgeGroupClassifier(ngram_share=0),
    )

    said = build(training.cross_validate(5))["population"]
    living_then = np.bincount(
        norway_counts.birth_from - FIRST_BIRTH, norway_counts.counts, LAST
    ).astype(np.float64)
    standing = population.people(living_then, 2021)
    weights = np.divide(standing, living_then, np.zeros_like(standing), where=living_then > 0)
    everybody = people_of(norway_counts, 2021, weights, FIRST_AGES)
    true = everybody.accuracy(training.fit())

    assert said["top_1"] == pytest.approx(true.top_1, abs=0.01)
    assert said["log_loss"] == pytest.approx(true.log_loss, abs=0.02)
    assert max(said["ece"], true.ece) <= 0.02
