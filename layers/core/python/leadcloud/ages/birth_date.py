"""Birth dates, which nobody may send along with a name (mission M5)."""

import re

_BIRTH_DATE = re.compile(
    r"\d{4}([-./])\d{1,2}\1\d{1,2}"  # 1957-03-02
    r"|\d{1,2}([-./])\d{1,2}\2\d{4}"  # 2.3.1957
    r"|\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]",  # a Finnish personal identity code
    re.IGNORECASE | re.ASCII,
)


def holds_birth_date(text: str) -> bool:
    """Tell whether a text holds a date as people write it, or a code that is made of one."""
    return bool(_BIRTH_DATE.search(text))
