"""From a source's row to a building: what is read, what is doubted, what is dropped and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from collect.building import Building, BuildingAddress, Dropped, Remarks
from collect.cell_value import (
    WITHHELD,
    code_of,
    days_of,
    digits_of,
    number_of,
    text_of,
    word_by_beginning,
    word_for,
    year_of,
)
from collect.position import position, position_of
from collect.profile import Profile
from leadcloud.buildings.address import HouseNumber, read_house_number
from leadcloud.buildings.identifier import is_valid, is_well_formed

Row = Mapping[str, Any]
"""Columns by the source's names, of which only the allowed are left; `geometry` as GeoJSON."""

OLDEST = 1200
"""Finland has no building older than its medieval churches."""
_UNTOLD = frozenset({"", str(WITHHELD)})
_MOST = {"storeys": 60, "dwellings": 3_000, "gross_floor_area": 999_999, "floor_area": 999_999}


@dataclass(frozen=True, kw_only=True, slots=True)
class RowReader:
    """Reads the rows of one source."""

    profile: Profile
    today: date
    municipality: str | None = None
    """The only one whose buildings are wanted."""

    def building(self, row: Row, remarks: Remarks) -> Building | Dropped:
        """Return the building of a row, or why it is none."""
        identifier = (text_of(self._cell(row, "id")) or "").upper()
        if not identifier:
            return Dropped(reason="no_id")
        if not is_well_formed(identifier):
            return Dropped(reason="id_malformed")
        if self._is_gone(row):
            return Dropped(reason="demolished", gone=identifier)
        where = self._position(row)
        if where is None:
            return Dropped(reason="position_unusable")
        municipality = digits_of(self._cell(row, "municipality"), 3) or self.profile.municipality
        if self.municipality not in {None, municipality}:
            return Dropped(reason="other_municipality")
        valid = is_valid(identifier)
        if not valid:
            remarks.add("id_check_character_wrong")
        if self._registered_elsewhere(row, municipality):
            remarks.add("municipality_differs_from_property")
        building_class = digits_of(self._cell(row, "building_class"), 4)
        return Building(
            id=identifier,
            id_valid=valid,
            key=text_of(self._cell(row, "key")),
            lon=where[0],
            lat=where[1],
            source=self.profile.id,
            municipality=municipality,
            postal_code=_postal_code(self._cell(row, "postal_code")),
            use=self._use(row, building_class, remarks),
            building_class=building_class,
            completed_year=self._completed(row, remarks),
            updated=days_of(self._cell(row, "updated")),
            **self._address(row, remarks),
            heating=self._kind(row, "heating", remarks),
            energy_source=self._kind(row, "energy_source", remarks),
            facade=self._kind(row, "facade", remarks),
            frame=self._kind(row, "frame", remarks),
            usage_status=self._kind(row, "usage_status", remarks),
            storeys=self._number(row, "storeys", remarks),
            dwellings=self._number(row, "dwellings", remarks),
            gross_floor_area=self._number(row, "gross_floor_area", remarks),
            floor_area=self._number(row, "floor_area", remarks),
        )

    def address(self, row: Row) -> BuildingAddress | Dropped:
        """Return the address of a row of the source's address layer."""
        key = text_of(self._address_cell(row, "key"))
        if key is None:
            return Dropped(reason="address_without_building")
        return BuildingAddress(
            key=key,
            rank=number_of(self._address_cell(row, "rank"), zero_is_unknown=True) or 99,
            street=_street(self._address_cell(row, "street")),
            street_sv=_street(self._address_cell(row, "street_sv")),
            house_number=_house_number(
                self._address_cell(row, "house_number"), self._address_cell(row, "house_letter")
            ),
            postal_code=_postal_code(self._address_cell(row, "postal_code")),
        )

    def _cell(self, row: Row, name: str) -> Any:
        return _first(row, self.profile.fields.get(name, ()))

    def _address_cell(self, row: Row, name: str) -> Any:
        return _first(row, self.profile.address_fields.get(name, ()))

    def _is_gone(self, row: Row) -> bool:
        if text_of(self._cell(row, "demolition")) is not None:
            return True
        return (code_of(self._cell(row, "usage_status")) or "") in self.profile.demolished

    def _position(self, row: Row) -> tuple[int, int] | None:
        pair = position_of(row.get("geometry"))
        if pair is None:
            easting, northing = self._cell(row, "easting"), self._cell(row, "northing")
            try:
                pair = (float(easting), float(northing))
            except (TypeError, ValueError):
                return None
        return position(*pair)

    def _registered_elsewhere(self, row: Row, municipality: str | None) -> bool:
        """Tell whether the property belongs to another municipality, as after a merger of two."""
        registered = (text_of(self._cell(row, "property")) or "")[:3]
        return municipality is not None and registered not in {"", municipality}

    def _completed(self, row: Row, remarks: Remarks) -> int | None:
        written = self._cell(row, "completed")
        year = year_of(written)
        if year is None and (text_of(written) or "").removesuffix(".0") not in _UNTOLD:
            remarks.add("completed_unreadable")
        if year is not None and not OLDEST <= year <= self.today.year + 1:
            remarks.add("completed_out_of_range")
            return None
        return year

    def _use(self, row: Row, building_class: str | None, remarks: Remarks) -> str | None:
        profile = self.profile
        if profile.codes.get("use"):
            return self._kind(row, "use", remarks)
        old = digits_of(self._cell(row, "use"), 3)
        use = word_by_beginning(old, profile.use_by_1994) if old else None
        if use is None and building_class is not None:
            use = word_by_beginning(building_class, profile.use_by_2018)
        return use or None

    def _kind(self, row: Row, name: str, remarks: Remarks) -> str | None:
        code = code_of(self._cell(row, name))
        if code is None:
            return None
        word = word_for(code, self.profile.codes.get(name, {}))
        if word is None:
            remarks.add(f"{name}_code_unknown")
        return word or None

    def _number(self, row: Row, name: str, remarks: Remarks) -> int | None:
        number = number_of(self._cell(row, name), zero_is_unknown=self.profile.zero_is_unknown)
        if number is not None and number > _MOST[name]:
            remarks.add(f"{name}_out_of_range")
            return None
        return number

    def _address(self, row: Row, remarks: Remarks) -> dict[str, Any]:
        street, street_sv = (_street(self._cell(row, name)) for name in ("street", "street_sv"))
        number = _house_number(self._cell(row, "house_number"), self._cell(row, "house_letter"))
        joined = text_of(self._cell(row, "address"))
        if street is None and joined is not None:
            finnish, _, swedish = joined.partition(",")
            (street, number), (street_sv, _) = _split(finnish), _split(swedish)
        if street is not None and number is None:
            remarks.add("house_number_missing")
        return {
            "street": street,
            "street_sv": street_sv,
            "house_number": number,
        }


_LONGEST_STREET = 100


def _first(row: Row, columns: Any) -> Any:
    return next((row[column] for column in columns if text_of(row.get(column)) is not None), None)


def _postal_code(value: Any) -> str | None:
    code = digits_of(value, 5)
    return None if code == "00000" else code


def _street(value: Any) -> str | None:
    """Return a street's name; what no street is called is no name (and no CSV formula)."""
    text = text_of(value)
    if text is None or len(text) > _LONGEST_STREET or not any(letter.isalpha() for letter in text):
        return None
    return text if text[0].isalnum() and text.isprintable() else None


def _house_number(number: Any, letter: Any) -> HouseNumber | None:
    text = text_of(number)
    return read_house_number(f"{text.removesuffix('.0')}{text_of(letter) or ''}") if text else None


def _split(joined: str) -> tuple[str | None, HouseNumber | None]:
    """Split `Levijoentie 426h`; the number is the last word that begins with a digit."""
    street, _, last = joined.strip().rpartition(" ")
    if street and last[:1].isdigit():
        return _street(street), read_house_number(last)
    return _street(joined), None
