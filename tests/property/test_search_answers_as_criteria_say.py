"""Whatever registers declare, a search returns exactly the contacts that its criteria describe."""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.search.criteria import CRITERIA, parse_criteria
from functions.search.federation import Place, SourceResult, Task, federate
from functions.search.match import ROLE, meets
from functions.search.messages import SearchRequest
from functions.search.plan import SourcePlan, plan
from leadcloud.clock import Deadline, SystemClock
from leadcloud.codes.code_list import code_list
from leadcloud.http.wire import parse
from leadcloud.registers.condition import OPERATORS
from leadcloud.registers.contact import BusinessContact, Contact, DecisionMaker
from leadcloud.registers.in_memory import InMemoryRegister
from leadcloud.registers.interface import Capability, Kind, Native
from leadcloud.registers.policy import RegisterPolicy
from tests.contacts import Everybody, company, describe, person
from tests.effort import times

DRAWN = {
    "postal_code": ("00100", "00120", "01300", "33100"),
    "municipality": ("091", "092", "837", "564"),
    "region": ("01", "06", "17"),
    "gender": ("female", "male"),
    "language": ("fi", "sv"),
    "phone_type": ("mobile", "landline"),
    "industry": (
        "62",
        "6201",
        "62010",
        "TOL2025:K",
        "TOL2008:K",
        "TOL2025:6210",
        "4511",
        "45",
        "47",
    ),
    "legal_form": ("OY", "KY", "AOY"),
    "status": ("active", "liquidation"),
    "staff_class": ("0-4", "5-9", "250+"),
    "turnover_class": ("1-2", "2-10"),
    "decision_maker_role": ("managing_director", "sales_director", "other"),
}
PREFIXES = {"postal_code": ("0", "001", "33"), "industry": DRAWN["industry"]}
DATES = ("1999", "2005-06", "2015-01-01")

consumers = st.builds(
    person,
    st.integers(0, 10**5 - 1),
    **{
        field: st.sampled_from((None, *DRAWN[field]))
        for field in ("postal_code", "municipality", "gender", "language", "phone_type")
    },
)
makers = st.builds(
    DecisionMaker,
    name=st.just("Testi Synteettinen"),
    role=st.sampled_from(DRAWN["decision_maker_role"]),
    phone=st.none(),
)
companies = st.builds(
    company,
    st.integers(0, 10**7 - 1),
    industry_code=st.sampled_from((None, "62010", "62100", "6420", "45111", "47190", "61100")),
    industry_classification=st.sampled_from((None, "TOL2008", "TOL2025", "NACE2.1")),
    founded=st.sampled_from((None, "1999-12-31", "2000-01-01", "2015-01-01", "1999", "31.12.2001")),
    decision_makers=st.lists(makers, max_size=3).map(tuple),
    **{
        field: st.sampled_from((None, *DRAWN[field]))
        for field in ("postal_code", "municipality", "legal_form", "status", "staff_class")
    },
)
CONTACTS: dict[Kind, st.SearchStrategy[Any]] = {"consumer": consumers, "business": companies}

capabilities = st.builds(
    Capability,
    operators=st.frozensets(st.sampled_from(OPERATORS), min_size=1),
    native=st.sampled_from(("exact", "superset", "local")),
    carried=st.booleans(),
    codeset=st.sampled_from((None, "TOL2008", "TOL2025")),
)
PAGE_SIZES = st.none() | st.integers(1, 9)
NOTHING = Capability(operators=frozenset(), native="local")


def in_codeset(contact: Contact, codeset: str | None) -> Contact:
    """Return a contact of a register that uses one classification of industries."""
    if codeset is None or not isinstance(contact, BusinessContact):
        return contact
    return replace(contact, industry_classification=None)


@st.composite
def criteria(draw: st.DrawFn, kind: Kind) -> Any:
    """Draw criteria as a caller writes them."""
    asked: dict[str, Any] = {}
    fields = draw(st.lists(st.sampled_from(sorted(CRITERIA[kind])), max_size=2, unique=True))
    if kind == "business" and draw(st.booleans()):  # where most can go wrong
        fields = ["industry"]
    for field in fields:
        operator = draw(st.sampled_from(CRITERIA[kind][field].operators))
        if operator == "range":
            ends = sorted(draw(st.lists(st.sampled_from(DATES), min_size=2, max_size=2)))
            asked[field] = {"range": dict(zip(("from", "to"), ends, strict=True))}
        else:
            known = PREFIXES[field] if operator == "prefix" else DRAWN[field]
            values = st.lists(st.sampled_from(known), min_size=1, max_size=3)
            asked[field] = {operator: draw(values)}
    return asked


@st.composite
def declared(draw: st.DrawFn, asked: Iterable[str]) -> dict[str, Capability]:
    """Draw what a register declares about the fields asked for, a region by its municipalities.

    A company's people are never filtered by a register.
    """
    fields = {"municipality" if field == "region" else field for field in asked}
    found = {field: draw(capabilities) for field in sorted(fields)}
    if ROLE in fields:
        found[ROLE] = Capability(operators=frozenset(), native="local")
    return found


def read_to_the_end(source: SourcePlan, *, share: int) -> list[Contact]:
    """Read a source page by page, as a caller that follows the cursor does."""
    place: Place | None = Place()
    contacts: list[Contact] = []
    with ThreadPoolExecutor(1) as threads:
        while place is not None:
            task = Task(plan=source, place=place, share=share, allow=Everybody())
            deadline = Deadline.after(30, SystemClock())
            result: SourceResult
            (result,) = federate([task], threads, deadline=deadline, request_id="r")
            assert result.state == "ok"
            contacts += result.contacts
            place = result.next_place
    return contacts


def identities(contacts: Sequence[Contact]) -> list[str]:
    """Return what tells these contacts apart."""
    return sorted(str(getattr(each, "business_id", each.phone)) for each in contacts)


@settings(max_examples=times(200), deadline=None)
@given(data=st.data(), kind=st.sampled_from(("consumer", "business")), share=st.integers(1, 7))
def test_nothing_is_lost_and_nothing_else_comes(
    data: st.DataObject, kind: Kind, share: int
) -> None:
    """Whatever mix of exact, superset and local a register declares, or the source is skipped."""
    drawn: list[Contact] = data.draw(st.lists(CONTACTS[kind], max_size=12))
    asked = data.draw(criteria(kind))
    description = describe("r", kind=kind, native=data.draw(declared(asked.keys())))
    codeset = description.criteria.get("industry", NOTHING).codeset
    contacts = [in_codeset(contact, codeset) for contact in drawn]
    body = {"purpose": "p", "registers": ["r"], "criteria": asked}
    conditions = parse_criteria(kind, parse(SearchRequest, body).criteria)
    source = plan(
        InMemoryRegister(description, contacts, page_size=data.draw(PAGE_SIZES)),
        conditions,
        purpose="telemarketing_b2c",
        policy=RegisterPolicy(),
    )
    if source.skipped:
        return

    found = read_to_the_end(source, share=share)

    expected = [
        contact for contact in contacts if all(meets(each, contact, codeset) for each in conditions)
    ]
    assert identities(found) == identities(expected), json.dumps(asked)


@given(data=st.data())
def test_a_region_is_asked_for_as_its_municipalities(data: st.DataObject) -> None:
    """Whoever can be asked for municipalities can be asked for regions, as exactly."""
    how: Native = data.draw(st.sampled_from(("exact", "superset")))
    regions = data.draw(st.lists(st.sampled_from(DRAWN["region"]), min_size=1, unique=True))
    description = describe("r", native={"municipality": how})
    body = {"purpose": "p", "registers": ["r"], "criteria": {"region": {"in": regions}}}
    conditions = parse_criteria("consumer", parse(SearchRequest, body).criteria)

    source = plan(
        InMemoryRegister(description, []),
        conditions,
        purpose="telemarketing_b2c",
        policy=RegisterPolicy(),
    )

    (pushed,) = source.pushed
    assert pushed.field == "municipality"
    assert {code_list("municipality").codes[code].parent for code in pushed.values} == set(regions)
