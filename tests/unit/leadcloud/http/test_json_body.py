"""Reading JSON that may be hostile."""

import pytest

from leadcloud.errors import BodyUnreadable
from leadcloud.http.json_body import MAX_DEPTH, read_json


def test_reads_json() -> None:
    """An ordinary body comes out as Python values."""
    assert read_json('{"nimi": "Äkäslompolo", "n": [1, 2.5, null]}'.encode()) == {
        "nimi": "Äkäslompolo",
        "n": [1, 2.5, None],
    }


def test_depth_up_to_the_bound_is_read() -> None:
    """The bound itself is allowed, so that it can be documented as one."""
    body = b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1)

    assert read_json(body) is not None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe{\x00}\x00",
        b"\x1f\x8b\x08\x00",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b"1" * 5_000,
        b"-" + b"1" * 19,
        b"1." + b"1" * 5_000,
        b"1e400",
        b"NaN",
        b"Infinity",
        b'{"a": 1, "a": 2}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'["\\ud800"]',
        b"\xef\xbb\xbf{}",
    ],
)
def test_hostile_bodies_are_refused(body: bytes) -> None:
    """Whatever the body is, the answer is ours and quotes nothing of it."""
    with pytest.raises(BodyUnreadable) as caught:
        read_json(body)

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
