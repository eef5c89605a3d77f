"""Invented buildings in the columns of a real source, dirt included: the same rows every time.

Streets are straight lines of houses that stand in postal areas of a few square kilometres; uses,
years and gaps follow the rates seen in open data. No name, id or place is a real building's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, radians, sin
from random import Random
from typing import Any

from leadcloud.buildings.identifier import check_character

_FIRST_ID, MOST = 190_000_000, 9_500_000
"""The first identifier, and how many buildings there can be from it on."""
_WORDS = (
    ("Koivu", "Björk"), ("Mänty", "Tall"), ("Kuusi", "Gran"), ("Pihlaja", "Rönn"),
    ("Tuomi", "Hägg"), ("Leppä", "Al"), ("Kallio", "Berg"), ("Niitty", "Ängs"),
    ("Pelto", "Åker"), ("Lähde", "Käll"), ("Suo", "Kärr"), ("Järvi", "Sjö"),
    ("Ranta", "Strand"), ("Saari", "Holm"), ("Mylly", "Kvarn"), ("Seppä", "Smed"),
    ("Kirkko", "Kyrko"), ("Koulu", "Skol"), ("Asema", "Stations"), ("Puisto", "Park"),
    ("Kuu", "Mån"), ("Tähti", "Stjärn"), ("Aurinko", "Sol"), ("Pilvi", "Moln"),
    ("Talvi", "Vinter"), ("Kesä", "Sommar"), ("Kettu", "Räv"), ("Karhu", "Björn"),
    ("Hirvi", "Älg"), ("Jänis", "Har"), ("Orava", "Ekorr"), ("Haukka", "Hök"),
    ("Kotka", "Örn"), ("Joutsen", "Svan"), ("Peippo", "Bofink"), ("Kiuru", "Lärk"),
)  # fmt: skip
_ORDINARY = (
    ("Asematie", "Stationsvägen"), ("Kauppakatu", "Handelsgatan"), ("Kirkkokatu", "Kyrkogatan"),
    ("Koivukuja", "Björkstigen"), ("Koulukatu", "Skolgatan"), ("Kuusitie", "Granvägen"),
    ("Lehtotie", "Lundvägen"), ("Mäntytie", "Tallvägen"), ("Niittykuja", "Ängsgränden"),
    ("Pihlajatie", "Rönnvägen"), ("Rantatie", "Strandvägen"), ("Satamakatu", "Hamngatan"),
    ("Torikatu", "Torggatan"),
)  # fmt: skip
"""Streets that every town has, and every postal area here: where synthetic persons live, too."""
_MIDDLES = (("", ""), ("nmäen", "backs"), ("nlaakson", "dals"), ("nsuon", "mosse"))
_ENDS = (("tie", "vägen"), ("katu", "gatan"), ("kuja", "gränden"), ("polku", "stigen"))
_USES = ("05", "06", "02", "03", "04", "07", "01")
_USE_WEIGHTS = (46, 9, 10, 24, 4, 3, 4)
_CLASSES = {"05": "0110", "06": "0121", "02": "0400", "03": "1911", "04": "1910", "07": "0820"}
_DECADES = (1900, 1920, 1940, 1950, 1960, 1970, 1980, 1990, 2000, 2010, 2020)
_DECADE_WEIGHTS = (2, 3, 6, 12, 13, 16, 18, 11, 9, 8, 2)
_MODIFIED_FIRST, _MODIFIED_LAST = 1, 28
_METRES_NORTH, _METRES_EAST_AT_EQUATOR = 111_500.0, 111_320.0
_HOUSES_IN_STREET = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    """A municipality to invent."""

    code: str
    lon: float
    lat: float
    buildings: int
    first_postal_code: int
    in_postal_area: int
    """Buildings in each postal area but the last."""
    spread: float
    """Metres from a postal area's middle within which two thirds of its streets begin."""


VANTAA = Town(
    code="092",
    lon=25.04,
    lat=60.29,
    buildings=45_000,
    first_postal_code=1_200,
    in_postal_area=820,
    spread=450,
)
_POSTAL_CODE_STEP = 10
_IN_POSTAL_AREA, _SPREAD = 330, 900.0


def towns(count: int) -> list[Town]:
    """Return towns with so many buildings in all; the first is Vantaa, others lie around Finland."""
    if count <= VANTAA.buildings:
        return [replace(VANTAA, buildings=count)]
    found, left, number, postal_code = [VANTAA], count - VANTAA.buildings, 0, 10_000
    while left:
        number += 1
        size = min(left, max(2_000, 60_000 // number))
        found.append(
            Town(
                code=f"{100 + number:03d}",
                lon=21.5 + (number * 0.618034 % 1) * 8,
                lat=60.6 + (number * 0.754878 % 1) * 7,
                buildings=size,
                first_postal_code=postal_code,
                in_postal_area=_IN_POSTAL_AREA,
                spread=_SPREAD,
            )
        )
        postal_code += -(-size // _IN_POSTAL_AREA) * _POSTAL_CODE_STEP
        left -= size
    return found


def synthetic_rows(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield so many rows, the same for the same seed."""
    random = Random(seed)  # noqa: S311 invented data must be the same every time
    serial = _FIRST_ID
    longest_step = min(5, 2 * MOST // count - 1)
    for town in towns(count):
        left, area = town.buildings, 0
        while left:
            size = min(left, town.in_postal_area)
            for row in _postal_area(town, area, size, random=random):
                serial += random.randint(1, longest_step)
                yield _as_row(row, f"{serial:09d}", town, random=random)
            left -= size
            area += 1


@dataclass(frozen=True, slots=True)
class _Spot:
    lon: float
    lat: float
    postal_code: str
    street: str
    street_sv: str
    number: int


def _postal_area(town: Town, area: int, size: int, *, random: Random) -> Iterator[_Spot]:
    """Yield the house lots of one postal area: streets that start near its middle."""
    # Areas lie on a sunflower's spiral around the town's middle, evenly apart.
    distance, angle = 2 * town.spread * area**0.5, area * 2.399963
    east, north = distance * cos(angle), distance * sin(angle)
    postal_code = f"{town.first_postal_code + area * _POSTAL_CODE_STEP:05d}"
    count = max(size // _HOUSES_IN_STREET, 1)
    streets = [_street(index, (east, north), town.spread, random=random) for index in range(count)]
    for index in range(size):
        (name, name_sv), (x, y), heading = streets[index % count]
        step = index // count
        along, aside = 28.0 * step + random.random() * 8, 18 if step % 2 else -18
        yield _Spot(
            town.lon
            + (x + along * cos(heading) - aside * sin(heading))
            / (_METRES_EAST_AT_EQUATOR * cos(radians(town.lat))),
            town.lat + (y + along * sin(heading) + aside * cos(heading)) / _METRES_NORTH,
            postal_code,
            name,
            name_sv,
            step + 1,
        )


def _street(
    index: int, middle: tuple[float, float], spread: float, *, random: Random
) -> tuple[tuple[str, str], tuple[float, float], float]:
    """Return a street's names, where it begins, and which way it goes."""
    word, word_sv = random.choice(_WORDS)
    joint, joint_sv = random.choice(_MIDDLES)
    end, end_sv = random.choice(_ENDS)
    start = (middle[0] + random.gauss(0, spread), middle[1] + random.gauss(0, spread))
    names = (word + joint + end, word_sv + joint_sv + end_sv)
    heading = random.random() * 6.283185
    return _ORDINARY[index] if index < len(_ORDINARY) else names, start, heading


def _as_row(spot: _Spot, serial: str, town: Town, *, random: Random) -> dict[str, Any]:
    use = random.choices(_USES, _USE_WEIGHTS)[0]
    flats = use == "06"
    storeys = random.randint(2, 8) if flats else random.choice((1, 1, 2))
    area = storeys * random.randint(250, 900) if flats else random.randint(12, 320)
    heating, energy = _heating(use, random)
    material = random.choice(("01", "02")) if flats else random.choice(("05", "05", "05", "02"))
    return {
        "geometry": {"type": "Point", "coordinates": [round(spot.lon, 7), round(spot.lat, 7)]},
        "permanent_building_identifier": serial + check_character(serial),
        "municipality_number": town.code,
        "completion_date": _completed(random),
        "main_purpose": use,
        "building_class": _CLASSES.get(use),
        "number_of_storeys": storeys if random.random() > 0.12 else None,
        "apartment_count": _dwellings(use, area, random),
        "gross_floor_area": area,
        "total_area": 0 if random.random() < 0.2 else round(area * 1.08),
        "heating_method": heating,
        "heating_energy_source": energy,
        "facade_material": material,
        "material_of_load_bearing_structures": "01" if flats else "04",
        "usage_status": {"05": "01", "06": "01", "02": "02", "07": "02", "01": "03"}.get(use, "11"),
        "address_name_fin": spot.street,
        "address_name_swe": spot.street_sv,
        "number_part_of_address_number": str(spot.number) if random.random() > 0.02 else None,
        "postal_code": spot.postal_code,
        "modified_timestamp_utc": f"2025-03-{random.randint(_MODIFIED_FIRST, _MODIFIED_LAST):02d}",
    }


def _completed(random: Random) -> str | None:
    chance = random.random()
    if chance < 0.03:
        return None
    if chance < 0.04:
        return "1900-01-01Z"
    decade = random.choices(_DECADES, _DECADE_WEIGHTS)[0]
    return f"{decade + random.randint(0, 5 if decade == 2020 else 9)}-01-01Z"


def _dwellings(use: str, area: int, random: Random) -> int | None:
    if use == "06":
        return max(4, area // 65)
    if use == "05":
        return None if random.random() < 0.1 else random.choices((1, 2, 6), (85, 10, 5))[0]
    return None


def _heating(use: str, random: Random) -> tuple[str | None, str | None]:
    if use in {"03", "04"} and random.random() < 0.7:
        return "07", None
    if use == "06":
        return "01", "01"
    return random.choice((("01", "01"), ("01", "02"), ("03", "04"), ("01", "09"), ("04", "07")))
