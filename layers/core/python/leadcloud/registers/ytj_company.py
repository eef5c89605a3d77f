"""Reads a company of the Finnish business information system (YTJ), open data API version 3.

Its records are lists of what was ever registered: names, forms and addresses with their dates, in
up to three languages. The fields below choose what holds today.

Source: https://avoindata.prh.fi/opendata-ytj-api/v3/schema (version of 21 August 2026), CC BY 4.0,
Finnish Patent and Registration Office and Finnish Tax Administration.
"""

from collections.abc import Callable
from typing import Any

_MAIN_NAME = "1"
"""Code set TLAJI: 1 the name, 2 a parallel name in another language, 3 an auxiliary name."""

_VISITING, _POSTAL = 1, 2

_FINNISH, _SWEDISH, _ENGLISH = "1", "2", "3"
"""Code set KIELI."""

_CLASSIFICATIONS = {"TOIMI3": "TOL2008", "TOIMI4": "TOL2025"}

_SITUATIONS = {"KONK": "bankruptcy", "SELTILA": "liquidation", "SANE": "restructuring"}

_LEGAL_FORMS = {
    "2": "AOY",
    "3": "ASH",
    "4": "ASY",
    "5": "AY",
    "6": "AYH",
    "7": "ETS",
    "8": "ETY",
    "9": "HY",
    "10": "KOY",
    "11": "KVJ",
    "12": "KVY",
    "13": "KY",
    "14": "OK",
    "15": "OP",
    "16": "OY",
    "17": "OYJ",
    "18": "SÄÄ",
    "19": "SL",
    "20": "SP",
    "21": "TYH",
    "22": "VALTLL",
    "23": "VOJ",
    "24": "VOY",
    "25": "VY",
    "80": "SE",
    "83": "SCE",
    "84": "SCP",
}
"""Code set YRMU: answers hold the number, the search parameter takes the letters."""


def fields(record: Any) -> dict[str, Any]:
    """Return a company's present state, by our names of the fields; no value is checked yet."""
    company = _object(record)
    line = _object(company.get("mainBusinessLine"))
    address = _address(company)
    office = _by_language(_objects(address.get("postOffices")))
    return {
        "business_id": _object(company.get("businessId")).get("value"),
        "name": _current(company, "names", lambda name: name.get("type") == _MAIN_NAME).get("name"),
        "industry_code": line.get("type"),
        "industry_classification": _known(_CLASSIFICATIONS, line.get("typeCodeSet")),
        "legal_form": _known(_LEGAL_FORMS, _current(company, "companyForms").get("type")),
        "street": _street(address),
        "postal_code": address.get("postCode"),
        "post_office": office.get("city"),
        "municipality": office.get("municipalityCode"),
        "founded": company.get("registrationDate"),
        "status": _status(company),
    }


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _known(table: dict[str, str], code: Any) -> str | None:
    return table.get(code) if isinstance(code, str) else None


def _current(
    company: dict[str, Any],
    listed: str,
    wanted: Callable[[dict[str, Any]], bool] = lambda _entry: True,
) -> dict[str, Any]:
    """Return the wanted entry that has not ended."""
    entries = _objects(company.get(listed))
    return next((each for each in entries if wanted(each) and not each.get("endDate")), {})


def _address(company: dict[str, Any]) -> dict[str, Any]:
    """Return the visiting address, or the postal one where there is no other."""
    addresses = {each.get("type"): each for each in _objects(company.get("addresses"))}
    return addresses.get(_VISITING) or addresses.get(_POSTAL) or {}


def _street(address: dict[str, Any]) -> str | None:
    parts = (address.get("street"), address.get("buildingNumber"))
    if not all(isinstance(part, str) and part for part in parts[:1]):
        return None
    return " ".join(part for part in parts if isinstance(part, str) and part)


def _by_language(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the Finnish entry, or else the Swedish, or else the English one."""
    by_language = {each.get("languageCode"): each for each in entries}
    order = (_FINNISH, _SWEDISH, _ENGLISH)
    return next((by_language[code] for code in order if code in by_language), {})


def _status(company: dict[str, Any]) -> str:
    if company.get("endDate"):
        return "ceased"
    situation = _current(company, "companySituations").get("type")
    return _known(_SITUATIONS, situation) or "active"
