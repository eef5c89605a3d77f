"""The register in a customer's own database: PostgreSQL or SQLite, read where it stands."""

import json
from typing import TYPE_CHECKING
from uuid import UUID

from leadcloud.registers.column_mapping import OwnRegister
from leadcloud.registers.interface import (
    PageRequest,
    Register,
    RegisterAnswerInvalid,
    RegisterPage,
    RegisterRefused,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from leadcloud.registers.mapped_table import Key, MappedTable
    from leadcloud.registers.page_statement import Statement
    from leadcloud.registers.read_only_database import Row


class OwnDatabase(Register):
    """One register of an account, in a table or view of a database that the account owns.

    The mapped table is looked up at the first page and kept for the process, until the database
    refuses a statement about it.
    """

    def __init__(self, register: OwnRegister, url: str, *, connections: int = 4) -> None:
        """Prepare for the database; nothing is opened yet.

        Args:
            register: What the register is called and where its columns are.
            url: As SQLAlchemy writes it: `postgresql://…`, or `sqlite:///` and a path.
            connections: How many are kept, and how many pages are read at once.

        Raises:
            RegisterRefused: The address is none, or of another kind of database.
        """
        # Here and not above: an account without an own database does not pay for SQLAlchemy.
        from leadcloud.registers.read_only_database import ReadOnlyDatabase

        self.description = register.description()
        self._mapping = register.mapping
        self._database = ReadOnlyDatabase(url, connections=connections)
        self._table: MappedTable | None = None

    def fetch(self, request: PageRequest) -> RegisterPage:
        """Return one page of contacts that meet the conditions, in the order of the key.

        Raises:
            MappingRefused: The mapped table or columns are not there.
            RegisterError: Another of its subclasses.
        """
        after = _key_at(request.position)

        def page(table: "MappedTable") -> "Statement":
            # One row more than asked for tells whether a page follows.
            return table.page(request.criteria, after=after, limit=request.size + 1)

        table, rows = self._read(page, request)
        return _page(table, rows, request.size)

    def count(self, request: PageRequest) -> int:
        """Return how many rows meet the conditions.

        Raises:
            RegisterError: One of its subclasses.
        """
        _, ((number,),) = self._read(lambda table: table.count(request.criteria), request)
        return int(number)

    def check(self, request: PageRequest) -> None:
        """Look whether the columns hold what searches ask for, before anybody does.

        Raises:
            MappingRefused: The mapped table or columns are not there, or have lost digits.
            RegisterError: Another of its subclasses.
        """
        from leadcloud.registers.mapped_table import refuse_columns_that_lose_digits

        self._database.read(
            lambda connection: refuse_columns_that_lose_digits(connection, self._mapping),
            request.deadline,
        )

    def _read(
        self, statement: "Callable[[MappedTable], Statement]", request: PageRequest
    ) -> "tuple[MappedTable, Sequence[Row]]":
        try:
            # Two threads may both look it up; the result is the same.
            table = self._table = self._table or self._looked_up(request)
            return table, self._database.rows(statement(table), request.deadline)
        except RegisterRefused:
            self._table = None
            raise

    def close(self) -> None:
        """Close the connections that are kept."""
        self._database.close()

    def _looked_up(self, request: PageRequest) -> "MappedTable":
        from leadcloud.registers.mapped_table import MappedTable

        return self._database.read(
            lambda connection: MappedTable.reflect(
                connection, self._mapping, self.description.country
            ),
            request.deadline,
        )


def _page(table: "MappedTable", rows: "Sequence[Row]", size: int) -> RegisterPage:
    keys = [row[0] for row in rows]
    if len(set(keys)) < len(keys):
        # Paging by a key that rows share would leave some of them out.
        raise RegisterAnswerInvalid
    return RegisterPage(
        entries=[table.contact(row) for row in rows[:size]],
        next_position=_position_of(keys[size - 1]) if len(rows) > size else None,
        total=None,
    )


def _position_of(key: object) -> str:
    match key:
        case int() | str():
            return json.dumps(key)
        case UUID():
            return json.dumps(str(key))
    raise RegisterAnswerInvalid


def _key_at(position: str | None) -> "Key | None":
    if position is None:
        return None
    try:
        key = json.loads(position)
    except ValueError:
        key = None
    if not isinstance(key, int | str):
        raise RegisterRefused
    return key
