"""Which tests are taken together when they run side by side."""

import re
from pathlib import Path

import pytest

from tests.plugins.workers import TOGETHER, pytest_collection_modifyitems, shared_by

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("nodeid", "shared"),
    [
        ("tests/infra/test_rights.py::test_a[Dev]", "the templates"),
        ("tests/contract/test_store_records.py::test_a[ministack-1]", "the emulator"),
        ("tests/contract/test_store_records.py::test_a[moto-1]", None),
        ("tests/unit/a/test_own_database.py::test_a[postgresql-1]", "the customer's database"),
        ("tests/unit/a/test_own_database.py::test_a[sqlite]", None),
        ("tests/unit/a/test_b.py::test_c", None),
    ],
)
def test_users_of_one_expensive_thing_are_taken_together(nodeid: str, shared: str | None) -> None:
    """All others are taken by their file."""
    assert shared_by(nodeid) == (shared or nodeid.partition("::")[0])


def test_whoever_is_named_is_there() -> None:
    """A file that is moved, or a test that is renamed, must not fall out of its company unnoticed."""
    users = {each for several in TOGETHER.values() for each in several if not each.startswith("[")}
    paths = {each for each in users if "/" in each}
    text = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/test_*.py"))

    assert {path for path in paths if not (ROOT / path).exists()} == set()
    assert {name for name in users - paths if f"def {name}(" not in text} == set()


def test_whoever_asks_the_running_service_is_named() -> None:
    """Else a second one is started, in another worker."""
    service = TOGETHER["the service"]
    for path in ROOT.glob("tests/**/test_*.py"):
        text = path.read_text(encoding="utf-8")
        if re.search(r"\brunning_service: RunningService[,)]", text):
            within = str(path.relative_to(ROOT))
            assert any(each in within or f"def {each}(" in text for each in service), within


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
