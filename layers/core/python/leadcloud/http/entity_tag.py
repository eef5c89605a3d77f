"""Whether the caller has the answer already. Source: RFC 9110 § 13.1.2."""

from leadcloud.http.call import Call


def is_known(call: Call, tag: str) -> bool:
    """Tell whether the caller named this entity tag in If-None-Match."""
    known = call.headers.get("if-none-match")
    if known is None:
        return False
    return known.strip() == "*" or tag in {
        each.strip().removeprefix("W/") for each in known.split(",")
    }
