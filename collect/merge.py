"""Makes one building of all that the sources know of it.

Of one source's rows the newest counts. Of several sources, the one that is believed first gives the
building, its place and whatever it knows; the others fill in what it does not, in their order. An
address is taken whole, from whoever knows most of it: a street of one source with the number of
another may be no address at all. Why so: docs/adr/0014-sources-merged.md.
"""

import sqlite3

FACTS = (
    "municipality",
    "use",
    "building_class",
    "heating",
    "energy_source",
    "facade",
    "frame",
    "usage_status",
    "completed_year",
    "storeys",
    "dwellings",
    "gross_floor_area",
    "floor_area",
)
"""What one source may add to another's building."""
_ADDRESS = (
    "street",
    "street_sv",
    "postal_code",
    "house_number",
    "number_first",
    "number_last",
    "number_letter",
)
_KNOWN_OF_ADDRESS = (
    "(({0}.street IS NOT NULL) + ({0}.house_number IS NOT NULL) + ({0}.postal_code IS NOT NULL))"
)


def merge(connection: sqlite3.Connection) -> None:
    """Make the table `chosen`, a row for each building in the grid's order; and `other_address`.

    The rows are those of the attached database `staged`; `other_address` holds what addresses a
    building has besides the one in `chosen`, which it may repeat.
    """
    _choose_newest(connection)
    ranks = [rank for (rank,) in connection.execute("SELECT rank FROM staged.trust ORDER BY rank")]
    if len(ranks) > 1:
        connection.execute("CREATE INDEX temp.newest_by_id ON newest (id, rank)")
    for rank in ranks[1:]:
        _fill(connection, rank)
    _number(connection)


def _choose_newest(connection: sqlite3.Connection) -> None:
    """Make the table `newest`: each source's newest row of each building, with its address."""
    whole = ", ".join(
        f"iif(mine.street IS NULL, main.{name}, mine.{name}) AS {name}"
        for name in _ADDRESS
        if name != "postal_code"
    )
    connection.execute(
        f"""
        CREATE TEMP TABLE newest AS
        WITH mine AS (
          SELECT *, row_number() OVER (PARTITION BY id, source ORDER BY updated DESC, seq DESC) AS age
          FROM staged.building_row WHERE id NOT IN (SELECT id FROM staged.gone)
        ), main AS (
          SELECT *, row_number() OVER (
            PARTITION BY source, key ORDER BY rank, street, house_number
          ) AS turn
          FROM staged.address_row
        )
        SELECT id, id_valid, mine.source, mine.key, trust.rank, lon, lat, cell, updated,
          {", ".join(FACTS)}, {whole}, coalesce(mine.postal_code, main.postal_code) AS postal_code,
          NULL AS also_from, 1 AS first
        FROM mine JOIN staged.trust USING (source)
        LEFT JOIN main ON main.source = mine.source AND main.key = mine.key AND turn = 1
        WHERE age = 1
        """
    )


def _fill(connection: sqlite3.Connection, rank: int) -> None:
    """Let the source of a rank add what it knows to the buildings of those before it."""
    fuller = f"{_KNOWN_OF_ADDRESS.format('more')} > {_KNOWN_OF_ADDRESS.format('newest')}"
    news = " OR ".join(f"(newest.{name} IS NULL AND more.{name} IS NOT NULL)" for name in FACTS)
    facts = ", ".join(f"{name} = coalesce(newest.{name}, more.{name})" for name in FACTS)
    address = ", ".join(f"{name} = iif({fuller}, more.{name}, newest.{name})" for name in _ADDRESS)
    connection.execute(
        f"""
        UPDATE newest SET {facts}, {address},
          also_from = coalesce(newest.also_from || ',', '') || more.source
        FROM newest AS more
        WHERE newest.id = more.id AND newest.first AND newest.rank < ?1 AND more.rank = ?1
          AND ({news} OR {fuller})
        """,
        (rank,),
    )
    connection.execute(
        "UPDATE newest SET first = 0 WHERE rank = ?1"
        " AND EXISTS (SELECT 1 FROM newest AS other WHERE other.id = newest.id AND other.rank < ?1)",
        (rank,),
    )


def _number(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TEMP TABLE chosen AS SELECT"
        " row_number() OVER (ORDER BY cell, street, number_first, id) AS rid, *"
        " FROM newest WHERE first ORDER BY rid"
    )
    connection.execute("CREATE UNIQUE INDEX temp.chosen_by_id ON chosen (id)")
    connection.execute(
        f"""
        CREATE TEMP VIEW other_address AS
        SELECT chosen.rid, {", ".join(f"newest.{name}" for name in _ADDRESS)}, chosen.municipality
        FROM newest JOIN chosen USING (id)
        WHERE NOT newest.first AND newest.street IS NOT NULL
        UNION ALL
        SELECT chosen.rid, {", ".join(f"a.{name}" for name in _ADDRESS)}, chosen.municipality
        FROM staged.address_row AS a JOIN newest USING (source, key)
        JOIN chosen ON chosen.id = newest.id
        """
    )
