"""A register behind an HTTP interface: asked and read as its manifest says."""

import dataclasses
from collections.abc import Iterator
from datetime import date
from typing import Any

from leadcloud.clock import Deadline
from leadcloud.registers.call import Call, CredentialsRefused
from leadcloud.registers.condition import Condition, Criteria
from leadcloud.registers.interface import (
    PageRequest,
    Register,
    RegisterAnswerInvalid,
    RegisterPage,
    RegisterRefused,
)
from leadcloud.registers.manifest import Manifest
from leadcloud.registers.manifest_part import ClientCredentialsAuth, Criterion
from leadcloud.registers.outbound import Outbound
from leadcloud.registers.paging import (
    Window,
    is_past_the_end,
    member,
    next_position,
    parameters,
    window,
)
from leadcloud.registers.record import ReadOnDemand, reader
from leadcloud.registers.token import ClientCredentials
from leadcloud.secrets import Secrets

_TOKEN_BYTES = 50_000


class DirectoryApi(Register):
    """A directory provider's register, or any other with a manifest."""

    def __init__(self, manifest: Manifest, outbound: Outbound, secrets: Secrets) -> None:
        """Make the register ready; nothing is sent yet.

        Raises:
            SecretMissing: The manifest names a secret that is not there.
        """
        self.description = manifest.description()
        self._manifest = manifest
        self._outbound = outbound
        self._credentials = _credentials(manifest, outbound, secrets)
        self._read = reader(manifest)

    def fetch(self, request: PageRequest) -> RegisterPage:
        """Return one page of contacts that meet the conditions of the request."""
        page = window(self._manifest.paging, request)
        answer = self._send(self._call(request, page), request.deadline)
        records, total = self._records(answer)
        if is_past_the_end(self._manifest.paging, page, total):
            return RegisterPage(entries=(), next_position=None, total=total)
        return RegisterPage(
            entries=ReadOnDemand(records, self._read),
            next_position=next_position(
                self._manifest.paging, page, count=len(records), total=total, answer=answer
            ),
            total=total,
        )

    def count(self, request: PageRequest) -> int | None:
        """Return the total that comes with a page of one contact, where that page is free."""
        if self._manifest.extract.total is None or not self._manifest.counts_free_of_charge:
            return None
        return self.fetch(dataclasses.replace(request, size=1, position=None)).total

    def _call(self, request: PageRequest, page: Window) -> Call:
        ask = self._manifest.request
        headers = dict(ask.headers)
        if ask.request_id_header is not None:
            headers[ask.request_id_header] = request.request_id
        return Call(
            method=ask.method,
            url=ask.base_url + ask.path,
            parameters=(
                *ask.parameters.items(),
                *self._pushed(request.criteria),
                *parameters(self._manifest.paging, page),
            ),
            headers=headers,
            max_seconds=ask.max_seconds,
            max_bytes=ask.max_bytes,
        )

    def _pushed(self, criteria: Criteria) -> list[tuple[str, str]]:
        return [
            each
            for condition in criteria
            for each in _asked_for(condition, self._criterion(condition), self._manifest)
        ]

    def _criterion(self, condition: Condition) -> Criterion:
        criterion = self._manifest.criteria.get(condition.field)
        if (
            criterion is None
            or criterion.native == "local"
            or condition.operator not in criterion.operators
        ):
            raise RegisterRefused
        return criterion

    def _send(self, call: Call, deadline: Deadline) -> Any:
        if self._credentials is None:
            return self._outbound.send(call, deadline)
        token = self._credentials.token(deadline)
        try:
            return self._outbound.send(_bearing(token, call), deadline)
        except CredentialsRefused:
            self._credentials.drop(token)
        # Tokens can be withdrawn before they expire: once more, with a new one.
        return self._outbound.send(_bearing(self._credentials.token(deadline), call), deadline)

    def _records(self, answer: Any) -> tuple[list[Any], int | None]:
        extract = self._manifest.extract
        records = member(answer, extract.records)
        total = member(answer, extract.total) if extract.total else None
        if records is None and extract.missing_is_empty:
            records = []
        if not isinstance(records, list) or not _is_count(total, needed=extract.total is not None):
            raise RegisterAnswerInvalid
        return records, total


def _credentials(
    manifest: Manifest, outbound: Outbound, secrets: Secrets
) -> ClientCredentials | None:
    auth, ask = manifest.auth, manifest.request
    if not isinstance(auth, ClientCredentialsAuth):
        return None
    absolute = auth.token_url.startswith(("http://", "https://"))
    call = Call(
        method="POST",
        url=auth.token_url if absolute else ask.base_url + auth.token_url,
        form={
            "grant_type": "client_credentials",
            "client_id": secrets[auth.client_id],
            "client_secret": secrets[auth.client_secret],
        },
        max_seconds=ask.max_seconds,
        max_bytes=_TOKEN_BYTES,
    )
    return ClientCredentials(call, outbound)


def _bearing(token: str, call: Call) -> Call:
    return dataclasses.replace(call, headers={**call.headers, "Authorization": f"Bearer {token}"})


def _asked_for(
    condition: Condition, criterion: Criterion, manifest: Manifest
) -> Iterator[tuple[str, str]]:
    """Yield the parameters of a condition; none where a superset is asked for without it."""
    parameter = criterion.parameters.get(condition.operator)
    codes = manifest.extract.codes.get(condition.field)
    values = _theirs(condition.values, codes) if codes else condition.values
    if not values:
        raise RegisterRefused
    if isinstance(parameter, tuple):
        yield from _ends(condition, parameter)
    elif parameter is not None:
        written = tuple(_dotted(value) for value in values)
        yield from _listed(
            parameter, written if criterion.written == "dotted" else values, criterion
        )


def _listed(
    parameter: str, values: tuple[str, ...], criterion: Criterion
) -> Iterator[tuple[str, str]]:
    match criterion.several:
        case "comma":
            if any("," in value for value in values):
                raise RegisterRefused
            yield parameter, ",".join(values)
        case "repeated":
            yield from ((parameter, value) for value in values)
        case "not_asked" | "none" if len(values) == 1:
            yield parameter, values[0]


def _ends(condition: Condition, parameters: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the first and the last of a range or a class; an open end is left out."""
    if condition.operator == "range":
        ends = condition.values
    else:
        (code,) = condition.values
        ends = tuple(code.rstrip("+").split("-"))
    for parameter, end in zip(parameters, ends, strict=False):
        if end not in _OPEN:
            yield parameter, end


_OPEN = frozenset({"0", date.min.isoformat(), date.max.isoformat()})


def _dotted(code: str) -> str:
    return f"{code[:2]}.{code[2:]}" if len(code) > len("62") else code


def _theirs(values: tuple[str, ...], codes: dict[str, str]) -> tuple[str, ...]:
    """Return the register's codes for ours; several of theirs may stand for one of ours."""
    return tuple(theirs for theirs, ours in codes.items() if ours in values)


def _is_count(total: Any, *, needed: bool) -> bool:
    if total is None:
        return not needed
    return isinstance(total, int) and not isinstance(total, bool) and total >= 0
