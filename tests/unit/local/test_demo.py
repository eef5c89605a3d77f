"""The demo accounts of a folder."""

from dataclasses import replace

import pytest

from leadcloud.accounts.key import id_in
from leadcloud.wiring import Services
from local import demo
from local.demo import seed
from local.folder import Folder, draw_secrets, write_whole


@pytest.fixture
def folder(services: Services) -> Folder:
    """The folder that the services keep their store in."""
    folder = Folder(services.settings.buildings.parent)
    draw_secrets(folder)
    return folder


def test_every_demo_key_is_good(folder: Folder, services: Services) -> None:
    """Each for the account that demo.json calls it by, which may be charged."""
    for name, key in seed(folder, services).items():
        holder = services.doorkeeper.recognise(key)
        assert holder
        assert holder.account.id == f"demo_{name}"
        assert services.accounts.bound_by_terms(holder.account)[0] == holder.account


def test_a_folder_keeps_its_keys(folder: Folder, services: Services) -> None:
    """Once demo.json stands; before, a start that died is done again."""
    seed(folder, services)
    keys = seed(folder, services)
    write_whole(folder.demo, {"keys": keys})

    assert seed(folder, services) == keys
    ids = {key.id for key in services.keys.keys_of("demo_customer")}
    assert len(ids) == 2
    assert id_in(keys["customer"]) in ids


def test_an_older_folder_is_given_what_it_lacks(
    folder: Folder, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The accounts accept newer terms; what an operator did to them stays."""
    older = tuple(replace(account, terms="2018-05-25") for account in demo._ACCOUNTS[:2])
    with monkeypatch.context() as before:
        before.setattr(demo, "_ACCOUNTS", older)
        before.setattr(demo, "CURRENT_TERMS", "2018-05-25")
        seed(folder, services)
    services.accounts.suspend("demo_other_customer", by="operator")

    seed(folder, services)

    assert services.accounts.bound_by_terms(services.accounts.account("demo_customer"))
    assert services.accounts.account("demo_operator")
    kept = services.accounts.account("demo_other_customer")
    assert kept
    assert kept.suspended
