"""The estimator: scikit-learn's contract, and what it does with names."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from leadcloud.ages.groups import GROUPS
from leadcloud.ages.model import AgeModel
from leadcloud.ages.names import OTHER
from leadcloud.ages.table import load, save
from tests.plugins.ages import chance
from train import letters
from train.classifier import AgeGroupClassifier
from train.export import Edition, export
from train.mix import restated

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["Aino", "Päivi", "Marja-Liisa", "Matti", "Noel", "Kim", "Marja"]
VOCABULARY = ["Xyzzy", "Marja Helena", "Paivi", "Åke"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [AgeGroupClassifier(), AgeGroupClassifier(min_bearers=1, ngram_share=0)]
)
def test_the_classifier_keeps_scikit_learns_contract(estimator: BaseEstimator, check: Any) -> None:
    """Every check of scikit-learn's own suite passes, without an exception."""
    check(estimator)


def synthetic_people(
    seed: int = 0, people: int = 30_000
) -> tuple[list[list[str]], list[str], list[int]]:
    """Return synthetic counts: names of generations, of both sexes, common and rare."""
    random = chance(seed)
    syllables = ["ka", "mi", "no", "ra", "si", "to", "ve", "lu"]
    made = ["".join(random.choices(syllables, k=random.choice((2, 3)))) for _ in range(300)]
    rows, y, weights = [], [], []
    for place, name in enumerate([*NAMES, *dict.fromkeys(made), OTHER]):
        peak, common = random.random() * 6, people / (place + 8)
        for sex, share in (
            (("F", 0.5), ("M", 0.5)) if name == "Kim" else ((random.choice("FM"), 1),)
        ):
            shifted = peak + 2 * (sex == "M") * (name == "Kim")
            for group, label in enumerate(GROUPS):
                count = round(common * share / 7 * 2 ** (-abs(group - shifted)))
                if count:
                    rows.append([name, sex])
                    y.append(label)
                    weights.append(count)
    return rows, y, weights


@pytest.fixture(scope="module")
def fitted() -> AgeGroupClassifier:
    """A classifier of synthetic people with two areas."""
    rows, y, weights = synthetic_people()
    young = np.array([7, 6, 5, 4, 3, 2, 1]) / 28
    classifier = AgeGroupClassifier(areas={"00100": young, "00200": young[::-1]})
    with_area = [[*row, ""] for row in rows]
    fitted: AgeGroupClassifier = classifier.fit(with_area, y, sample_weight=weights)
    return fitted


@pytest.fixture(scope="module")
def served(fitted: AgeGroupClassifier, tmp_path_factory: pytest.TempPathFactory) -> AgeModel:
    """The same as it is served, out of its file."""
    path: Path = tmp_path_factory.mktemp("tables") / "XX.ages"
    save(export(fitted, Edition(country="XX", reference_year=2024), VOCABULARY), path)
    return AgeModel(load(path))


def test_serving_and_training_give_the_same_probabilities(
    fitted: AgeGroupClassifier, served: AgeModel
) -> None:
    """To a millionth, for known, damaged, rare and unknown names, by sex and area."""
    written = [
        *fitted.names_,
        *(key.upper() for key in fitted.names_[:50]),
        *("Marja Liisa", "Marja-Riitta", "Paivi", "Xyzzy", "Xyzzy Matti", "Marja Helena", OTHER),
        *("", "Åke", "Ake", "Noel (Nönne)", "kamikamika"),
    ]
    assert fitted.letters_ is not None
    for sex in ("F", "M", "U"):
        for area in ("00100", "00200", "99999"):
            given = fitted.predict_proba([[name, sex, area] for name in written])
            for name, expected in zip(written, given, strict=True):
                found = served.judge(name, sex, area).probabilities
                assert found == pytest.approx(expected.tolist(), abs=1e-6)


def test_basis_says_what_was_counted(fitted: AgeGroupClassifier, served: AgeModel) -> None:
    """A name of the vocabulary that nobody bore in the counts is answered by the backoff."""
    assert served.judge("xyzzy").basis == "backoff"
    assert served.judge("marja helena").basis == "table"
    assert served.known.keys() >= {"xyzzy", "marja-helena", "paivi", "åke"}
    assert {served.judge(name).basis for name in fitted.names_} == {"table"}


def test_each_sex_of_a_name_has_its_row_where_both_are_common(fitted: AgeGroupClassifier) -> None:
    """Women called Kim are younger than men called so."""
    women, men, anybody = fitted.predict_proba([["Kim", sex, ""] for sex in "FMU"])

    places = np.arange(len(GROUPS))
    assert women @ places < anybody @ places < men @ places


def test_names_of_few_have_no_row() -> None:
    """Nine bearers are judged like an unknown name; ten are not."""
    rows = [["Aino", "F"], ["Noel", "M"], ["Matti", "M"]]
    classifier = AgeGroupClassifier(ngram_share=0)

    fitted = classifier.fit(rows, ["75+", "18-24", "45-54"], sample_weight=[10, 9, 100])

    assert fitted.names_ == ["matti", "aino"]
    rare, unknown = fitted.predict_proba([["Noel", "M"], ["Xyzzy", "M"]])
    assert rare.tolist() == unknown.tolist()


def test_one_more_person_does_not_show() -> None:
    """T12: between two editions that differ by one person, nothing moves by a rounding step."""
    rows, y, weights = synthetic_people()
    before = AgeGroupClassifier().fit(rows, y, sample_weight=weights)
    for target in ("Matti", before.names_[-1]):
        one_more = [*rows, [target, "M"]], [*y, "75+"], [*weights, 1]
        after = AgeGroupClassifier().fit(one_more[0], one_more[1], sample_weight=one_more[2])
        people = [[name, "U"] for name in before.names_]
        moved = np.abs(after.predict_proba(people) - before.predict_proba(people))
        assert moved.max() < 0.05


def test_a_classifier_of_other_classes_is_not_exported() -> None:
    """A table has the seven groups and no others."""
    classifier = AgeGroupClassifier(min_bearers=1).fit([["Aino"], ["Noel"]], ["old", "young"])

    with pytest.raises(ValueError, match="seven groups"):
        export(classifier, Edition(country="XX", reference_year=2024))


def test_letters_tell_something_of_names_never_seen() -> None:
    """The names of a generation sound alike."""
    rows, y = [], []
    for number in range(400):
        stem = "".join(chance(number).choices("ktpmnlr", k=3))
        rows.append([f"{stem}a", "F"])
        y.append("75+")
        rows.append([f"{stem}o", "M"])
        y.append("18-24")
    weights = [20] * len(rows)
    fitted = AgeGroupClassifier().fit(rows, y, sample_weight=weights)

    assert fitted.predict([["zzza", "F"], ["zzzo", "M"]]).tolist() == ["75+", "18-24"]


def test_letters_are_asked_about_people_with_rare_names() -> None:
    """Fitted on a mix of groups, they judge names of people with another as that mix has it."""
    names = [
        f"{first}{middle}{end}"
        for first in "klmn"
        for middle in "aeiou"
        for end in ("na", "ri", "s")
    ]
    counts = np.array(
        [
            [chance(place).randint(0, 90) * (1, 3, 9)[group] for group in range(3)]
            for place in range(len(names))
        ]
    )
    learned = letters.fit(names, counts.astype(np.float64))
    assert learned is not None
    mix = np.array([0.7, 0.2, 0.1])

    moved = learned.moved_to(mix).predict_proba(names)

    assert moved == pytest.approx(restated(learned.predict_proba(names), learned.mix, mix))
    assert learned.mix.sum() == pytest.approx(1, abs=0.01)


def test_an_unknown_name_is_no_common_one() -> None:
    """Rare names are the young people's here, and their letters are everybody's."""
    names = [f"{a}{b}{c}" for a in "klmnprst" for b in "aeiou" for c in ("na", "ri")]
    chance(0).shuffle(names)
    labels, weights = ["75+"] * 40 + ["18-24"] * 40, [200] * 40 + [9] * 40

    fitted = AgeGroupClassifier().fit([[name] for name in names], labels, weights)

    young = fitted.predict_proba([["Wöh"]])[0, list(fitted.classes_).index("18-24")]
    assert young > 0.8
