"""The same five sources as foreign tables of PostgreSQL, each as slow, read with one statement."""

from collections.abc import Callable
from typing import Any

import psycopg

from benchmarks._sources import CONTACTS, SECONDS, SOURCES

_SOURCE = """
CREATE TABLE source_{n} AS
SELECT '0457 000 ' || lpad((80 * {n} + i)::text, 4, '0') AS phone, 'Synteettinen' || i AS name,
       i % 12 = 0 AS banned
FROM generate_series(0, {last}) AS i;
CREATE VIEW slow_{n} AS SELECT s.* FROM source_{n} AS s, (SELECT pg_sleep({seconds})) AS wait;
"""
_FOREIGN = """
CREATE SERVER far_{n} FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host '127.0.0.1', port '{port}', dbname 'postgres', async_capable 'true');
CREATE USER MAPPING FOR CURRENT_USER SERVER far_{n} OPTIONS (user '{user}');
CREATE FOREIGN TABLE far_{n} (phone text, name text, banned boolean)
    SERVER far_{n} OPTIONS (schema_name 'public', table_name 'slow_{n}');
"""


def fdw_query(postgres: Any) -> Callable[[], Any]:
    """Return what reads the sources through PostgreSQL: each number once, in order, a hundred."""
    connection = psycopg.connect(postgres.url, autocommit=True)
    where = psycopg.conninfo.conninfo_to_dict(postgres.url)
    connection.execute("CREATE EXTENSION postgres_fdw")
    for n in range(SOURCES):
        connection.execute(_SOURCE.format(n=n, last=CONTACTS - 1, seconds=SECONDS))
        connection.execute(_FOREIGN.format(n=n, port=where["port"], user=where["user"]))
    union = " UNION ALL ".join(f"SELECT * FROM far_{n}" for n in range(SOURCES))
    statement = (
        f"SELECT DISTINCT ON (phone) * FROM ({union}) AS every WHERE NOT banned"
        " ORDER BY phone LIMIT 100"
    )
    return lambda: connection.execute(statement).fetchall()
