"""The whole path of a subject request on one machine, with controllers and mail that are fakes."""

from dataclasses import replace
from pathlib import Path

import pytest

from leadcloud.anchors import FileAnchors
from leadcloud.clock import SetClock
from leadcloud.forwarding.destination import Destinations
from leadcloud.forwarding.signed_post import SignedPost
from leadcloud.own_register import OWN
from leadcloud.settings import Settings
from leadcloud.wiring import Services
from local.subject_requests import runner_of
from tests.house import (
    BUYER,
    OTHER,
    SOURCE,
    START,
    House,
    Interfaces,
    Mailbox,
    Telephones,
    entry_of,
)


@pytest.fixture
def house(settings: Settings, tmp_path: Path) -> House:
    """The house on a Thursday in March, with a source, a buyer, and another controller."""
    clock, mailbox, interfaces = SetClock(START), Mailbox(), Interfaces()
    services = Services(replace(settings, base_url="https://leadcloud.example"), clock)
    services.mailer = mailbox
    services.texter = telephones = Telephones()
    services.anchors = FileAnchors(tmp_path / "anchors.jsonl")
    services.destinations = Destinations(lambda _host, _port: ["93.184.215.14"])
    services.signed_post = SignedPost(
        keys=services.controller_keys, clock=clock, post=interfaces.post
    )
    for controller_id in (SOURCE, BUYER, OTHER):
        services.controllers.put(entry_of(controller_id))
    services.controllers.put(entry_of(OWN, role="own", channel="manual", url=None))
    return House(
        services=services,
        clock=clock,
        mailbox=mailbox,
        telephones=telephones,
        interfaces=interfaces,
        runner=runner_of(services),
    )
