"""How a text might hide in what is kept or written: encoded, quoted, or hashed without a key."""

import base64
import hashlib
import json
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping


def forms_of(text: str) -> Iterator[bytes]:
    """Yield a text in every form that a leak may have."""
    raw = text.encode()
    yield raw
    yield raw.hex().encode()
    yield urllib.parse.quote(text).encode()
    yield urllib.parse.quote_plus(text).encode()
    yield json.dumps(text).strip('"').encode()
    for shift in range(3):
        # The middle of what Base64 makes of it, wherever it stands in a longer text.
        yield base64.b64encode(b"\0" * shift + raw)[4:-4]
    for digest in (hashlib.sha256, hashlib.md5):
        yield digest(raw).hexdigest().encode()


def phone_forms(e164: str) -> tuple[str, ...]:
    """Return a Finnish number as registers and people write it."""
    digits = e164.removeprefix("+358")
    return e164, e164[1:], f"0{digits}", f"00358{digits}", f"0{digits[:2]} {digits[2:]}"


def leaked(places: Mapping[str, bytes], texts: Iterable[str]) -> list[str]:
    """Return the places that hold one of the texts in whatever form."""
    forms = {form for text in texts for form in forms_of(text)}
    return [name for name, content in places.items() if any(form in content for form in forms)]
