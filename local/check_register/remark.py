"""What is found out about a register: counts and places in its manifest, never a value of a contact."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from functions.search.merge import identities_of
from leadcloud.registers.condition import Condition, Operator
from leadcloud.registers.contact import ATTRIBUTES, BusinessContact, Contact
from leadcloud.registers.interface import RegisterError
from leadcloud.registers.manifest_part import Criterion, Extract
from leadcloud.registers.record import RecordUnusable, fields_of
from local.check_register.inquiry import Inquiry, Look

_WHY = {
    "register_timeout": "there was no whole answer within request.max_seconds",
    "register_rate_limited": "it wants to be called less often: set limits",
    "register_unavailable": "it could not be reached, or says that it failed",
    "register_refused": "it refuses the credentials, the path or a parameter",
    "register_answer_invalid": "its answer is not the JSON that extract and paging describe",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One thing that was found out."""

    place: str
    """In the manifest."""
    text: str
    wrong: bool = False
    """The manifest or the register is to be mended."""


def remarks(inquiry: Inquiry, given: Mapping[str, str]) -> Iterator[Remark]:
    """Ask the register and yield what it shows.

    Args:
        inquiry: The register.
        given: Criterion to a value to ask for, where no contact shows one. The first of them also
            limits the first page: there are registers that cannot be asked for everything.
    """
    start = [_condition("in", field, value) for field, value in islice(given.items(), 1)]
    try:
        first = inquiry.ask(*start)
    except RegisterError as error:
        yield _failed("request", error)
        return
    yield _first_page(first)
    if not first.records:
        return
    yield from _places(first, inquiry.manifest.extract)
    yield from _second_page(inquiry, first, start)
    for field, criterion in inquiry.manifest.criteria.items():
        values = [given[field]] if field in given else _values(first.page.contacts, field)
        yield from _criterion(inquiry, field, criterion, values=values)


def most_calls(inquiry: Inquiry) -> int:
    """Return how many pages are asked for at most."""
    return 2 + sum(len(each.parameters) + 3 for each in inquiry.manifest.criteria.values())


def _failed(place: str, error: RegisterError) -> Remark:
    return Remark(place=place, text=_WHY.get(error.code, error.code), wrong=True)


def _first_page(look: Look) -> Remark:
    records, contacts, total = len(look.records), len(look.page.contacts), look.page.total
    counted = "" if total is None else f" of {total:,} in all"
    text = f"{records} records{counted}, {contacts} usable as contacts, {look.milliseconds} ms"
    if not records:
        text += "; without a contact nothing further can be checked"
    return Remark(place="request", text=text, wrong=not contacts)


def _places(look: Look, extract: Extract) -> Iterator[Remark]:
    """Tell how many records have something in each field, and how many codes are unknown."""
    filled: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    read = fields_of(extract)
    for record in look.records:
        for name, value in _found(read, record):
            filled[name] += bool(value or value is False)
            codes = extract.codes.get(name)
            unknown[name] += bool(codes and value is not None and value not in codes)
    for name, count in filled.items():
        text = f"{count} of {len(look.records)} records have it"
        if unknown[name]:
            text += f"; {unknown[name]} have a code that extract.codes.{name} does not know"
        # What another reader chooses from is no place in the manifest.
        missing = not count and extract.reader == "fields"
        yield Remark(place=f"extract.fields.{name}", text=text, wrong=missing)


def _found(read: Any, record: Any) -> Iterator[tuple[str, Any]]:
    try:
        yield from read(record).items()
    except RecordUnusable:
        return


def _second_page(inquiry: Inquiry, first: Look, start: Sequence[Condition]) -> Iterator[Remark]:
    position = first.page.next_position
    if position is None:
        yield Remark(place="paging", text="there is no second page to look at")
        return
    try:
        second = inquiry.ask(*start, position=position)
    except RegisterError as error:
        yield _failed("paging", error)
        return
    again = _identities(first) & _identities(second)
    repeats = bool(again) and again == _identities(second)
    text = f"the second page has {len(second.records)} records, {len(again)} of them seen before"
    yield Remark(place="paging", text=text, wrong=repeats or not second.records)


def _identities(look: Look) -> set[tuple[str, ...]]:
    return {identities_of(contact) for contact in look.page.contacts}


def _values(contacts: Sequence[Contact], field: str) -> list[str]:
    """Return up to two values that contacts show."""
    shown = dict.fromkeys(value for contact in contacts for value in _shown(contact, field))
    return list(shown)[:2]


def _shown(contact: Contact, field: str) -> list[str]:
    if field == "decision_maker_role":
        makers = contact.decision_makers if isinstance(contact, BusinessContact) else ()
        return [maker.role for maker in makers]
    value = getattr(contact, ATTRIBUTES.get(field, field), None)
    return [] if value is None else [value]


def _condition(operator: Operator, field: str, *values: str) -> Condition:
    match operator:
        case "prefix":
            values = tuple(value[:2] for value in values)
        case "range":
            values = (values[0], values[0])
    return Condition(field=field, operator=operator, values=values)


def _criterion(
    inquiry: Inquiry, field: str, criterion: Criterion, *, values: Sequence[str]
) -> Iterator[Remark]:
    place = f"criteria.{field}"
    if criterion.parameters and not values:
        yield Remark(place=place, text=f"no contact shows a value: give one, --value {field}=CODE")
        return
    for operator in criterion.parameters:
        condition = _condition(operator, field, values[0])
        try:
            look = inquiry.ask(condition)
        except RegisterError as error:
            yield _failed(f"{place}.{operator}", error)
        else:
            yield _answered(condition, look, exact=criterion.native == "exact")
    if "in" in criterion.parameters and criterion.several in {"comma", "repeated"}:
        yield from _both(inquiry, field, criterion, values=values)


def _answered(condition: Condition, look: Look, *, exact: bool) -> Remark:
    shown = [values for each in look.page.contacts if (values := _shown(each, condition.field))]
    met = sum(any(map(condition.is_met_by, values)) for values in shown)
    text = f"{met} of {len(shown)} contacts that show it meet it"
    # What a contact has, the register must find; not_in may well exclude everybody.
    nothing = not look.records and condition.operator != "not_in"
    if nothing:
        text = "it finds nothing, although there is such a contact"
    exceeds = exact and met < len(shown)
    if exceeds:
        text += ": that is a superset, not exact"
    place = f"criteria.{condition.field}.{condition.operator}"
    return Remark(place=place, text=text, wrong=nothing or exceeds)


def _both(
    inquiry: Inquiry, field: str, criterion: Criterion, *, values: Sequence[str]
) -> Iterator[Remark]:
    """Ask for two values at once: a register that takes one of them only finds too few."""
    if len(values) < 2:  # noqa: PLR2004 a second one is what this is about
        return
    place = f"criteria.{field}.several"
    try:
        each = [inquiry.ask(_condition("in", field, value)).page.total for value in values]
        both = inquiry.ask(_condition("in", field, *values)).page.total
    except RegisterError as error:
        yield _failed(place, error)
        return
    counts = [count for count in each if count is not None]
    if both is None or len(counts) < len(values):
        return
    expected = sum(counts) if criterion.native == "exact" else max(counts)
    text = f"two values find {both:,}, one by one {' and '.join(f'{count:,}' for count in counts)}"
    yield Remark(place=place, text=text, wrong=both < expected)
