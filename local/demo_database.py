"""The demo customer's own register: an SQLite file of persons who do not exist."""

import os
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Final

from leadcloud.registers.column_mapping import ColumnMapping, OwnRegister, RegisterController
from local.synthetic.persons import SyntheticPerson, draw_persons

_PERSONS: Final = 5_000
_SEED: Final = 20190228
_GENDERS: Final = {"female": "N", "male": "M"}
_SCHEMA: Final = """
CREATE TABLE tietoja (teksti TEXT NOT NULL);
INSERT INTO tietoja VALUES
    ('Synthetic: no person in this file exists, and the phone numbers are in nobody''s use.');
CREATE TABLE asiakas (
    asiakasnumero INTEGER PRIMARY KEY,
    etunimi TEXT NOT NULL,
    sukunimi TEXT NOT NULL,
    puhelin TEXT NOT NULL,
    kieli TEXT NOT NULL,
    sukupuoli TEXT NOT NULL,
    lahiosoite TEXT NOT NULL,
    postinumero TEXT NOT NULL,
    kuntanumero TEXT NOT NULL,
    puhelinkielto INTEGER NOT NULL
);
CREATE INDEX asiakas_postinumero ON asiakas (postinumero);
"""


def create_demo_database(folder: Path) -> Path:
    """Write the demo register into a folder and return its file; one that is there stays.

    The file appears whole or not at all.
    """
    path = folder / "own_register.sqlite"
    if path.exists():
        return path
    unfinished = folder / f"own_register.{os.getpid()}.unfinished"
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished)) as database, database:
        database.executescript(_SCHEMA)
        database.executemany(
            "INSERT INTO asiakas VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            map(_row, range(100_001, 100_001 + _PERSONS), draw_persons(_PERSONS, seed=_SEED)),
        )
    unfinished.replace(path)
    return path


def demo_register(register_id: str, *, controller_id: str, controller_name: str) -> OwnRegister:
    """Return the configuration of the demo register under that id, kept by that controller."""
    return OwnRegister(
        id=register_id,
        name="Customer's own register (synthetic persons)",
        controller=RegisterController(id=controller_id, name=controller_name),
        price_per_contact=Decimal("0.01"),
        mapping=ColumnMapping(
            kind="consumer",
            table="asiakas",
            key="asiakasnumero",
            columns={
                "first_name": "etunimi",
                "last_name": "sukunimi",
                "phone": "puhelin",
                "language": "kieli",
                "gender": "sukupuoli",
                "street": "lahiosoite",
                "postal_code": "postinumero",
                "municipality": "kuntanumero",
                "marketing_ban": "puhelinkielto",
            },
            constants={"phone_type": "mobile"},
            codes={"gender": {code: gender for gender, code in _GENDERS.items()}},
        ),
    )


def _row(number: int, person: SyntheticPerson) -> tuple[str | int, ...]:
    return (
        number,
        person.first_name,
        person.last_name,
        person.phone,
        person.language,
        _GENDERS[person.gender],
        person.street,
        person.postal_code,
        person.municipality,
        person.marketing_ban,
    )
