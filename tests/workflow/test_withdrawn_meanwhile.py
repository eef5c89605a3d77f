"""A person who regrets at once meets the workflow halfway."""

from collections.abc import Callable
from typing import Any

import pytest

from leadcloud.store.sqlite import SqliteStore
from tests.house import House

MOMENTS = 40
"""More than there are reads of the store until the person is asked something."""


@pytest.mark.parametrize("right", ["objection", "erasure"])
def test_a_withdrawal_in_between_is_no_failure(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], right: str
) -> None:
    """Whichever read of a step it comes after, the request stays withdrawn and no step fails."""
    read = SqliteStore.get
    ended_in: set[str] = set()
    for moment in range(MOMENTS):
        filed = house.file(
            right=right, ip=f"192.0.2.{moment}", reply_to={"email": f"p{moment}@synthetic.example"}
        )
        with monkeypatch.context() as patch:
            patch.setattr(SqliteStore, "get", interrupted(read, moment, house, filed))
            house.settle()
        ended_in.add(house.status(filed)["state"])
        house.withdraw(filed)
        house.settle()
        assert house.status(filed)["state"] == "withdrawn"
        assert house.audit(filed["reference"])[-1].event == "withdrawn"

    assert len(ended_in) == 2  # in between, and not at all: the moments reach past the last step
    assert "STEP_FAILED" not in capsys.readouterr().out


def interrupted(
    read: Callable[..., Any], moment: int, house: House, filed: Any
) -> Callable[..., Any]:
    """Return the store's read, after so many of which the person withdraws, once."""
    left = iter(range(moment + 1, -1, -1))

    def reading(store: SqliteStore, *arguments: Any) -> Any:
        found = read(store, *arguments)
        if next(left, None) == 1:
            house.withdraw(filed)
        return found

    return reading
