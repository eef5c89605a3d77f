"""Reading the pages of a source: as far as wanted, and no further."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.search.federation import Place, SourceResult, Task, federate
from functions.search.plan import plan
from leadcloud.clock import Deadline, SystemClock
from leadcloud.errors import Unavailable
from leadcloud.registers.contact import Contact
from leadcloud.registers.in_memory import InMemoryRegister
from leadcloud.registers.interface import PageRequest, RegisterDescription, RegisterPage
from leadcloud.registers.policy import RegisterPolicy
from leadcloud.registers.record import ReadOnDemand, RecordUnusable
from tests.contacts import Everybody, describe, person


class Entries(ReadOnDemand):
    """Keeps count of which were read."""

    def __init__(self, contacts: Sequence[Contact | None]) -> None:
        self.looked_at: list[int] = []
        self._contacts = contacts
        super().__init__(range(len(contacts)), self._look_at)

    def _look_at(self, number: int) -> Contact:
        self.looked_at.append(number)
        contact = self._contacts[number]
        if contact is None:
            raise RecordUnusable
        return contact


class OnePage(InMemoryRegister):
    """Has one page, larger than what is wanted."""

    def __init__(self, entries: Entries) -> None:
        super().__init__(describe("first"), [])
        self.page = RegisterPage(entries=entries, next_position=None, total=None)

    def fetch(self, request: PageRequest) -> RegisterPage:
        return self.page


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    """A thread to read the source in."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def read(entries: Entries, executor: ThreadPoolExecutor, *, share: int, skip: int) -> SourceResult:
    """Read the page of a source."""
    source = plan(
        OnePage(entries), [], purpose="telemarketing_b2c", policy=RegisterPolicy(), helps=()
    )
    task = Task(plan=source, place=Place(skip=skip), share=share, allow=Everybody())
    (result,) = federate(
        [task], executor, deadline=Deadline.after(10, SystemClock()), request_id="r-1"
    )
    return result


def test_a_page_is_looked_at_as_far_as_wanted(executor: ThreadPoolExecutor) -> None:
    """What is wanted is read once, and what is not, not at all: there the next page begins."""
    entries = Entries([person(number) for number in range(10)])

    result = read(entries, executor, share=3, skip=2)

    assert [contact.phone for contact in result.contacts] == [person(n).phone for n in (2, 3, 4)]
    assert entries.looked_at == [2, 3, 4]
    assert result.next_place == Place(skip=5)


def test_what_is_left_out_is_made_up_for_and_no_more(executor: ThreadPoolExecutor) -> None:
    """A source gives its share and nothing above it, however many of its entries are unusable."""
    entries = Entries([person(0), None, person(2), None, *(person(n) for n in range(4, 10))])

    result = read(entries, executor, share=3, skip=0)

    assert [contact.phone for contact in result.contacts] == [person(n).phone for n in (0, 2, 4)]
    assert entries.looked_at == [0, 1, 2, 3, 4]


def test_all_that_a_source_gave_is_counted(executor: ThreadPoolExecutor) -> None:
    """It may charge for each, the unusable and those that nobody wanted included."""
    entries = Entries([None, person(1), None, *(person(n) for n in range(3, 10))])

    assert read(entries, executor, share=2, skip=0).read == 10


def test_unusable_records_are_counted_in_the_log(
    executor: ThreadPoolExecutor, capsys: pytest.CaptureFixture[str]
) -> None:
    """How many, of which register; they take nobody's place."""
    entries = Entries([None, person(1), None, person(3), None])

    result = read(entries, executor, share=2, skip=0)

    assert len(result.contacts) == 2
    line = json.loads(capsys.readouterr().out)
    assert line["message"] == "CONTACTS_DROPPED"
    assert (line["request_id"], line["register"], line["dropped"]) == ("r-1", "first", 2)


def test_a_page_that_has_shrunk_ends(executor: ThreadPoolExecutor) -> None:
    """A register that now has fewer records than we have passed has no more for us."""
    result = read(Entries([person(1)]), executor, share=2, skip=5)

    assert (result.contacts, result.next_place, result.state) == ((), None, "ok")


class SlowBuildings:
    """Answers a criterion from data of ours that do not answer in time."""

    asked = (("building_type", "in"),)

    def can_help(self, register: RegisterDescription) -> bool:
        return register.kind == "consumer"

    def admits(self, _contact: Contact, _register: RegisterDescription, /) -> bool:
        raise Unavailable("The building database takes too long.")


def test_what_we_are_too_slow_for_may_be_asked_again(executor: ThreadPoolExecutor) -> None:
    """The page is not lost, the register did not fail, and may count the call for nothing."""
    source = plan(
        OnePage(Entries([person(1)])),
        [],
        purpose="telemarketing_b2c",
        policy=RegisterPolicy(),
        helps=(SlowBuildings(),),
    )
    task = Task(plan=source, place=Place(), share=1, allow=Everybody())

    (result,) = federate(
        [task], executor, deadline=Deadline.after(10, SystemClock()), request_id="r-1"
    )

    assert (result.state, result.code) == ("error", "lookup_unavailable")
    assert (result.retryable, result.may_have_charged) == (True, True)
    assert result.next_place == Place()
