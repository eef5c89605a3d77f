"""A building as the collector understands a source's row, and why a row is none."""

from dataclasses import dataclass, field

from leadcloud.buildings.address import HouseNumber


@dataclass(frozen=True, kw_only=True, slots=True)
class Building:
    """The facts of one row, in the words of the API."""

    id: str
    id_valid: bool
    key: str | None
    """The source's own key, by which its addresses name the building."""
    lon: int
    lat: int
    """1e-7 degrees."""
    municipality: str | None = None
    street: str | None = None
    street_sv: str | None = None
    house_number: HouseNumber | None = None
    postal_code: str | None = None
    use: str | None = None
    building_class: str | None = None
    heating: str | None = None
    energy_source: str | None = None
    facade: str | None = None
    frame: str | None = None
    usage_status: str | None = None
    completed_year: int | None = None
    storeys: int | None = None
    dwellings: int | None = None
    gross_floor_area: int | None = None
    floor_area: int | None = None
    updated: int | None = None
    """Days since 1970-01-01."""
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildingAddress:
    """One of a building's addresses, where the source keeps them in a layer of their own."""

    key: str
    """`Building.key`."""
    rank: int
    """1 for the main address."""
    street: str | None
    street_sv: str | None
    house_number: HouseNumber | None
    postal_code: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    """A row that is no building for us."""

    reason: str
    gone: str | None = None
    """The building that the row says is demolished. It is gone whatever other rows say: an
    identifier is never given to another building."""


@dataclass(slots=True)
class Remarks:
    """What was odd about a row that was kept: codes of our own, never the row's values."""

    codes: list[str] = field(default_factory=list)

    def add(self, code: str) -> None:
        """Note that something was odd."""
        self.codes.append(code)
