"""What tests of search begin with."""

from collections.abc import Callable

import pytest

from leadcloud.accounts.account import Account
from leadcloud.clock import SetClock
from leadcloud.wiring import Services
from tests.trade import Trade

OpenAccount = Callable[..., Account]


@pytest.fixture
def trade(services: Services, clock: SetClock, open_account: OpenAccount) -> Trade:
    """An account with nothing to search yet."""
    return Trade(services, clock, open_account)
