"""A manifest that is wrong says where, every fault at once."""

from decimal import Decimal
from pathlib import Path

import pytest

import leadcloud.registers
from leadcloud.registers.interface import Capability
from leadcloud.registers.manifest import ManifestInvalid, load_manifest
from leadcloud.registers.record import reader

SHIPPED = sorted((Path(leadcloud.registers.__file__).parent / "manifests").glob("*.toml"))

RIGHT = """
id = "some_register"
name = "Some register"
kind = "consumer"
controller = { id = "some-controller", name = "Some controller" }
price_per_contact = "0.05"
currency = "EUR"
purposes = ["telemarketing_b2c"]
[auth]
kind = "none"
[request]
base_url = "https://register.invalid"
path = "/search"
[criteria.postal_code]
native = "exact"
parameters = { in = "postcode" }
[paging]
kind = "offset"
parameter = "offset"
size = 100
[extract]
records = "found"
total = "total"
[extract.fields]
first_name = "first"
last_name = "last"
phone = "phone"
"""


@pytest.fixture
def write(tmp_path: Path) -> Path:
    """Return where the test's manifest is written."""
    return tmp_path / "some.toml"


def faults(place: Path, text: str) -> tuple[str, ...]:
    """Return what is wrong with a manifest."""
    place.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestInvalid) as raised:
        load_manifest(place)
    assert raised.value.__cause__ is None
    return raised.value.faults


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_shipped_manifest_is_right(path: Path) -> None:
    """Every manifest that is shipped can be loaded and is named after its id."""
    assert load_manifest(path).id == path.stem


def test_description_is_what_the_planner_needs(write: Path) -> None:
    """The description holds the operators and how natively they are answered, and exact money."""
    write.write_text(RIGHT, encoding="utf-8")
    description = load_manifest(write).description()
    assert description.criteria == {
        "postal_code": Capability(operators=frozenset({"in"}), native="exact")
    }
    assert description.price_per_contact == Decimal("0.05")


def test_base_url_can_be_given(write: Path) -> None:
    """The address of a register can come from outside, in the manifest's place."""
    write.write_text(RIGHT, encoding="utf-8")
    assert load_manifest(write, base_url="http://127.0.0.1:1").request.base_url.endswith(":1")


WRONG = {
    ('kind = "consumer"', 'kind = "person"'): "kind",
    ('currency = "EUR"', 'currency = "euro"'): "currency",
    ('"0.05"', '"-1"'): "price_per_contact",
    ('"0.05"', "0.05\nfree = true"): "free",
    ("size = 100", 'size = "100"'): "paging.size",
    ("https://register.invalid", "file:///etc"): "request.base_url",
    ("https://register.invalid", "https://register.invalid?key=1"): "request.base_url",
    ('"telemarketing_b2c"', '"home_visit"'): "purposes",
    ('"telemarketing_b2c"', '"telemarketing_b2b"'): "telemarketing_b2b is not for a consumer",
    ('{ in = "postcode" }', '{ like = "postcode" }'): "criteria.postal_code.parameters.like",
    ('{ in = "postcode" }', "{}"): "needs a parameter",
    ('native = "exact"', 'native = "local"'): "has no parameters",
    ('native = "exact"', 'native = "superset"'): "extract.fields.postal_code is needed",
    ('native = "exact"', 'native = "exact"\nseveral = "not_asked"'): "every value",
    ('total = "total"', ""): "extract.total is needed",
    ('phone = "phone"', ""): "extract.fields.phone is needed",
    ('phone = "phone"', 'phone = "phone"\nage = "age"'): "age is no field",
    ('phone = "phone"', 'phone = "a..b"'): "extract.fields.phone",
    ('kind = "offset"', 'kind = "cursor"'): "next_cursor belongs",
    ('parameter = "offset"', ""): "need a parameter",
    ('[auth]\nkind = "none"', '[auth]\nkind = "magic"'): "auth",
    ("[extract.fields]", '[extract.codes.gender]\nF = "lady"\n[extract.fields]'): "ours are female",
}


@pytest.mark.parametrize(("change", "field"), WRONG.items(), ids=map(str, range(len(WRONG))))
def test_wrong_field_is_named(write: Path, change: tuple[str, str], field: str) -> None:
    """A field that is wrong, unknown, missing or at odds with another is named."""
    assert change[0] in RIGHT
    assert field in "\n".join(faults(write, RIGHT.replace(*change)))


def test_all_faults_come_at_once(write: Path) -> None:
    """Two faults make two sentences."""
    text = RIGHT.replace('"EUR"', '"euro"').replace("size = 100", "size = 0")
    assert len(faults(write, text)) == 2


@pytest.mark.parametrize("text", ["", "id = ", "id = 1\nid = 2", "[[[", "\ufeff" + RIGHT])
def test_what_is_no_manifest_is_invalid(write: Path, text: str) -> None:
    """An empty or broken file is an invalid manifest, not another error."""
    assert faults(write, text)


def test_bytes_that_are_no_text_are_invalid(write: Path) -> None:
    """A file that is not UTF-8 is an invalid manifest."""
    write.write_bytes(b"\xff\xfe")
    with pytest.raises(ManifestInvalid, match="is not TOML"):
        load_manifest(write)


@pytest.mark.parametrize(
    ("price", "cost", "free"),
    [("0", "0", True), ("0", "0.02", False), ("0.05", "0", False), ("0.05", "0.02", False)],
)
def test_only_what_costs_nobody_anything_is_asked_for_again(
    write: Path, price: str, cost: str, *, free: bool
) -> None:
    """A register that we give away may charge us all the same, for each call."""
    asked = f'price_per_contact = "{price}"\ncost_per_contact = "{cost}"'
    write.write_text(RIGHT.replace('price_per_contact = "0.05"', asked), encoding="utf-8")
    manifest = load_manifest(write)

    assert (manifest.is_repeatable, manifest.counts_free_of_charge) == (free, free)


def test_numbers_are_of_the_country_that_the_manifest_names(write: Path) -> None:
    """The same digits belong to somebody else in another country, who would be called instead."""
    record = {"first": "Testi", "last": "Synteettinen", "phone": "40 12 34 56"}
    write.write_text('country = "NO"\n' + RIGHT, encoding="utf-8")

    assert reader(load_manifest(write))(record).phone == "+4740123456"


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_only_addresses_of_this_country_can_be_placed(path: Path) -> None:
    """The building database knows no other country, and would silently find nobody."""
    foreign = path.stem == "enhetsregisteret"
    assert load_manifest(path).description().has_known_buildings is not foreign
