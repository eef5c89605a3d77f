"""TOL 2008 and TOL 2025, and what a code of one says about codes of the other."""

import pytest

from leadcloud.codes.industry import (
    VERSIONS,
    IndustryCode,
    Version,
    counterparts,
    touching,
    within,
)


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
        ("47111", "47111", "TOL2008"),  # class 4711 is no longer divided
        ("62019", "62019", None),
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
        ("62010", True),
        ("62019", False),
        ("TOL2025:47111", False),
    ],
)
def test_a_code_exists_in_its_version(value: str, *, exists: bool) -> None:
    """A code that a version does not have is known not to exist."""
    assert industry(value).exists is exists


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("TOL2025:4520", ("TOL2025:9531",)),
        ("TOL2008:6210", ("TOL2008:6201",)),
        ("TOL2025:62010", ("TOL2025:621",)),
        ("TOL2025:451", ("TOL2025:4618", "TOL2025:4671", "TOL2025:4781", "TOL2025:4792")),
    ],
)
def test_the_nearest_of_a_retired_code_are_what_it_became(
    wrong: str, nearest: tuple[str, ...]
) -> None:
    """Who asks for a code of the other version is shown where its activities went."""
    assert industry(wrong).nearest() == nearest


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("62019", ("TOL2008:62010",)),
        ("TOL2025:47719", ("TOL2025:47711", "TOL2025:47712")),
        ("6299", ("TOL2025:6290",)),
        ("99999", ("TOL2008:990", "TOL2025:990")),
        # A spreadsheet takes the first nought.
        ("1110", ("TOL2008:01110", "TOL2025:01110", "TOL2008:110", "TOL2025:110")),
    ],
)
def test_the_nearest_of_a_code_that_never_was_begin_as_it_does(
    wrong: str, nearest: tuple[str, ...]
) -> None:
    """A wrong fifth digit is shown those that its class has, in each version that has the class."""
    assert industry(wrong).nearest() == nearest


def test_a_section_is_its_divisions() -> None:
    """A section stands for its divisions in its own version of TOL."""
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


def test_a_part_of_a_class_says_nothing_in_the_other_version() -> None:
    """The versions correspond by classes, so a part of a class lies surely in none."""
    assert within(industry("TOL2008:0119"), "TOL2025") == ("0119",)
    assert within(industry("TOL2008:01191"), "TOL2025") == ()
    assert "0119" in touching(industry("TOL2008:01191"), "TOL2025")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_only_subclass_is_its_class(version: Version) -> None:
    """62010 is 6201 under a longer code, in its own version and in the other."""
    for relation in (within, touching):
        assert relation(industry("TOL2008:62010"), version) == relation(
            industry("TOL2008:6201"), version
        )


def test_correspondence_goes_both_ways() -> None:
    """A class is a counterpart of its counterparts."""
    for new in counterparts("4778", "TOL2008"):
        assert "4778" in counterparts(new, "TOL2025")
