"""The demo customer's own register."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from leadcloud.registers.own_database import OwnDatabase
from local.demo_database import create_demo_database, demo_register
from tests.plugins.customer_database import condition, every_contact


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[OwnDatabase]:
    """Give the demo register, opened."""
    configuration = demo_register("own", controller_id="customer", controller_name="Demo Oy")
    register = OwnDatabase(configuration, f"sqlite:///{create_demo_database(tmp_path)}")
    yield register
    register.close()


def test_the_demo_register_is_searched_like_any_other(demo: OwnDatabase) -> None:
    """Five thousand contacts, and every criterion that it declares narrows them down."""
    everyone = every_contact(demo, size=1000)
    assert len(everyone) == 5000

    narrow = {
        "gender": "female",
        "language": "sv",
        "municipality": "091",
        "phone_type": "landline",
        "postal_code": "00100",
    }
    assert narrow.keys() == demo.description.criteria.keys()
    for field, value in narrow.items():
        found = every_contact(demo, condition(field, "in", value), size=1000)
        expected = [contact for contact in everyone if getattr(contact, field) == value]
        assert expected == found


def test_some_persons_forbid_telemarketing(demo: OwnDatabase) -> None:
    """So that a demonstration shows that they are not delivered."""
    banned = [contact for contact in every_contact(demo) if getattr(contact, "marketing_ban", 0)]

    assert 250 < len(banned) < 550


def test_the_file_says_that_its_persons_do_not_exist(tmp_path: Path) -> None:
    """Whoever opens the file is told."""
    with closing(sqlite3.connect(create_demo_database(tmp_path))) as database:
        (text,) = database.execute("SELECT teksti FROM tietoja").fetchone()

    assert text.startswith("Synthetic: no person in this file exists")


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    """A second start neither changes the register nor leaves anything beside it."""
    first = create_demo_database(tmp_path)
    before = first.read_bytes(), first.stat().st_mtime_ns

    assert create_demo_database(tmp_path) == first
    assert (first.read_bytes(), first.stat().st_mtime_ns) == before
    assert [first] == list(tmp_path.iterdir())
