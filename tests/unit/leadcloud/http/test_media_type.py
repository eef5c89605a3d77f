"""Which media type a client prefers."""

import pytest

from leadcloud.http.media_type import prefers

TABLE, DOCUMENT = ["text/csv"], ["application/geo+json", "application/json"]


@pytest.mark.parametrize(
    "accept",
    [
        "text/csv",
        "TEXT/CSV;q=0.9, */*;q=0.1",
        "application/geo+json;q=0, text/csv",
        "text/csv, */*",
        "text/*",
        ";;,q=,text/csv;q=x",
    ],
)
def test_a_form_is_preferred_by_its_weight_then_by_how_exactly_it_is_named(accept: str) -> None:
    """RFC 9110, section 12.5.1; a weight that cannot be read counts as none."""
    assert prefers(accept, TABLE, DOCUMENT)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "text/csv;q=0",
        "text/csv, application/json",
        "text/csv;q=0.5, application/geo+json",
        "text/csv;q=0.5, */*",
        "text/html,application/xhtml+xml,*/*;q=0.8",
        "application/xml",
    ],
)
def test_a_form_that_is_wanted_as_much_as_another_is_not_preferred(accept: str) -> None:
    """The caller's usual form stays where a header does not ask for the other one."""
    assert not prefers(accept, TABLE, DOCUMENT)
