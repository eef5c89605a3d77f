"""The whole service, deployed from its own templates on an emulator of AWS.

Only the layers differ from what is deployed for real: they are installed for the interpreter and
the processor of this machine, on which the emulator runs the functions. And the collector is told to
collect invented buildings.
"""

import io
import json
import platform
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import pytest

from leadcloud.audit import AuditTrail
from leadcloud.clock import SetClock, SystemClock
from leadcloud.controllers import ControllerEntry
from leadcloud.prohibitions import PUBLIC
from leadcloud.settings import Settings
from leadcloud.store.dynamodb import DynamoDbStore
from leadcloud.wiring import Services
from local.admin.canary import open_canary
from local.demo import register_demo, seed
from local.demo_database import create_demo_database
from local.folder import Folder, draw_secrets
from local.synthetic_buildings import ensure_buildings
from tests.infra.deployment import Deployment, deployment_of, name_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REPOSITORY = Path(__file__).parents[2]
ACCOUNT, REGION = "000000000000", "eu-north-1"
ASSETS = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
"""The bucket that bootstrapping an account makes."""
EXCHANGE = "register.emulated.example"
"""The demo customer's own bucket."""
FORBIDDEN = "+358457000001"
"""Whom nobody may call."""
NOBODY = "http://127.0.0.1:9"
"""Where no directory provider listens."""


BUYER = ControllerEntry(
    id="demo_customer",
    name="Demo customer (synthetic)",
    role="buyer",
    channel="email",
    privacy_email="privacy@demo-customer.example",
    contract="demo",
    contract_from=date(2026, 1, 1),
    url=None,
    broadcasts="none",
    categories=("searching and delivering contacts for telemarketing",),
    language="fi",
)
"""Who is responsible for what the demo customer searched."""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """The deployed service."""

    api: httpx.Client
    keys: dict[str, str]
    """The demo accounts' keys, as in demo.json."""
    emulator: "Emulator"
    deployment: Deployment
    """What was deployed."""

    def log_lines(self) -> Iterator[str]:
        """Yield what the functions have logged."""
        logs = self.emulator.client("logs")
        for group in logs.describe_log_groups()["logGroups"]:
            found = logs.filter_log_events(logGroupName=group["logGroupName"])
            yield from (event["message"] for event in found["events"])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Look at what was asked for when everything that asks has run."""
    items.sort(key=lambda item: item.path.name == "test_rights_are_used.py")


@pytest.fixture(scope="session")
def deployed(
    cdk: None, ministack: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    """Deploy the service, fill in its secret, and give it the demo's accounts and registers."""
    emulator = Emulator(ministack)
    ensure_buildings(REPOSITORY / "layers" / "data" / "buildings.sqlite")
    assembly = _synthesised(tmp_path_factory.mktemp("cdk"))
    emulator.deploy(assembly)
    outputs = emulator.outputs
    emulator.tell_functions(_unpacked(assembly))
    folder = Folder(tmp_path_factory.mktemp("state"))
    create_demo_database(folder.root)
    secrets = draw_secrets(folder)
    of_registers = {name for name in secrets if name.startswith("demo_")}
    services = _services(folder, outputs["TableName"], emulator.client("dynamodb"))
    canary_key = open_canary(services)
    services.controllers.put(BUYER)
    services.prohibitions.load(PUBLIC, [FORBIDDEN])
    _note_something_of_yesterday(services)
    for output, names in {
        "RegisterSecretArn": of_registers,
        "SecretArn": secrets.keys() - of_registers,
    }.items():
        emulator.fill(outputs[output], {name: secrets[name] for name in names})
    emulator.fill(outputs["CanarySecretArn"], {"canary_key": canary_key})
    host, _, stage = outputs["BaseUrl"].removeprefix("https://").partition("/")
    api_id = host.split(".")[0]
    # What the name that AWS gives leads to, where there is nothing but this machine's address.
    emulator.tell_functions(
        {"LEADCLOUD_BASE_URL": f"{ministack}/restapis/{api_id}/{stage}/_user_request_"}
    )
    with httpx.Client(
        base_url=f"{ministack}/{stage}",
        headers={"Host": f"{api_id}.execute-api.{ministack.removeprefix('http://')}"},
        timeout=60,  # of a first call; the interpreter starts then
    ) as api:
        yield Deployed(
            api=api,
            keys=seed(folder, services),
            emulator=emulator,
            deployment=deployment_of(assembly, "Emulated", ("Data", "Service", "WholeRegister")),
        )


@pytest.fixture(autouse=True)
def told_of_failures(deployed: Deployed) -> Iterator[None]:
    """Show with a failing test what the functions have logged."""
    yield
    print("\n".join(deployed.log_lines()))  # noqa: T201 shown where the test fails


class Emulator:
    """What deploying needs of AWS."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.outputs: dict[str, str] = {}
        """Of all stacks, once they are there."""

    def client(self, service: str) -> Any:
        """Return a client of a service."""
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="testing",
        )

    def deploy(self, assembly: Path) -> None:
        """Create the stacks, as the CDK's CLI would."""
        self.client("ssm").put_parameter(
            Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String"
        )
        bucket = self.client("s3")
        bucket.create_bucket(
            Bucket=ASSETS, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        for asset in assembly.glob("asset.*"):
            key = f"{asset.name.removeprefix('asset.')}.zip"
            bucket.put_object(Bucket=ASSETS, Key=key, Body=_archive(asset))
        for template in sorted(assembly.glob("*.template.json")):  # Data before Service
            if template.name.endswith("Cost.template.json"):
                continue  # the emulator bills nobody
            bucket.put_object(Bucket=ASSETS, Key=template.name, Body=template.read_bytes())
            self.outputs |= self._create(template.name)

    def fill(self, secret: str, values: dict[str, str]) -> None:
        """Fill in a secret, as the operator does."""
        self.client("secretsmanager").put_secret_value(
            SecretId=secret, SecretString=json.dumps(values)
        )

    def call(self, function: str, event: dict[str, str]) -> None:
        """Call a function, as a schedule does; it is named as in infra/needs.py."""
        name = self._configuration(function)["FunctionName"]
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        assert "FunctionError" not in answer, answer["Payload"].read()

    def send(self, function: str, event: dict[str, str]) -> None:
        """Call a function without waiting for it, as EventBridge does."""
        name = self._configuration(function)["FunctionName"]
        self.client("lambda").invoke(
            FunctionName=name, InvocationType="Event", Payload=json.dumps(event)
        )

    @contextmanager
    def telling(self, function: str, variables: dict[str, str]) -> Iterator[None]:
        """Tell one function something else for a while."""
        found = self._configuration(function)
        known, name = found["Environment"]["Variables"], found["FunctionName"]
        tell = self.client("lambda").update_function_configuration
        tell(FunctionName=name, Environment={"Variables": known | variables})
        try:
            yield
        finally:
            tell(FunctionName=name, Environment={"Variables": known})

    def variables(self, function: str) -> dict[str, str]:
        """Return what a function is told."""
        found: dict[str, str] = self._configuration(function)["Environment"]["Variables"]
        return found

    def _configuration(self, function: str) -> Any:
        (found,) = (
            each
            for each in self.client("lambda").list_functions()["Functions"]
            if name_of({"Properties": each}) == function
        )
        return found

    def tell_functions(self, variables: dict[str, str]) -> None:
        """Set variables of every function: the emulator unpacks layers anywhere but in /opt.

        The functions' requests to AWS tell the name of the function.
        """
        functions = self.client("lambda")
        for each in functions.list_functions()["Functions"]:
            known = each["Environment"]["Variables"]
            own = {"AWS_SDK_UA_APP_ID": name_of({"Properties": each})}
            functions.update_function_configuration(
                FunctionName=each["FunctionName"],
                Environment={"Variables": known | own | variables},
            )

    def _create(self, template: str) -> dict[str, str]:
        stacks, name = self.client("cloudformation"), template.split(".", maxsplit=1)[0]
        stacks.create_stack(
            StackName=name,
            TemplateURL=f"{self.endpoint}/{ASSETS}/{template}",
            Capabilities=["CAPABILITY_IAM"],
        )
        for _ in range(600):
            (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
            if not stack["StackStatus"].endswith("IN_PROGRESS"):
                break
            time.sleep(0.1)
        events = stacks.describe_stack_events(StackName=name)["StackEvents"]
        failed = [
            each["ResourceStatusReason"]
            for each in events
            if each["ResourceStatus"] == "CREATE_FAILED"
        ]
        assert stack["StackStatus"] == "CREATE_COMPLETE", failed
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}


def _synthesised(folder: Path) -> Path:
    from aws_cdk.aws_logs import RetentionDays
    from aws_cdk.aws_s3 import ObjectLockMode

    from app import build
    from infra.packages import Target
    from infra.stages import Exchange, Stage

    here = Target(
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        platform=f"{platform.machine()}-manylinux_2_28",
        bytecode=False,
    )
    stage = Stage(
        name="Emulated",
        requests_per_second=100,
        burst=200,
        log_retention=RetentionDays.ONE_DAY,
        domain=None,
        mail_domain="emulated.leadcloud.example",
        operators="operators@emulated.leadcloud.example",
        monthly_budget=1,
        anchors=ObjectLockMode.GOVERNANCE,
        protected=False,
        collection="synthetic",  # no server of open data is asked from here
        exchanges=(Exchange(account_id="demo_customer", bucket=EXCHANGE, owner=ACCOUNT),),
        target=here,
    )
    build(str(folder), [stage]).synth()
    return folder


def _unpacked(assembly: Path) -> dict[str, str]:
    """Return where the read-only data of the layers lies, by the variable that tells of it."""
    (documents,) = assembly.glob("asset.*/docs")
    (ages,) = assembly.glob("asset.*/layers/data/ages")
    (release,) = assembly.glob("asset.*/layers/data/buildings.sqlite")
    return {
        "LEADCLOUD_DOCUMENTS": str(documents),
        "LEADCLOUD_DATA": str(ages.parent),
        "LEADCLOUD_BUILDINGS": str(release),
    }


def _note_something_of_yesterday(services: Services) -> None:
    """Put an event into the audit trail of a day that is over, so that there is one to anchor."""
    yesterday = SetClock(services.clock.now() - timedelta(days=1))
    AuditTrail(services.store, yesterday).append("emulated", "noted", {})


def _archive(folder: Path) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for path in folder.rglob("*"):
            opened.write(path, path.relative_to(folder))
    return archive.getvalue()


def _services(folder: Folder, table: str, client: "DynamoDBClient") -> Services:
    """Return what an operator works with on the deployed table."""
    variables = {
        "LEADCLOUD_STORE": f"dynamodb:{table}",
        "LEADCLOUD_SECRETS": f"file:{folder.secrets}",
    }
    services = Services(Settings.from_environment(variables))
    services.store = DynamoDbStore(table, client, SystemClock(), random=SystemRandom())
    register_demo(services, NOBODY)
    return services
