"""The operator puts a customer's own database into service."""

import json
import re
import sys
from pathlib import Path

import pytest

from leadcloud.accounts.account import Account
from local.admin.__main__ import main, services_of
from local.demo_database import create_demo_database
from local.folder import Folder, draw_secrets

DOCUMENT = Path(__file__).parents[3] / "docs/own-database.md"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder that the service has started in, with two accounts and a customer's database."""
    folder = Folder(tmp_path / "data")
    folder.root.mkdir()
    draw_secrets(folder)
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


class Operator:
    """Enters what a file says."""

    def __init__(self, folder: Folder, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.file = file
        self.monkeypatch = monkeypatch

    def put(self, text: str, account: str = "demo_customer") -> None:
        """Run the command."""
        self.file.write_text(text, encoding="utf-8")
        arguments = ["own_database", "put", str(self.file), "--account", account]
        data = ["--data", str(self.folder.root)]
        self.monkeypatch.setattr(sys, "argv", ["local.admin", *arguments, *data])
        main()


@pytest.fixture
def operator(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """An operator at that folder."""
    return Operator(folder, tmp_path / "own.toml", monkeypatch)


def test_the_documents_file_makes_a_register(
    operator: Operator, folder: Folder, written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Entered once or twice, it is in the account's contract, and in no other."""
    operator.put(written)
    operator.put(written)

    assert "5000 contacts" in capsys.readouterr().out
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
    operator: Operator, folder: Folder, written: str, right: str, wrong: str, told: str
) -> None:
    """With the reason, and without what a database or a secret holds."""
    with pytest.raises(SystemExit) as stopped:
        operator.put(written.replace(right, wrong, 1))

    assert "Nothing was entered." in str(stopped.value)
    assert told in str(stopped.value)
    assert "db.example" not in str(stopped.value)
    services = services_of(folder)
    assert services.registers.register("acme_customers") is None
    assert all(each.registers == () for each in services.accounts.all())


def test_a_register_stays_its_accounts_own(
    operator: Operator, folder: Folder, written: str
) -> None:
    """Neither can another account be let in, nor can its register be changed under an old name."""
    operator.put(written)

    with pytest.raises(SystemExit, match="This id is another register's"):
        operator.put(written.replace("Acme Oy", "Other Oy"), account="other")

    register = services_of(folder).registers.register("acme_customers")
    assert register is not None
    assert register.description.name == "Customers of Acme Oy"
