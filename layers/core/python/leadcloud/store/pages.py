"""Reading all records of a partition, page by page."""

from collections.abc import Iterator

from leadcloud.store.interface import Record, Store

_PAGE = 500


def every_record(
    store: Store, partition: str, prefix: str = "", *, after: str | None = None
) -> Iterator[Record]:
    """Yield the records of a partition whose sort key begins with the prefix, in its order.

    Those up to the sort key `after` are left out.
    """
    while True:
        page = store.query(partition, prefix, limit=_PAGE, after=after)
        yield from page.records
        after = page.after
        if after is None:
            return
