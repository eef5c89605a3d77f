"""Every single typo in a street's name is forgiven."""

from hypothesis import assume, given
from hypothesis import strategies as st

from leadcloud.buildings.street_key import begins_within_one_typo, keys_of, keys_to_ask

LETTERS = "abcdeklnst"
NAMES = st.text(LETTERS, min_size=6, max_size=14)


@given(name=NAMES, data=st.data())
def test_a_name_with_one_typo_is_found(name: str, data: st.DataObject) -> None:
    """A letter replaced, left out, put in, or two swapped: keys meet, and the test agrees."""
    kind = data.draw(st.sampled_from(["replace", "leave out", "put in", "swap"]))
    at = data.draw(st.integers(0, len(name) - 2))
    letter = data.draw(st.sampled_from(LETTERS))
    typed = {
        "replace": name[:at] + letter + name[at + 1 :],
        "leave out": name[:at] + name[at + 1 :],
        "put in": name[:at] + letter + name[at:],
        "swap": name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    }[kind]
    shown = typed[: data.draw(st.integers(5, len(typed)))] if len(typed) > 5 else typed

    assert begins_within_one_typo(name, shown)
    assert keys_of(name) & keys_to_ask(shown)


@given(name=NAMES)
def test_two_typos_are_another_name(name: str) -> None:
    """Two foreign letters are more than a typo."""
    assume(len(name) > 8)

    assert not begins_within_one_typo(name, "x" + name[1:4] + "x" + name[5:])
