"""A step may run twice: whoever dies after its work and before that is known runs it again."""

from collections.abc import Mapping
from typing import Any

import pytest

from functions.dsar_router.desk import desk_of
from functions.dsar_router.steps import carry_out
from tests.house import BUYER, SOURCE, House


@pytest.mark.parametrize("right", ["objection", "access"])
def test_every_step_may_run_twice(house: House, right: str) -> None:
    """With each step run twice, the request arrives once, and ends as it does otherwise."""

    def twice(event: Mapping[str, Any]) -> Any:
        carry_out(desk_of(house.services), event)
        return carry_out(desk_of(house.services), event)

    house.runner._invoke = twice
    filed = house.file(right=right, lead_reference=house.deliver())
    house.travel(days=4)
    assert house.states(filed["reference"]) == {SOURCE: "forwarded", BUYER: "forwarded"}
    assert len(house.interfaces.to(SOURCE)) == 1
    letters = [mail.text for mail in house.mailbox.to("person@synthetic.example")]
    assert ["was passed on." in each for each in letters].count(True) == 1
    house.report(filed["reference"], SOURCE, {"status": "fulfilled"})
    house.travel(days=30)
    assert house.states(filed["reference"]) == {SOURCE: "fulfilled", BUYER: "overdue"}
    assert len(house.interfaces.to(BUYER, "reminder")) == 4
    events = [event.event for event in house.audit(filed["reference"])]
    assert (events.count("overdue"), events.count("case_opened")) == (1, 2)
