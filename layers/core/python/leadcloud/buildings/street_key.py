"""Keys by which a street name is found although one letter of what was typed is wrong.

Two texts within one typo of each other (a letter replaced, left out, put in, or two swapped) have
a common text among themselves and themselves less one letter. Only the first five letters make
keys: a typo after them leaves them equal, and so an index has six keys a name instead of fourteen.
"""

LENGTH = 5


def keys_of(name: str) -> set[str]:
    """Return the keys under which a folded name is kept."""
    start = name[:LENGTH]
    return {start, *_less_one(start)}


def keys_to_ask(typed: str) -> set[str]:
    """Return the keys under which a name is to be looked for of which this is the beginning."""
    start = typed[:LENGTH]
    return {start, typed[: LENGTH - 1], *_less_one(start), *_less_one(typed[: LENGTH + 1])}


def begins_within_one_typo(name: str, typed: str) -> bool:
    """Tell whether some beginning of the name is at most one typo away from what was typed."""
    at = next((i for i, (a, b) in enumerate(zip(name, typed, strict=False)) if a != b), None)
    if at is None:
        # One is the beginning of the other; of a name that is too short, one letter may be missing.
        return len(typed) <= len(name) + 1
    rest = typed[at + 1 :]
    replaced, left_out = name[at + 1 :].startswith(rest), name[at + 1 :].startswith(typed[at:])
    put_in = name[at:].startswith(rest)
    swapped = (
        typed[at : at + 2] == name[at : at + 2][::-1]
        and len(name) > at + 1
        and name[at + 2 :].startswith(typed[at + 2 :])
    )
    return replaced or left_out or put_in or swapped


def _less_one(text: str) -> set[str]:
    return {text[:i] + text[i + 1 :] for i in range(len(text))}
