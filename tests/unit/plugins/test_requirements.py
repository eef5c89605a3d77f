"""Components that a machine may lack."""

import pytest

from tests.plugins.requirements import require


def test_a_missing_component_skips_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who sees the skip knows what to type."""
    monkeypatch.delenv("LEADCLOUD_REQUIRE_ALL", raising=False)

    with pytest.raises(pytest.skip.Exception, match="apt-get install thing"):
        require("Thing", available=False, install_command="apt-get install thing")


def test_where_all_must_be_there_a_missing_component_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a complete run cannot pass by skipping."""
    monkeypatch.setenv("LEADCLOUD_REQUIRE_ALL", "1")

    with pytest.raises(pytest.fail.Exception, match="apt-get install thing"):
        require("Thing", available=False, install_command="apt-get install thing")


def test_a_component_that_is_there_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is skipped, nothing fails."""
    monkeypatch.setenv("LEADCLOUD_REQUIRE_ALL", "1")

    require("Thing", available=True, install_command="apt-get install thing")
