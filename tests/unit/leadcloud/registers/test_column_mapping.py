"""What a customer may say about its register, and what is refused before it is stored."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from leadcloud.registers.column_mapping import ColumnMapping, OwnRegister
from tests.plugins.customer_database import COLUMNS, own_register

MAPPING: dict[str, Any] = {"kind": "consumer", "table": "t", "key": "k", "columns": COLUMNS}


def test_a_configuration_survives_being_stored() -> None:
    """It is JSON on the way in and out."""
    register = own_register(constants={"phone_type": "mobile"}, schema_name="crm")

    assert OwnRegister.model_validate_json(register.model_dump_json()) == register


def test_the_description_declares_what_is_mapped() -> None:
    """A criterion with a column or a constant is answered exactly; others are not declared."""
    description = own_register(constants={"phone_type": "mobile"}).description()

    assert {"gender", "language", "phone_type", "postal_code"} == description.criteria.keys()
    assert {"exact"} == {capability.native for capability in description.criteria.values()}
    assert description.purposes == {"telemarketing_b2c"}
    assert description.price_per_contact == Decimal("0.01")
    assert description.controller.name == "Customer Oy"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"columns": {}}, "must name"),
        ({"columns": {"first_name": "a", "last_name": "b"}}, "must name"),
        ({"columns": COLUMNS | {"birth_date": "syntymaaika"}}, "does not have"),
        ({"columns": COLUMNS | {"business_id": "y"}}, "does not have"),
        ({"columns": COLUMNS | {"street": ""}}, "at least 1 character"),
        ({"key": ""}, "at least 1 character"),
        ({"table": "x" * 129}, "at most 128"),
        ({"table": 1}, "valid string"),
        ({"kind": "person"}, "'consumer' or 'business'"),
        ({"password": "x"}, "not permitted"),
        ({"constants": {"phone": "0401234567"}}, "cannot be the same"),
        ({"constants": {"street": "x"}}, "cannot be the same"),
        ({"constants": {"marketing_ban": "false"}}, "cannot be the same"),
        ({"constants": {"language": "fi"}}, "both a column and a constant"),
        ({"constants": {"phone_type": "fax"}}, "means something"),
        ({"constants": {"municipality": ""}}, "means something"),
        ({"codes": {"municipality": {"1": "091"}}}, "mapped columns"),
        ({"codes": {"first_name": {"1": "x"}}}, "mapped columns"),
        ({"codes": {"gender": {"N": "woman"}}}, "means something"),
        ({"codes": {"gender": {}}}, "at least 1 item"),
        ({"codes": {"language": {"": "fi"}}}, "without a value"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(changes: dict[str, Any], says: str) -> None:
    """The reason is a sentence that does not quote what was sent."""
    with pytest.raises(ValidationError, match=says) as refused:
        ColumnMapping(**MAPPING | changes)

    for value in ("birth_date", "fax", "woman", "0401234567"):
        assert value not in str(refused.value)


def test_all_faults_of_a_mapping_are_told_at_once() -> None:
    """Nobody mends a mapping one fault at a time."""
    with pytest.raises(ValidationError, match=r"does not have; .*must name.*; .*both a column"):
        ColumnMapping(
            kind="consumer",
            table="t",
            key="k",
            columns={"age": "ika", "language": "kieli"},
            constants={"language": "fi"},
        )


@pytest.mark.parametrize("price", ["-0.01", "NaN", "Infinity"])
def test_a_price_is_an_amount(price: str) -> None:
    """A price is never negative and never infinite."""
    stored = own_register().model_dump_json().replace('"0.01"', f'"{price}"')

    with pytest.raises(ValidationError, match="price_per_contact"):
        OwnRegister.model_validate_json(stored)
