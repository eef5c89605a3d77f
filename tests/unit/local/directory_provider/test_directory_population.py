"""The synthetic people are plausible, always the same, and plainly synthetic."""

import json
import re
from collections import Counter

import phonenumbers
import pytest

from leadcloud.registers.phone import e164
from local.directory_provider.companies import business_id
from local.directory_provider.search import Directory
from local.synthetic.places import PLACES
from tests.shared_data import shared


@pytest.fixture(scope="module")
def directory() -> Directory:
    """Draw both registers once."""
    return Directory.drawn(1)


def test_same_seed_draws_the_same_people(directory: Directory) -> None:
    """The seed decides about everybody; another seed gives others."""
    assert Directory.drawn(1) == directory
    assert Directory.drawn(2) != directory


def test_there_are_as_many_as_promised(directory: Directory) -> None:
    """20,000 persons, and 2,000 decision makers in companies with at least one each."""
    assert len(directory.consumers) == 20_000
    assert sum(len(company["people"]) for company in directory.companies) == 2_000
    assert all(company["people"] for company in directory.companies)


def test_every_record_is_marked(directory: Directory) -> None:
    """Each person and each company says of itself that it is synthetic."""
    assert all(record["synthetic"] is True for record in directory.consumers)
    assert all(company["synthetic"] is True for company in directory.companies)


def test_numbers_are_nobody_s(directory: Directory) -> None:
    """Each number can be read as E.164, is used once, and is valid for nobody."""
    written = [each["phoneNumber"] for each in (*directory.consumers, *directory.companies)]
    written += [maker["phoneNumber"] for each in directory.companies for maker in each["people"]]
    numbers = [e164(each, "FI") for each in written]
    assert None not in numbers
    assert not [each for each in numbers if each and _is_somebody_s(each)]
    mobiles = [each["phoneNumber"] for each in directory.consumers if each["phoneType"] == "MOBILE"]
    assert len({e164(each, "FI") for each in mobiles}) == len(mobiles)


def _is_somebody_s(number: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(number))


def test_common_names_are_common(directory: Directory) -> None:
    """Names follow their real frequency, by language and sex."""
    women = Counter(
        each["firstName"]
        for each in directory.consumers
        if (each["language"], each["gender"]) == ("fi", "F")
    )
    assert women["Tuula"] > 2 * women["Helmi"]
    swedish = {each["lastName"] for each in directory.consumers if each["language"] == "sv"}
    assert "Nyman" in swedish
    assert "Korhonen" not in swedish


def test_swedish_is_spoken_where_it_is(directory: Directory) -> None:
    """The share of Swedish speakers differs by place as it does in reality."""
    languages: dict[str, Counter[str]] = {}
    for each in directory.consumers:
        languages.setdefault(each["address"]["municipalityCode"], Counter())[each["language"]] += 1
    assert languages["598"]["sv"] > languages["598"]["fi"] * 0.8
    assert languages["837"]["sv"] < languages["837"]["fi"] * 0.02


def test_some_are_banned_and_most_are_not(directory: Directory) -> None:
    """A few per cent have forbidden telemarketing."""
    banned = sum(each["marketingBan"] for each in directory.consumers)
    assert 0.05 < banned / 20_000 < 0.12


def test_postal_codes_belong_to_their_municipality() -> None:
    """Every pair of postal code and municipality exists."""
    rows = json.loads(shared("data/real/codes/posti_postcodes.json").read_text(encoding="utf-8"))
    real = {(row["postcode"], row["municipal_code"]) for row in rows}
    pairs = {(code, place.municipality) for place in PLACES for code in place.postal_codes}
    assert pairs <= real


def test_business_ids_have_their_check_digit(directory: Directory) -> None:
    """Business ids are well formed, unique, and from numbers not given out."""
    ids = [company["businessId"] for company in directory.companies]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"9\d{6}-\d", each) for each in ids)


@pytest.mark.parametrize(
    ("serial", "known"), [(112_038, "0112038-9"), (116_297, "0116297-6"), (6, None)]
)
def test_check_digit_is_the_tax_administration_s(serial: int, known: str | None) -> None:
    """The check digit of known business ids comes out; a serial without one has no id."""
    assert business_id(serial) == known
