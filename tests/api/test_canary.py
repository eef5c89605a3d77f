"""The canary on the whole service, with an account of its own."""

from dataclasses import replace

import pytest

from functions.canary.handler import try_out
from leadcloud.secrets import Secrets
from local.admin.__main__ import services_of
from local.admin.canary import open_canary
from local.folder import Folder
from tests.plugins.running_service import RunningService


@pytest.mark.loopback
def test_the_canary_finds_a_healthy_service_healthy(running_service: RunningService) -> None:
    """The account that the operator's command opens can do what the canary tries, twice over."""
    services = services_of(Folder(running_service.folder))
    for _ in range(2):
        key = open_canary(services)
        canary = services_of(Folder(running_service.folder))
        canary.secrets = Secrets({"canary_key": key})
        canary.settings = replace(canary.settings, base_url=str(running_service.demo["base_url"]))
        assert try_out(canary)
