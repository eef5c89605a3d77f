"""A company of the Finnish business register is read as it stands today."""

import json
from pathlib import Path
from typing import Any

import pytest

import leadcloud.registers
from leadcloud.registers.contact import BusinessContact
from leadcloud.registers.manifest import load_manifest
from leadcloud.registers.record import RecordUnusable, reader
from tests.shared_data import shared


def read(record: Any) -> BusinessContact:
    """Read a record by the shipped manifest."""
    path = Path(leadcloud.registers.__file__).parent / "manifests" / "ytj_companies.toml"
    contact = reader(load_manifest(path))(record)
    assert isinstance(contact, BusinessContact)
    return contact


def company(**changes: Any) -> dict[str, Any]:
    """Write the least that the register's schema requires, and what a test adds."""
    return {
        "businessId": {"value": "9000001-1", "source": "3"},
        "names": [{"name": "Esimerkki Oy", "type": "1", "version": 1, "source": "1"}],
        "registeredEntries": [],
        "tradeRegisterStatus": "1",
        "lastModified": "2026-11-23T12:00:00",
        **changes,
    }


def test_recorded_answer_maps_rightly() -> None:
    """The recorded company comes with its present name, form and visiting address."""
    recorded = shared("data/real/prh/companies_businessId_0112038-9.json")
    (record,) = json.loads(recorded.read_text(encoding="utf-8"))["companies"]
    assert read(record) == BusinessContact(
        business_id="0112038-9",
        name="Nokia Oyj",
        industry_code="70100",
        industry_classification="TOL2025",
        legal_form="OYJ",
        phone=None,
        street="Karakaari 7",
        postal_code="02610",
        post_office="ESPOO",
        municipality="049",
        founded="1896-12-19",
        status="active",
    )


def test_least_record_is_read() -> None:
    """A company of which the register says almost nothing is still a contact."""
    contact = read(company())
    assert (contact.name, contact.postal_code, contact.legal_form) == ("Esimerkki Oy", None, None)


def test_past_names_and_forms_are_not_read() -> None:
    """What has an end date, and names of other types, are not today's name and form."""
    contact = read(
        company(
            names=[
                {"name": "Vanha Ky", "type": "1", "endDate": "2001-01-01", "version": 2},
                {"name": "Exempel Ab", "type": "2", "version": 1},
                {"name": "Uusi Oy", "type": "1", "version": 1},
            ],
            companyForms=[
                {"type": "13", "endDate": "2001-01-01", "version": 2},
                {"type": "16", "version": 1},
            ],
        )
    )
    assert (contact.name, contact.legal_form) == ("Uusi Oy", "OY")


def address(kind: int, street: str, *offices: tuple[str, str]) -> dict[str, Any]:
    """Write an address with its post office in some languages."""
    return {
        "type": kind,
        "street": street,
        "buildingNumber": "7" if street else "",
        "postCode": "00100",
        "postOffices": [
            {"city": city, "languageCode": code, "municipalityCode": "091"}
            for code, city in offices
        ],
    }


def test_visiting_address_comes_first() -> None:
    """The visiting address is taken, the postal one where there is no other, in either order."""
    visiting, postal = address(1, "Torikatu"), address(2, "Postikatu")
    assert read(company(addresses=[postal, visiting])).street == "Torikatu 7"
    assert read(company(addresses=[postal])).street == "Postikatu 7"
    assert read(company(addresses=[address(2, "")])).street is None


def test_finnish_comes_before_swedish_before_english() -> None:
    """Of a post office's names, the Finnish one is taken, or else the Swedish, or the English."""
    names = (("3", "HELSINKI (EN)"), ("2", "HELSINGFORS"), ("1", "HELSINKI"))
    read_cities = [
        read(company(addresses=[address(1, "Torikatu", *names[:count])])).post_office
        for count in (1, 2, 3)
    ]
    assert read_cities == ["HELSINKI (EN)", "HELSINGFORS", "HELSINKI"]


@pytest.mark.parametrize(
    ("code_set", "classification"),
    [("TOIMI3", "TOL2008"), ("TOIMI4", "TOL2025"), ("TOIMI", None), ("TOIMI5", None)],
)
def test_industry_keeps_its_classification(code_set: str, classification: str | None) -> None:
    """A code comes with the edition of TOL that it belongs to; of an older one we know no name."""
    contact = read(company(mainBusinessLine={"type": "62010", "typeCodeSet": code_set}))
    assert (contact.industry_code, contact.industry_classification) == ("62010", classification)


def test_situation_is_the_status() -> None:
    """A situation that has not ended is the company's status."""
    over = {"type": "SANE", "endDate": "2020-01-01"}
    assert read(company(companySituations=[over])).status == "active"
    assert read(company(companySituations=[over, {"type": "KONK"}])).status == "bankruptcy"


UNUSABLE = {
    "ceased": company(endDate="2020-01-01"),
    "no name today": company(names=[{"name": "Vanha", "type": "1", "endDate": "2001-01-01"}]),
    "no names": company(names=None),
    "no id": company(businessId=None),
    "id as number": company(businessId={"value": 90000011}),
    "postal code as number": company(addresses=[{"type": 1, "postCode": 100}]),
    "a list": [company()],
    "nothing": None,
}


@pytest.mark.parametrize("record", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_company_is_no_contact(record: Any) -> None:
    """A company that has ceased, or that has no id or name, is no contact."""
    with pytest.raises(RecordUnusable):
        read(record)


@pytest.mark.parametrize("nonsense", [None, 7, "text", [7], {"1": {}}, [[]]])
@pytest.mark.parametrize(
    "member", ["addresses", "companyForms", "companySituations", "mainBusinessLine"]
)
def test_nonsense_in_a_member_is_no_crash(member: str, nonsense: Any) -> None:
    """A member of another shape than the schema's leaves its fields empty."""
    assert read(company(**{member: nonsense})).name == "Esimerkki Oy"
