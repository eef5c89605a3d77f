"""One part of a customer's own register: its rows, and who of them is in the target group.

Rows stay where they came from. What is written about one is the reference that the customer gave
it and, where it was asked for, its age group: no name, no number, no address.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

from functions.search.home import HOME_FIELDS
from functions.search.register_job import Job
from leadcloud.ages.birth_date import holds_birth_date
from leadcloud.exchange import ExchangeRefused
from leadcloud.registers.contact import ConsumerContact
from leadcloud.registers.phone import e164

REQUIRED = ("ref", "first_name", "phone")
OPTIONAL = (
    "gender",
    "language",
    "last_name",
    "marketing_ban",
    "municipality",
    "phone_type",
    "postal_code",
    "street",
)

_CLOSED = {
    "gender": {"female", "male"},
    "phone_type": {"mobile", "landline", "company", "other"},
}
_REF = re.compile(r"[A-Za-z0-9_.:][A-Za-z0-9_.:-]{0,63}")
"""Does not begin as a formula does; a spreadsheet may well open it."""
_NAME = re.compile(r"\D{1,100}")


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Row:
    """A row as the customer wrote it; personal data, for memory only."""

    ref: str
    contact: ConsumerContact


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many rows a part has. Their sum is the number of its lines."""

    listed: int
    """In the target group, hence in the output."""
    left_out: int
    """Not in it, forbidden to call, or switched off."""
    unreadable: int
    """Without a usable reference, name or number."""


def tell(content: bytes, job: Job) -> tuple[bytes, Tally]:
    """Return what is written about a part, and the tally of its rows.

    Raises:
        ExchangeRefused: It is no CSV with the columns that the job needs.
    """
    rows = list(_rows(content, job))
    readable = [row for row in rows if row is not None]
    listed = list(compress(readable, job.listed([row.contact for row in readable])))
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(job.columns)
    writer.writerows(_told(listed, job))
    tally = Tally(
        listed=len(listed),
        left_out=len(readable) - len(listed),
        unreadable=len(rows) - len(readable),
    )
    return output.getvalue().encode(), tally


def _told(rows: Sequence[Row], job: Job) -> Iterator[tuple[str, ...]]:
    if not job.tells_ages:
        yield from ((row.ref,) for row in rows)
        return
    predictions = job.predictions([row.contact for row in rows])
    for row, told in zip(rows, predictions, strict=True):
        yield row.ref, told.group, f"{told.probability:.2f}", told.basis


def _rows(content: bytes, job: Job) -> Iterator[Row | None]:
    """Yield a row for each line; None for one that cannot be used."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = reader.fieldnames or ()
        if len(set(header)) < len(header) or not _needed(job) <= set(header) <= _KNOWN:
            raise ExchangeRefused
        for cells in reader:
            whole = None not in cells and None not in cells.values()
            yield _row(cells, job.register.country) if whole else None
    except (UnicodeDecodeError, csv.Error):
        raise ExchangeRefused from None


_KNOWN = {*REQUIRED, *OPTIONAL}


def _needed(job: Job) -> set[str]:
    """Return the columns without which a criterion would leave everybody out."""
    needed = set(REQUIRED)
    for name in job.criteria:
        if name in HOME_FIELDS:
            needed |= {"street", "postal_code"}
        elif name == "region":
            needed.add("municipality")
        elif name in OPTIONAL:
            needed.add(name)
    return needed


def _row(cells: dict[str, str], country: str) -> Row | None:
    ref, phone = cells["ref"], e164(cells["phone"], country)
    if not _REF.fullmatch(ref) or holds_birth_date(ref) or phone is None:
        return None
    if not _NAME.fullmatch(cells["first_name"]):
        return None
    values = {name: cells[name] for name in OPTIONAL if cells.get(name)}
    # A value that nobody explained may well be a ban.
    banned = values.pop("marketing_ban", "false") not in {"false", "0"}
    known = {k: v for k, v in values.items() if v in _CLOSED.get(k, (v,))}
    contact = ConsumerContact(
        first_name=cells["first_name"],
        last_name=known.pop("last_name", ""),
        phone=phone,
        marketing_ban=banned,
        **known,  # type: ignore[arg-type]  # the closed ones were checked
    )
    return Row(ref=ref, contact=contact)
