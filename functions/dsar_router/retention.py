"""The end of a request's record: three years after its closing all of it goes but the audit chain.

The chain names nobody. What goes is what was pseudonymous: the request and its cases, the hashes by
which a filing, a callback or a page was recognised, and the operators' tasks about it. The payload
went long before.
"""

from collections.abc import Iterator
from contextlib import suppress

from functions.dsar_router.case import callback_key, page_key
from functions.dsar_router.desk import Desk
from functions.dsar_router.request import SubjectRequest, contact_key, request_key
from leadcloud.forwarding.manual import TASKS
from leadcloud.store.interface import Key, Record, VersionConflict
from leadcloud.store.pages import every_record


def end_records(desk: Desk) -> int:
    """End the records whose time is over; return how many."""
    ended = 0
    for reference in [*desk.dossier.to_end()]:
        request = desk.dossier.request(reference)
        if request is not None:
            _end(desk, request)
            ended += 1
    return ended


def _end(desk: Desk, request: SubjectRequest) -> None:
    """Remove what belongs to a request, the request itself last: who dies in between begins anew."""
    for record in [*_records(desk, request)]:
        with suppress(VersionConflict):
            desk.store.delete(record)
    desk.dossier.end(request)


def _records(desk: Desk, request: SubjectRequest) -> Iterator[Record]:
    """Yield what belongs to a request; its cases after what is found by them."""
    reference = request.reference
    for key in _hashes(desk, request):
        record = desk.store.get(key)
        if record is not None and record.attributes["reference"] == reference:
            yield record
    yield from every_record(desk.store, TASKS, reference)
    for record in every_record(desk.store, request_key(reference).partition):
        if record.key != request_key(reference):
            yield record


def _hashes(desk: Desk, request: SubjectRequest) -> Iterator[Key]:
    """Yield where it is noted what a filing, callbacks and pages go by."""
    reference = request.reference
    yield contact_key(request)
    for case in desk.dossier.cases(reference):
        yield callback_key(desk.references.callback_id(reference, case.controller_id))
        for number in range(case.pages + 1):
            yield page_key(desk.references.page_id(reference, case.controller_id, number))
