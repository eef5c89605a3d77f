"""TOL 2008 and TOL 2025, and what a code of one says about codes of the other."""

import pytest

from leadcloud.codes.industry import IndustryCode, Version, counterparts, touching, within


def industry(value: str) -> IndustryCode:
    """Return the code in a value that has the right form."""
    code = IndustryCode.read(value)
    assert code is not None
    return code


@pytest.mark.parametrize(
    ("value", "code", "version"),
    [
        ("TOL2008:K", "K", "TOL2008"),
        ("TOL2025:62100", "62100", "TOL2025"),
        ("62010", "62010", "TOL2008"),  # class 6201 ended with TOL 2008
        ("62100", "62100", "TOL2025"),  # class 6210 began with TOL 2025
        ("45", "45", "TOL2008"),
        ("62", "62", None),
        ("01110", "01110", None),
    ],
)
def test_a_code_of_one_version_only_is_of_that_version(
    value: str, code: str, version: Version | None
) -> None:
    """Digits that both versions have stay without one."""
    assert industry(value) == IndustryCode(code=code, version=version)


@pytest.mark.parametrize("value", ["", "6", "620101", "TOL2002:K", "tol2025:K", "W", "K1", "62.01"])
def test_other_forms_are_no_industry(value: str) -> None:
    """Nothing is guessed at."""
    assert IndustryCode.read(value) is None


@pytest.mark.parametrize(
    ("value", "exists"),
    [
        ("TOL2025:45", False),
        ("TOL2008:V", False),
        ("TOL2025:V", True),
        ("6201", True),
        ("99", True),
    ],
)
def test_a_code_exists_in_its_version(value: str, *, exists: bool) -> None:
    """A code that a version does not have is known not to exist."""
    assert industry(value).exists is exists


def test_the_nearest_of_a_retired_class_are_what_it_became() -> None:
    """Who asks for a class of the other version is shown where its activities went."""
    assert industry("TOL2025:4520").nearest() == ("TOL2025:9531",)
    assert industry("TOL2008:6210").nearest() == ("TOL2008:6201",)


def test_a_section_is_its_divisions() -> None:
    """In its own version."""
    assert within(industry("TOL2025:K"), "TOL2025") == ("61", "62", "63")
    assert within(industry("TOL2008:K"), "TOL2008") == ("64", "65", "66")


def test_what_surely_lies_in_a_code_of_the_other_version() -> None:
    """Only classes whose counterparts all lie in it, named by the shortest beginnings."""
    found = within(industry("TOL2025:62"), "TOL2008")

    assert found == ("62",)
    assert within(industry("TOL2008:9602"), "TOL2025") == ("9621", "9622")


def test_what_may_lie_in_a_code_is_more_than_what_surely_does() -> None:
    """Retail by internet went everywhere, so it touches every shop and lies surely in none."""
    books = industry("TOL2025:4761")

    assert any("4791".startswith(begin) for begin in touching(books, "TOL2008"))
    assert not any("4791".startswith(begin) for begin in within(books, "TOL2008"))


def test_a_national_digit_says_nothing_in_the_other_version() -> None:
    """The versions correspond by classes, so a subclass lies surely in none."""
    assert within(industry("TOL2008:62010"), "TOL2025") == ()
    assert touching(industry("TOL2008:62010"), "TOL2025") == ("621",)


def test_correspondence_goes_both_ways() -> None:
    """A class is a counterpart of its counterparts."""
    for new in counterparts("4778", "TOL2008"):
        assert "4778" in counterparts(new, "TOL2025")
