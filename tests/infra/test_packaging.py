"""What is deployed: the functions' assets and the layers."""

import errno
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from benchmarks import cold_start
from tests.infra.deployment import Deployment, listed

MOST_BYTES = 60_000_000
MOST_WITH_RELEASE = 250_000_000
"""Source: AWS, "Lambda quotas": a function and its layers, unzipped."""
RELEASE = "layers/data/buildings.sqlite"
REPOSITORY = Path(__file__).parents[2]
BYTECODE_3_13 = (3571).to_bytes(2, "little") + b"\r\n"
"""Source: CPython, Include/internal/pycore_magic_number.h."""
ELF_AARCH64 = 0xB7
"""Source: ELF for the Arm 64-bit Architecture, e_machine."""
NOT_CALLED = {"cloudwatch", "lambda", "logs", "sqs", "xray"}
"""What the runtime, Lambda itself, Step Functions and CodeDeploy do; no function's code does."""
BOTO3 = {
    "aws-marketplace": "meteringmarketplace",
    "ses": "sesv2",
    "sms-voice": "pinpoint-sms-voice-v2",
    "states": "stepfunctions",
}
"""Its names of services that rights name otherwise."""


def files(folder: Path) -> dict[str, Path]:
    """Return the files of a folder by their path in it."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path for path in found}


def test_a_function_and_its_layers_are_small(deployment: Deployment) -> None:
    """At most 60 MB unzipped, what a cold start loads; the building database is read page by page."""
    for name, function in deployment.functions().items():
        folders = [deployment.asset(function), *deployment.layers(function)]
        sizes = {
            within: path.stat().st_size
            for folder in folders
            for within, path in files(folder).items()
        }
        release = sizes.pop(RELEASE, 0)
        assert sum(sizes.values()) <= MOST_BYTES, f"{name} has {sum(sizes.values()):,} bytes"
        assert sum(sizes.values()) + release <= MOST_WITH_RELEASE


def test_the_bench_counts_as_this_does(deployment: Deployment) -> None:
    """What it holds against the same 60 MB is what a cold start loads, without the building database."""
    told = {figure.name: figure.value for figure in cold_start.sizes()}
    for name, function in deployment.functions().items():
        if "." in name:
            continue
        found = (
            path.stat().st_size
            for folder in (deployment.asset(function), *deployment.layers(function))
            for within, path in files(folder).items()
            if within != RELEASE
        )
        assert told[f"{name} and its layers"] == pytest.approx(sum(found) / 1e6, rel=0.02), name


def test_whoever_asks_about_buildings_has_the_building_database(deployment: Deployment) -> None:
    """The look-up and the search carry the release that was collected, and nobody else does."""
    carrying = {
        name
        for name, function in deployment.functions().items()
        if any(RELEASE in files(layer) for layer in deployment.layers(function))
    }
    assert carrying == {"buildings", "search"}
    # Lambda takes five layers, none of them empty.
    for function in deployment.functions().values():
        assert len(deployment.layers(function)) <= 5
        assert all(files(layer) for layer in deployment.layers(function))


def test_an_asset_holds_its_own_function_only(deployment: Deployment) -> None:
    """Nothing of the others, and nothing that lies about; the collector's has what it calls, too."""
    for name, function in deployment.functions().items():
        folder = name.split(".")[0]
        own = REPOSITORY / "functions" / folder
        folders = {f"functions/{folder}": own}
        if name == "collector":
            folders["collect"] = REPOSITORY / "collect"
        expected = {"functions/__init__.py"} | {
            f"{there}/{path}"
            for there, lies in folders.items()
            for path in files(lies)
            if "__pycache__" not in path
        }
        assert set(files(deployment.asset(function))) == expected


def test_the_core_layer_holds_every_shared_module(deployment: Deployment) -> None:
    """Each module is there, compiled, and so is what lies beside the modules."""
    core = REPOSITORY / "layers" / "core"
    expected = {re.sub(r"\.py$", ".pyc", path) for path in files(core) if "__pycache__" not in path}
    for function in deployment.functions().values():
        assert expected in [set(files(layer)) for layer in deployment.layers(function)]


def test_the_data_layer_holds_the_documents(deployment: Deployment) -> None:
    """The OpenAPI document lies where the functions are told to look for it."""
    for function in deployment.functions().values():
        place = function["Properties"]["Environment"]["Variables"]["LEADCLOUD_DOCUMENTS"]
        within = f"{place.removeprefix('/opt/')}/openapi.json"
        assert any(within in files(layer) for layer in deployment.layers(function))


def test_every_module_of_a_layer_is_compiled_for_the_runtime(deployment: Deployment) -> None:
    """There is bytecode of 3.13 and no source: a cold start compiles nothing."""
    for function in deployment.functions().values():
        for layer in deployment.layers(function):
            modules = list(layer.rglob("*.pyc"))
            assert not list(layer.rglob("*.py"))
            assert all(module.read_bytes().startswith(BYTECODE_3_13) for module in modules)


def test_what_is_native_is_for_the_processor(deployment: Deployment) -> None:
    """Every shared library is one of arm64."""
    for function in deployment.functions().values():
        libraries = [
            path
            for layer in deployment.layers(function)
            for path in layer.rglob("*.so*")
            if path.read_bytes().startswith(b"\x7fELF")
        ]
        assert libraries
        assert {path.read_bytes()[18] for path in libraries} == {ELF_AARCH64}


def test_boto3_knows_the_services_that_functions_may_use(deployment: Deployment) -> None:
    """It is cut down to what the rights name, and not further."""
    used = {
        action.split(":")[0]
        for _, statement in deployment.statements()
        for action in listed(statement["Action"])
    } - NOT_CALLED
    used = {BOTO3.get(service, service) for service in used}
    for function in deployment.functions().values():
        known = {
            path.parents[1].name
            for layer in deployment.layers(function)
            for path in layer.glob("python/botocore/data/*/*/service-2.json*")
        }
        assert used <= known
        assert len(known) < 10


def test_an_asset_works_without_the_repository(deployment: Deployment, tmp_path: Path) -> None:
    """A handler imports nothing of another function's."""
    for function in deployment.functions().values():
        asset = deployment.asset(function)
        module = function["Properties"]["Handler"].removesuffix(".lambda_handler")
        script = (
            f"import functions, {module} as module\n"
            "print(functions.__path__[0], callable(module.lambda_handler))"
        )
        done = subprocess.run(
            [sys.executable, "-B", "-c", script],
            cwd=tmp_path,
            env={"PYTHONPATH": str(asset), "PATH": os.defpath},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.split() == [str(asset / "functions"), "True"], done.stderr


def test_every_dependency_is_in_one_layer(cdk: None) -> None:
    """What a Lambda needs by pyproject.toml, it gets, and no function gets it twice."""
    from infra.packages import PACKAGES

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    needed = [re.split(r"[\[<>=!~]", each)[0] for each in project["dependencies"]]
    assert sorted(name for names in PACKAGES.values() for name in names) == sorted(needed)


def test_the_collectors_layer_is_its_group(deployment: Deployment) -> None:
    """What pyproject.toml names for collecting, and no package that another of its layers has."""
    groups = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["dependency-groups"]
    needed = {re.split(r"[<>=]", each)[0] for each in groups["collect"]}
    found = [
        {re.split(r"-\d", path.name)[0] for path in layer.glob("python/*.dist-info")}
        for layer in deployment.layers(deployment.functions()["collector"])
    ]
    assert needed in found
    assert sum(map(len, found)) == len(set().union(*found))


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["core", "registers"])
def test_the_same_input_gives_the_same_layer(cdk: None, layer: str, tmp_path: Path) -> None:
    """A layer that is built elsewhere has the same name and the same files, byte for byte."""
    from infra.content import core_folder, package_folder
    from infra.packages import LAMBDA

    def built(**under: Path) -> Path:
        if layer == "core":
            return core_folder(LAMBDA, **under)
        return package_folder(layer, LAMBDA, **under)

    def digests(folder: Path) -> dict[str, str]:
        return {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in files(folder).items()
        }

    here, elsewhere = built(), built(under=tmp_path)
    assert here != elsewhere
    assert here.name == elsewhere.name
    assert digests(here) == digests(elsewhere)


def test_a_broken_build_does_not_count(cdk: None, tmp_path: Path) -> None:
    """What was broken off is built again, not deployed."""
    from infra import content
    from infra.packages import LAMBDA

    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        content._built(tmp_path / "layer", LAMBDA, content=b"", fill=fail)
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_the_compiler_names_no_place(cdk: None) -> None:
    """package-lock.json pins by version and hash, whichever registry is at hand."""
    lock = json.loads((REPOSITORY / "package-lock.json").read_text())
    for name, package in lock["packages"].items():
        assert "resolved" not in package
        assert not name or package["integrity"]
