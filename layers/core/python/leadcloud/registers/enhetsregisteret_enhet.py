"""Reads a unit of the Norwegian business register (Enhetsregisteret), open data API.

Three things in it are not what they seem. A headcount below five is never shown, though one can
search by it. A headcount of nought may mean that none was ever reported. And a sole trader stands in
it like a company, with a person's name and, often, a home.

Source: https://data.brreg.no/enhetsregisteret/api/dokumentasjon (seen November 2026), NLOD 2.0,
Brønnøysund Register Centre.
"""

from typing import Any

_LEGAL_FORMS = {
    "AS": "OY",
    "ASA": "OYJ",
    "ANS": "AY",
    "DA": "AY",
    "KS": "KY",
    "SA": "OK",
    "SE": "SE",
    "STI": "SÄÄ",
    "NUF": "SL",
    "ENK": "ENK",
}
"""To the Finnish form of the same kind; ENK, the sole trader, stays: it is a natural person."""

_CLASS_DIGITS = 4
"""Codes are SN2025: NACE Rev. 2.1 to the fourth digit; the fifth is Norwegian."""

_STAFF = ((250, "250+"), (100, "100-249"), (50, "50-99"), (20, "20-49"), (10, "10-19"), (5, "5-9"))


def fields(record: Any) -> dict[str, Any]:
    """Return a unit by our names of the fields; no value is checked yet."""
    unit = _object(record)
    address = _object(unit.get("forretningsadresse"))
    return {
        "business_id": unit.get("organisasjonsnummer"),
        "name": unit.get("navn"),
        "phone": unit.get("telefon") or unit.get("mobil"),
        "industry_code": _class_of(_object(unit.get("naeringskode1")).get("kode")),
        "industry_classification": "NACE2.1",
        "legal_form": _LEGAL_FORMS.get(str(_object(unit.get("organisasjonsform")).get("kode"))),
        "street": _street(address.get("adresse")),
        "postal_code": address.get("postnummer"),
        "post_office": address.get("poststed"),
        "founded": unit.get("stiftelsesdato"),
        "status": _status(unit),
        "staff_class": _staff_class(unit),
    }


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _class_of(code: Any) -> str | None:
    return code.replace(".", "")[:_CLASS_DIGITS] if isinstance(code, str) else None


def _street(lines: Any) -> str | None:
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        return None
    return ", ".join(line for line in lines if line) or None


def _status(unit: dict[str, Any]) -> str:
    if unit.get("slettedato"):
        return "ceased"
    if unit.get("konkurs"):
        return "bankruptcy"
    ending = unit.get("underAvvikling") or unit.get("underTvangsavviklingEllerTvangsopplosning")
    return "liquidation" if ending else "active"


def _staff_class(unit: dict[str, Any]) -> str | None:
    count = unit.get("antallAnsatte")
    if unit.get("harRegistrertAntallAnsatte") is False or not isinstance(count, int):
        return None
    return next((code for least, code in _STAFF if count >= least), None)
