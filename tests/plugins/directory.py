"""What the contract suites share: a directory provider on this machine, and the door to it."""

from collections.abc import Iterator

import pytest

from leadcloud.registers.outbound import Outbound
from local.directory_provider import DirectoryProvider, start_directory_provider


@pytest.fixture(scope="session")
def provider() -> Iterator[DirectoryProvider]:
    """Run the demo directory for the whole session."""
    running = start_directory_provider(client_id="suite", client_secret="suite-secret-9c1f")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def outbound() -> Iterator[Outbound]:
    """Share one HTTP client, as the service does."""
    door = Outbound()
    yield door
    door.close()
