"""The operator puts a customer's own database into service."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leadcloud.accounts.account import Account
from leadcloud.accounts.account_book import AccountBook
from leadcloud.registers.catalogue import RegisterCatalogue
from leadcloud.store.interface import StoreUnavailable
from local.admin.__main__ import services_of
from local.demo_database import create_demo_database
from local.folder import Folder

Put = Callable[..., str]

DOCUMENT = Path(__file__).parents[4] / "docs/own-database.md"


@pytest.fixture
def folder(folder: Folder, tmp_path: Path) -> Folder:
    """The folder, with two accounts and a customer's database."""
    secrets = json.loads(folder.secrets.read_text(encoding="utf-8"))
    secrets |= {
        "acme_database": f"sqlite:///{create_demo_database(tmp_path)}",
        "no_database": "https://db.example",
        "empty_database": f"sqlite:///{tmp_path / 'nothing.sqlite'}",
    }
    folder.secrets.write_text(json.dumps(secrets), encoding="utf-8")
    for name in ("demo_customer", "other"):
        services_of(folder).accounts.open(
            Account(id=name, kind="customer", name="B", parent=None, registers=(), purposes=())
        )
    return folder


@pytest.fixture
def written() -> str:
    """The file that the document shows."""
    (block,) = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return str(block)


@pytest.fixture
def put(run: Callable[..., str], tmp_path: Path) -> Put:
    """Enter what a file says, and return what the command printed."""
    file = tmp_path / "own.toml"

    def put(text: str, account: str = "demo_customer") -> str:
        file.write_text(text, encoding="utf-8")
        return run("own_database", "put", str(file), "--account", account)

    return put


def test_the_documents_file_makes_a_register(put: Put, folder: Folder, written: str) -> None:
    """Entered once or twice, it is in the account's contract, and in no other."""
    put(written)

    assert "5000 contacts" in put(written)
    services = services_of(folder)
    register = services.registers.register("acme_customers")
    assert register is not None
    assert register.description.criteria.keys() >= {"gender", "postal_code", "phone_type"}
    contracts = {each.id: each.registers for each in services.accounts.all()}
    assert contracts == {"demo_customer": ("acme_customers",), "other": ()}


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('"asiakas"', '"customers"', "table: The database has no such table"),
        ('"etunimi"', '"nimi"', "columns.first_name: The database has no such column"),
        ('kind = "consumer"', 'kind = "people"', "mapping.kind: "),
        ('price_per_contact = "0.01"', 'price_per_contact = "-1"', "price_per_contact: "),
        ('id = "acme_customers"', 'id = "Acme Oy"', "id: "),
        ('"acme_database"', '"another"', "There is no secret another."),
        ('"acme_database"', '"no_database"', "no address of PostgreSQL or SQLite"),
        ('"acme_database"', '"empty_database"', "could not be read (register_unavailable)"),
        ("url_secret", "# url_secret", "url_secret names the secret"),
        ("[mapping]", "[mapping", "The file is not TOML"),
        ('id = "acme_customers"', 'id = "ytj_companies"', "This id is another register's"),
    ],
)
def test_what_cannot_be_read_is_not_entered(
    put: Put, folder: Folder, written: str, right: str, wrong: str, told: str
) -> None:
    """With the reason, and without what a database or a secret holds."""
    with pytest.raises(SystemExit) as stopped:
        put(written.replace(right, wrong, 1))

    assert "Nothing was entered." in str(stopped.value)
    assert told in str(stopped.value)
    assert "db.example" not in str(stopped.value)
    services = services_of(folder)
    assert services.registers.register("acme_customers") is None
    assert all(each.registers == () for each in services.accounts.all())


def test_a_column_that_has_lost_its_noughts_is_not_entered(
    put: Put, folder: Folder, written: str
) -> None:
    """It is said of the column, before the customer wonders why nobody is found."""
    with pytest.raises(SystemExit, match=r"columns\.postal_code: The column holds numbers, which"):
        put(written.replace('"postinumero"', '"asiakasnumero"', 1))

    assert services_of(folder).registers.register("acme_customers") is None


def test_a_resellers_register_is_there_for_those_below_it(
    put: Put, folder: Folder, written: str
) -> None:
    """That they search it does not keep the reseller from changing what it is."""
    accounts = services_of(folder).accounts
    reseller = Account(
        id="reseller", kind="reseller", name="B", parent=None, registers=(), purposes=()
    )
    accounts.open(reseller)
    accounts.open(replace(reseller, id="below", kind="sub_account", parent="reseller"))
    put(written, account="reseller")
    accounts.add_register("below", "acme_customers", by="operator")

    put(written.replace("Acme Oy", "Acme Ab"), account="reseller")

    register = services_of(folder).registers.register("acme_customers")
    assert register is not None
    assert register.description.name == "Customers of Acme Ab"


def test_a_register_stays_its_accounts_own(put: Put, folder: Folder, written: str) -> None:
    """Neither can another account be let in, nor can its register be changed under an old name."""
    put(written)

    with pytest.raises(SystemExit, match="This id is another register's"):
        put(written.replace("Acme Oy", "Other Oy"), account="other")

    register = services_of(folder).registers.register("acme_customers")
    assert register is not None
    assert register.description.name == "Customers of Acme Oy"


def test_a_register_that_cannot_be_used_is_somebodys_nonetheless(
    put: Put, folder: Folder, written: str
) -> None:
    """While its secret is missing, nobody else can enter theirs in its place."""
    put(written)
    secrets = json.loads(folder.secrets.read_text(encoding="utf-8"))
    secrets["other_database"] = secrets.pop("acme_database")
    folder.secrets.write_text(json.dumps(secrets), encoding="utf-8")

    with pytest.raises(SystemExit, match="This id is another register's"):
        put(written.replace('"acme_database"', '"other_database"'), account="other")


def _cut_short(*_arguments: object, **_more: object) -> None:
    raise StoreUnavailable


@pytest.mark.parametrize("step", [(AccountBook, "add_register"), (RegisterCatalogue, "put")])
def test_what_was_cut_short_can_be_done_again(
    put: Put, written: str, monkeypatch: pytest.MonkeyPatch, step: tuple[type, str]
) -> None:
    """What the store kept of the first attempt does not make the register another's."""
    with monkeypatch.context() as broken:
        broken.setattr(*step, _cut_short)
        with pytest.raises(SystemExit, match="The store cannot be used"):
            put(written)

    assert "5000 contacts" in put(written)
