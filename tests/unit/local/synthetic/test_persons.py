"""The persons who do not exist."""

import json
from collections import Counter

import phonenumbers

from leadcloud.registers.phone import e164
from local.synthetic.persons import draw_persons
from tests.shared_data import shared


def test_a_seed_draws_the_same_persons() -> None:
    """Demonstrations and tests can be repeated; another seed draws others."""
    assert list(draw_persons(200, seed=1)) == list(draw_persons(200, seed=1))
    assert list(draw_persons(200, seed=1)) != list(draw_persons(200, seed=2))


def test_nobody_can_be_reached_by_a_drawn_number() -> None:
    """The numbers differ, read as E.164, and are none that the numbering plans know in use."""
    numbers = [e164(person.phone, "FI") for person in draw_persons(2000, seed=1)]

    assert None not in numbers
    assert len(set(numbers)) == 2000
    assert not any(phonenumbers.is_valid_number(phonenumbers.parse(str(n))) for n in numbers)


def test_common_names_and_large_cities_are_drawn_more_often() -> None:
    """The draw follows the weights, by language and sex."""
    persons = list(draw_persons(5000, seed=1))
    cities = Counter(person.municipality for person in persons)
    names = Counter(person.first_name for person in persons)

    assert cities["091"] > cities["837"] > cities["638"] > 0
    assert names["Tuula"] > names["Emma"] > 0
    assert {"fi", "sv"} == {person.language for person in persons}
    assert {"male"} == {person.gender for person in persons if person.first_name == "Juha"}
    assert {"sv"} == {person.language for person in persons if person.last_name == "Nyman"}


def test_each_postal_code_belongs_to_its_municipality() -> None:
    """Checked against the postal service's own list."""
    codes = json.loads(shared("data/real/codes/posti_postcodes.json").read_text())
    places = {place["postcode"]: place["municipal_code"] for place in codes}

    drawn = {(person.postal_code, person.municipality) for person in draw_persons(5000, seed=1)}

    assert len(drawn) > 80
    assert [place for place in drawn if places.get(place[0]) != place[1]] == []
