"""Registers are found by id and built from their records."""

import json
from pathlib import Path

import pytest

from leadcloud.registers.catalogue import RegisterCatalogue
from leadcloud.store.interface import Attributes
from leadcloud.wiring import Services
from tests.contacts import register


def test_a_register_is_built_once_and_again_when_its_record_changes(services: Services) -> None:
    """A changed address is felt without a deployment; an unchanged one costs nothing."""
    built: list[Attributes] = []

    def build(name: str, row: Attributes) -> object:
        built.append(row)
        return register(name, [])

    catalogue = RegisterCatalogue(services.store, {"given": build})  # type: ignore[dict-item]
    catalogue.put("first", {"adapter": "given", "base_url": "http://one.invalid"})
    once = catalogue.register("first")

    assert catalogue.register("first") is once
    catalogue.put("first", {"adapter": "given", "base_url": "http://two.invalid"})
    assert catalogue.register("first") is not once
    assert [row["base_url"] for row in built] == ["http://one.invalid", "http://two.invalid"]
    assert catalogue.register("second") is None


@pytest.mark.parametrize(
    "row",
    [
        {"adapter": "directory_api", "manifest": "no_such_manifest"},
        {"adapter": "directory_api", "manifest": "demo_directory_consumers"},
        {"adapter": "own_database", "url_secret": "no_such_secret", "configuration": "{}"},
        {"adapter": "own_database", "url_secret": "no_such_secret", "configuration": "no JSON"},
    ],
)
def test_a_register_that_cannot_be_used_is_none(
    services: Services, capsys: pytest.CaptureFixture[str], row: Attributes
) -> None:
    """A missing manifest, secret or mapping costs its register only, and the operator is told."""
    services.registers.put("broken", row)

    assert services.registers.register("broken") is None
    line = json.loads(capsys.readouterr().out)
    assert (line["message"], line["register"]) == ("REGISTER_MISCONFIGURED", "broken")


def test_what_a_register_is_is_told_without_its_secrets(services: Services) -> None:
    """Who predicts ages has nothing that lets in to a register; it is made once as well."""
    services.registers.put(
        "directory", {"adapter": "directory_api", "manifest": "demo_directory_consumers"}
    )

    found = services.registers.described("directory").answer(services.store)

    assert found is not None
    assert (found.id, found.kind) == ("demo_directory_consumers", "consumer")
    assert services.registers.described("directory").answer(services.store) is found
    assert services.registers.described("none").answer(services.store) is None


@pytest.mark.parametrize(
    "row",
    [
        {"adapter": "directory_api", "manifest": "no_such_manifest"},
        {"adapter": "own_database", "url_secret": "no_such_secret", "configuration": "no JSON"},
    ],
)
def test_a_register_of_which_nothing_can_be_told_is_none(
    services: Services, capsys: pytest.CaptureFixture[str], row: Attributes
) -> None:
    """The operator is told, as where it cannot be built."""
    services.registers.put("broken", row)

    assert services.registers.described("broken").answer(services.store) is None
    assert json.loads(capsys.readouterr().out)["message"] == "REGISTER_MISCONFIGURED"


def test_the_shipped_manifests_are_there() -> None:
    """The catalogue's records name manifests by file."""
    import leadcloud.registers

    folder = Path(leadcloud.registers.__file__).parent / "manifests"
    assert {path.stem for path in folder.glob("*.toml")} >= {
        "demo_directory_consumers",
        "demo_directory_decision_makers",
        "ytj_companies",
    }
