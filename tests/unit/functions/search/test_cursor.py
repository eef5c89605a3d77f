"""Page after page, by a cursor."""

from typing import Any

import pytest

from leadcloud.clock import SetClock
from leadcloud.registers.interface import RegisterUnavailable
from leadcloud.wiring import Services
from tests.contacts import OpenAccount, person, register
from tests.searches import BODY, post


def test_pages_visit_each_contact_once(services: Services, open_account: OpenAccount) -> None:
    """Reading until there is no cursor delivers everything, nothing twice."""
    open_account(
        register("first", [person(n) for n in range(25)]),
        register("second", [person(n) for n in range(100, 107)]),
    )
    body = BODY | {"registers": ["first", "second"], "page_size": 6}
    phones: list[str] = []

    for page in range(20):
        _, answer = post(services, body, key=f"page-{page}")
        assert len(answer["contacts"]) <= 6
        phones += [contact["phone"] for contact in answer["contacts"]]
        if answer["next_cursor"] is None:
            break
        body["cursor"] = answer["next_cursor"]

    assert len(phones) == len(set(phones)) == 32


def test_local_conditions_page_without_loss(services: Services, open_account: OpenAccount) -> None:
    """What we filter ourselves neither empties pages nor loses contacts."""
    men = [person(n, gender="male" if n % 7 == 0 else "female") for n in range(100)]
    open_account(register("first", men, native={"gender": "local"}))
    body = BODY | {"criteria": {"gender": {"in": ["male"]}}, "page_size": 4}
    sizes = []

    for page in range(20):
        _, answer = post(services, body, key=f"page-{page}")
        sizes.append(len(answer["contacts"]))
        if answer["next_cursor"] is None:
            break
        body["cursor"] = answer["next_cursor"]

    assert sizes[:3] == [4, 4, 4]
    assert sum(sizes) == 15


@pytest.mark.parametrize(
    "change",
    [
        {"criteria": {"language": {"in": ["sv"]}}},
        {"page_size": 3},
        {"registers": ["second"]},
        {"cursor": "k1.AAAA"},
        {"cursor": ""},
        {"cursor": "k9." + "A" * 40},
    ],
)
def test_a_cursor_is_bound_to_its_search(
    services: Services, open_account: OpenAccount, change: dict[str, Any]
) -> None:
    """A cursor of another search, or none of ours, is refused."""
    open_account(register("first", [person(n) for n in range(5)]), register("second", []))
    _, first = post(services, BODY | {"page_size": 2})

    body = BODY | {"page_size": 2, "cursor": first["next_cursor"]} | change
    status, problem = post(services, body, key="two")

    assert (status, problem["code"]) == (422, "cursor_invalid")


def test_a_cursor_is_bound_to_its_account_and_expires(
    services: Services, open_account: OpenAccount, clock: SetClock
) -> None:
    """Nobody else can go on with it, and nobody after 15 minutes."""
    source = register("first", [person(n) for n in range(5)])
    open_account(source)
    open_account(source, account_id="stranger")
    _, first = post(services, BODY | {"page_size": 2})
    body = BODY | {"page_size": 2, "cursor": first["next_cursor"]}

    assert post(services, body, key="two", who="stranger")[1]["code"] == "cursor_invalid"
    clock.move(15 * 60)
    assert post(services, body, key="three")[1]["code"] == "cursor_invalid"


def test_reading_to_the_end_ends_although_a_source_is_dead(
    services: Services, open_account: OpenAccount
) -> None:
    """A caller that follows cursors comes to an end, even if a source never answers."""
    dead = [RegisterUnavailable() for _ in range(100)]
    open_account(register("first", [], errors=dead))
    body: dict[str, Any] = dict(BODY)

    for page in range(4):
        _, answer = post(services, body, key=f"page-{page}")
        if answer["next_cursor"] is None:
            break
        body["cursor"] = answer["next_cursor"]

    assert answer["next_cursor"] is None
    assert page == 2
