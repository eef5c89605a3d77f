"""What tests of search begin with."""

import pytest

from leadcloud.clock import SetClock
from leadcloud.wiring import Services
from tests.contacts import OpenAccount
from tests.trade import Trade


@pytest.fixture
def trade(services: Services, clock: SetClock, open_account: OpenAccount) -> Trade:
    """An account with nothing to search yet."""
    return Trade(services, clock, open_account)
