"""The model as it is served."""

from pathlib import Path

import pytest

from leadcloud.ages.groups import FOUR, SEVEN
from leadcloud.ages.model import AgeModel, AgeModels
from leadcloud.ages.names import OTHER
from leadcloud.ages.table import AgeTable, TableUnusable
from tests.plugins.ages import TABLES


def test_a_name_of_one_generation_tells_its_group(finnish_ages: AgeModel) -> None:
    """Marjatta and Siiri are fifty years apart."""
    old, young = finnish_ages.predict(["Marjatta", "Siiri"], scheme=FOUR)

    assert (old.group, old.basis) == ("65+", "table")
    assert young.group == "18-34"
    assert old.probability * 20 == round(old.probability * 20)


@pytest.mark.parametrize("damaged", ["MARJATTA", "marjatta ", "Marjatta Helena", "Marjatta H."])
def test_a_damaged_name_is_judged_as_the_name(finnish_ages: AgeModel, damaged: str) -> None:
    """How a register writes it does not change what is told."""
    assert finnish_ages.predict([damaged], scheme=SEVEN) == finnish_ages.predict(
        ["Marjatta"], scheme=SEVEN
    )


def test_capitals_say_nothing(shipped_table: AgeTable) -> None:
    """Every name of a table is told alike in capitals, small, mixed, and as most write it."""
    model = AgeModel(shipped_table)
    keys = shipped_table.names
    told = model.predict(keys, scheme=SEVEN)

    for written in (str.title, str.upper, str.swapcase, str.capitalize):
        names = [written(key) for key in keys]
        assert model.predict(names, ["F"] * len(keys), scheme=SEVEN) == model.predict(
            keys, ["F"] * len(keys), scheme=SEVEN
        )
        assert model.predict(names, scheme=SEVEN) == told
    assert [model.judge(key).basis for key in keys[:500]] == [each.basis for each in told[:500]]


def test_an_unknown_name_is_said_to_be_one(finnish_ages: AgeModel) -> None:
    """`basis` is backoff for whom no bearers of the name were counted."""
    unknown = finnish_ages.predict(["Xyzzy", "Mohamed", OTHER, "", "名前"], scheme=SEVEN)

    assert {prediction.basis for prediction in unknown} == {"backoff"}


def test_the_reserved_name_has_the_pattern_of_rare_names(finnish_ages: AgeModel) -> None:
    """The people whose names are not listed are judged as a group, not by their letters."""
    assert finnish_ages.judge(OTHER).probabilities == pytest.approx(
        finnish_ages.table.other, abs=1e-4
    )


def test_a_batch_says_what_its_rows_say_alone(finnish_ages: AgeModel) -> None:
    """Neither order nor company changes a prediction."""
    names = ["Matti", "Xyzzy", "Paivi", "Matti", "Aino Maria", "Xyzzy"]
    sexes = ["M", None, "F", "F", "female", "?"]
    areas = ["00100", None, "99999", "00100", None, "00100"]

    together = finnish_ages.predict(names, sexes, areas, scheme=SEVEN)

    rows = zip(names, sexes, areas, strict=True)
    alone = [finnish_ages.predict([n], [s], [a], scheme=SEVEN)[0] for n, s, a in rows]
    assert together == alone


def test_a_postal_code_moves_the_probabilities_to_its_age_mix(finnish_ages: AgeModel) -> None:
    """Where the young live, a name's bearers are younger than elsewhere."""
    table = finnish_ages.table
    young = table.area_mixes[1::7]
    area = table.areas[max(range(len(young)), key=young.__getitem__)]

    there, anywhere = finnish_ages.judge("Matti", area=area), finnish_ages.judge("Matti")

    assert there.probabilities[1] > anywhere.probabilities[1]
    assert sum(there.probabilities) == pytest.approx(1)


def test_each_sex_of_a_name_has_its_own_row() -> None:
    """Kim is one name of two generations in Norway."""
    norwegian = AgeModels(TABLES).model("NO")
    table = norwegian.table
    both = next(
        n for n in range(table.own_names) if len(set(table.sex_rows[3 * n : 3 * n + 3])) > 1
    )
    name = table.names[both]

    women, men = norwegian.judge(name, "F"), norwegian.judge(name, "male")

    assert women.probabilities != men.probabilities
    assert norwegian.judge(name, "?") == norwegian.judge(name)


def test_a_country_without_a_table_gets_the_prior_and_is_told_so() -> None:
    """No other country's names stand in: that is worse than knowing nothing."""
    swedish = AgeModels(TABLES).model("SE")

    predictions = swedish.predict(["Sven", "Marjatta", "Xyzzy"], ["M", "F", None], scheme=SEVEN)

    assert {prediction.basis for prediction in predictions} == {"prior"}
    assert len(set(predictions)) == 1
    assert swedish.judge("Sven").probabilities == pytest.approx(swedish.table.prior, abs=1e-4)
    assert swedish.table.origin.country == "SE"


def test_a_table_is_read_once(finnish_ages: AgeModel) -> None:
    """The second request finds it open."""
    models = AgeModels(TABLES)

    assert models.model("FI") is models.model("FI")


def test_a_folder_without_tables_is_an_error(tmp_path: Path) -> None:
    """A deployment that forgot its tables does not guess."""
    with pytest.raises(TableUnusable):
        AgeModels(tmp_path).model("FI")
