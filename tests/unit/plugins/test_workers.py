"""Which tests are taken together when they run side by side."""

from pathlib import Path

import pytest

from tests.plugins.workers import TOGETHER, pytest_collection_modifyitems, shared_by

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("nodeid", "shared"),
    [
        ("tests/infra/test_rights.py::test_a[Dev]", "the templates"),
        ("tests/contract/test_store_contract.py::test_a[ministack-1]", "the emulator"),
        ("tests/contract/test_store_contract.py::test_a[moto-1]", None),
        ("tests/unit/a/test_own_database.py::test_a[postgresql-1]", "the customer's database"),
        ("tests/unit/a/test_own_database.py::test_a[sqlite]", None),
        ("tests/unit/a/test_b.py::test_c", None),
    ],
)
def test_users_of_one_expensive_thing_are_taken_together(nodeid: str, shared: str | None) -> None:
    """All others are taken by their file."""
    assert shared_by(nodeid) == (shared or nodeid.partition("::")[0])


def test_every_file_that_is_named_is_there() -> None:
    """A file that is moved must not fall out of its company unnoticed."""
    paths = [path for users in TOGETHER.values() for path in users if not path.startswith("[")]

    assert [path for path in paths if not (ROOT / path).exists()] == []


class Named(pytest.Item):
    """A test of any name."""

    def runtest(self) -> None:
        """Do nothing."""


def test_a_name_with_an_address_in_it_is_refused(request: pytest.FixtureRequest) -> None:
    """It is another one in every worker; whoever writes such a test is told so at once."""
    whole, unstable = (
        Named.from_parent(request.session, name=name, nodeid=name)
        for name in ("test_a[1]", f"test_a[{object()}]")
    )
    pytest_collection_modifyitems([whole])

    with pytest.raises(pytest.UsageError, match="give the parameters ids"):
        pytest_collection_modifyitems([whole, unstable])
