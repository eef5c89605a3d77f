"""The composition root: from settings to collaborators. Nothing else knows where the code runs.

Every collaborator is made when it is first asked for, so that a function pays at its start only
for what it uses.
"""

import gc
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache, cached_property
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from leadcloud.accounts.account_book import AccountBook
from leadcloud.accounts.billing import Billing
from leadcloud.accounts.brake import Brake
from leadcloud.accounts.contact_person import ContactPersons
from leadcloud.accounts.doorkeeper import Doorkeeper
from leadcloud.accounts.key import KeyRing
from leadcloud.accounts.ledger import Ledger
from leadcloud.accounts.settlement import Settlements
from leadcloud.ages.model import AgeModels
from leadcloud.anchors import Anchors, FileAnchors, S3Anchors
from leadcloud.audit import AuditTrail
from leadcloud.aws import aws_client
from leadcloud.buildings.building_file import BuildingFile
from leadcloud.buildings.facts import CurrentNeighbourhoods
from leadcloud.clock import Clock, SystemClock
from leadcloud.codes.postal_codes import PostalCodeList
from leadcloud.controllers import Channel, ControllerBook, ControllerKeys
from leadcloud.data_key import DataKeys, KmsDataKeys, SecretDataKeys
from leadcloud.events import keep_libraries_quiet
from leadcloud.exchange import Exchange, ExchangeRefused, FolderExchange, S3Exchange
from leadcloud.executions import Executions, StepFunctionsExecutions, StoredExecutions
from leadcloud.forwarding.destination import Destinations, system_resolve
from leadcloud.forwarding.email import EmailForwarder
from leadcloud.forwarding.interface import Forwarder
from leadcloud.forwarding.manual import ManualForwarder
from leadcloud.forwarding.opendsr import OpenDsrForwarder
from leadcloud.forwarding.outbound import post
from leadcloud.forwarding.signed_post import SignedPost
from leadcloud.forwarding.webhook import WebhookForwarder
from leadcloud.lead_reference import LeadReferences
from leadcloud.mail import Mailer, SesMailer, SmtpMailer
from leadcloud.own_register import OwnRegister
from leadcloud.prohibitions import Prohibitions
from leadcloud.provenance import Provenance
from leadcloud.registers.catalogue import RegisterCatalogue
from leadcloud.registers.policy import RegisterPolicies
from leadcloud.registers.workshop import RegisterWorkshop
from leadcloud.seal import Sealer
from leadcloud.secrets import Secrets
from leadcloud.settings import Settings, SettingsError
from leadcloud.store.interface import Store
from leadcloud.text_message import AwsTexter, HttpTexter, Texter

if TYPE_CHECKING:
    from leadcloud.metering.interface import Sink

SOURCE_THREADS = 64
"""Sources being read at once in one process; a Lambda needs one search's, the local server many."""


class Services:
    """What the functions work with.

    A collaborator whose setting names no adapter raises SettingsError when it is first asked for.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.random_bytes = random_bytes

    @cached_property
    def store(self) -> Store:
        """The service's own records."""
        kind, _, place = self.settings.store.partition(":")
        if kind == "sqlite":
            from leadcloud.store.sqlite import SqliteStore

            return SqliteStore(Path(place), self.clock)
        if kind == "dynamodb":
            from leadcloud.store.dynamodb import DynamoDbStore

            client = aws_client("dynamodb")
            return DynamoDbStore(place, client, self.clock, random=SystemRandom())
        raise SettingsError("LEADCLOUD_STORE names no store")

    @cached_property
    def secrets(self) -> Secrets:
        """The service's own secrets."""
        return _secrets_at(self.settings.secrets)

    @cached_property
    def register_secrets(self) -> Secrets:
        """What registers let us in with."""
        return _secrets_at(self.settings.register_secrets)

    @cached_property
    def accounts(self) -> AccountBook:
        """The accounts."""
        return AccountBook(self.store, self.audit)

    @cached_property
    def keys(self) -> KeyRing:
        """The accounts' keys."""
        return KeyRing(
            self.store,
            self.audit,
            pepper=self.secrets["key_pepper"],
            clock=self.clock,
            random_bytes=self.random_bytes,
        )

    @cached_property
    def doorkeeper(self) -> Doorkeeper:
        """Recognises callers."""
        return Doorkeeper(self.keys, self.accounts, clock=self.clock, later=self.executor.submit)

    @cached_property
    def billing(self) -> Billing:
        """Reserves and settles what searches cost, once for each Idempotency-Key."""
        return Billing(
            self.store,
            self.clock,
            secret=self.secrets["idempotency"],
            settlements=Settlements(self.store, self.clock, random=SystemRandom()),
        )

    @cached_property
    def ledger(self) -> Ledger:
        """Books what is not a search."""
        return Ledger(self.store, self.clock)

    @cached_property
    def contact_persons(self) -> ContactPersons:
        """The accounts' contact persons."""
        return ContactPersons(
            self.store,
            self.audit,
            keys=self.data_keys,
            own_register=self.own_register,
            random_bytes=self.random_bytes,
        )

    @cached_property
    def own_register(self) -> OwnRegister:
        """Who is in the register of which we are the controller."""
        return OwnRegister(self.store, self.secrets["subject_requests"])

    @cached_property
    def brake(self) -> Brake:
        """Stops callers that ask too often."""
        return Brake(self.store, self.clock)

    @cached_property
    def sealer(self) -> Sealer:
        """Seals what callers carry for us."""
        return Sealer.from_text(self.secrets["seal_keys"], self.random_bytes)

    @cached_property
    def buildings(self) -> BuildingFile:
        """The building database."""
        return BuildingFile(self.settings.buildings, self.clock)

    @cached_property
    def neighbourhoods(self) -> CurrentNeighbourhoods:
        """What may be known of the buildings in which contacts live."""
        return CurrentNeighbourhoods(self.buildings, self.clock)

    @cached_property
    def provenance(self) -> Provenance:
        """Seals what a delivery was."""
        return Provenance(bytes.fromhex(self.secrets["provenance"]))

    @cached_property
    def lead_references(self) -> LeadReferences:
        """The codes of deliveries."""
        return LeadReferences(self.store, self.random_bytes)

    @cached_property
    def audit(self) -> AuditTrail:
        """The trail of what was done."""
        return AuditTrail(self.store, self.clock)

    @cached_property
    def anchors(self) -> Anchors:
        """Where the roots of the trail go."""
        kind, _, place = self.settings.anchors.partition(":")
        if kind == "file":
            return FileAnchors(Path(place))
        if kind == "s3":
            return S3Anchors(aws_client("s3"), place)
        raise SettingsError("LEADCLOUD_ANCHORS names no place for anchors")

    def exchange(self, account_id: str, job_id: str) -> Exchange:
        """Where an account lays its register for one job, and gets the outcome.

        Raises:
            ExchangeRefused: The account has no such place, or the job's id is none.
        """
        kind, _, place = self.settings.exchanges.get(account_id, "").partition(":")
        if kind == "file":
            return FolderExchange(Path(place), job_id)
        if kind == "s3":
            return S3Exchange(self._s3, place, job_id)
        raise ExchangeRefused

    @cached_property
    def _s3(self) -> Any:
        return aws_client("s3")

    @cached_property
    def data_keys(self) -> DataKeys:
        """Makes and unwraps the keys of what is forgotten one day."""
        kind, _, place = self.settings.data_keys.partition(":")
        if kind == "secret":
            return SecretDataKeys(self.secrets["data_keys"], self.random_bytes)
        if kind == "kms":
            return KmsDataKeys(aws_client("kms"), place)
        raise SettingsError("LEADCLOUD_DATA_KEYS names no kind of data keys")

    @cached_property
    def executions(self) -> Executions:
        """Starts and answers executions of the workflow."""
        kind, _, place = self.settings.executions.partition(":")
        if kind == "store":
            return StoredExecutions(self.store, self.clock)
        if kind == "stepfunctions":
            return StepFunctionsExecutions(aws_client("stepfunctions"), place)
        raise SettingsError("LEADCLOUD_EXECUTIONS names no kind of executions")

    @cached_property
    def mailer(self) -> Mailer:
        """Hands mails over."""
        kind, _, place = self.settings.mail.partition(":")
        if kind == "smtp":
            host, _, port = place.rpartition(":")
            return SmtpMailer(host, int(port), self.settings.mail_sender)
        if kind == "ses":
            return SesMailer(aws_client("sesv2"), self.settings.mail_sender)
        raise SettingsError("LEADCLOUD_MAIL names no way to send mail")

    @cached_property
    def texter(self) -> Texter | None:
        """Hands text messages over; None where the deployment sends none."""
        kind, _, place = self.settings.texts.partition(":")
        if kind == "http":
            return HttpTexter(
                place, self.secrets["text_provider"], destinations=self.destinations, post=post
            )
        if kind == "aws":
            return AwsTexter(aws_client("pinpoint-sms-voice-v2"), place)
        if kind:
            raise SettingsError("LEADCLOUD_TEXTS names no way to send text messages")
        return None

    def metering_sink(self, setting: str) -> "Sink | None":
        """Return who is told what was used, as a setting names it; None for nobody."""
        kind, _, place = setting.partition(":")
        if kind == "http":
            from leadcloud.metering.cloud_events import HttpSink

            token = self.secrets["metering_sink"]
            return HttpSink(place, token, destinations=self.destinations, post=post)
        if kind == "file":
            from leadcloud.metering.cloud_events import FileSink

            return FileSink(Path(place))
        if kind == "marketplace":
            from leadcloud.metering.marketplace import Buyers, MarketplaceSink

            return MarketplaceSink(aws_client("meteringmarketplace"), Buyers(self.store))
        if setting:
            raise SettingsError("LEADCLOUD_METERING names nobody who can be told")
        return None

    @cached_property
    def destinations(self) -> Destinations:
        """Checks the addresses of controllers."""
        return Destinations(system_resolve, self.settings.exempt_destinations)

    @cached_property
    def controllers(self) -> ControllerBook:
        """The register of controllers."""
        return ControllerBook(self.store, self.destinations.find)

    @cached_property
    def controller_keys(self) -> ControllerKeys:
        """The controllers' signing keys."""
        return ControllerKeys(self.secrets["controller_keys"])

    @cached_property
    def signed_post(self) -> SignedPost:
        """Posts what controllers can verify."""
        return SignedPost(keys=self.controller_keys, clock=self.clock, post=post)

    @cached_property
    def forwarders(self) -> Mapping[Channel, Forwarder]:
        """The ways to a controller."""
        return {
            "webhook": WebhookForwarder(self.destinations, self.signed_post),
            "opendsr": OpenDsrForwarder(self.destinations, self.signed_post),
            "email": EmailForwarder(self.mailer),
            "manual": ManualForwarder(self.store, self.clock),
        }

    @cached_property
    def ages(self) -> AgeModels:
        """The age tables."""
        return AgeModels(self.settings.data / "ages")

    @cached_property
    def executor(self) -> Executor:
        """Threads in which sources are read."""
        return ThreadPoolExecutor(SOURCE_THREADS, thread_name_prefix="source")

    @cached_property
    def registers(self) -> RegisterCatalogue:
        """The registers of other parties."""
        return RegisterCatalogue(self.store, self.workshop.adapters, self.workshop.describe)

    @cached_property
    def workshop(self) -> RegisterWorkshop:
        """Builds registers from their records."""
        return RegisterWorkshop(self.store, self.clock, lambda: self.register_secrets)

    @cached_property
    def policies(self) -> RegisterPolicies:
        """What is switched off at registers."""
        return RegisterPolicies(self.store, self.audit)

    @cached_property
    def postal_codes(self) -> PostalCodeList:
        """The postal codes that exist, where they are known."""
        return PostalCodeList(self.store)

    @cached_property
    def prohibitions(self) -> Prohibitions:
        """Who may not be called, whatever a register says."""
        return Prohibitions(
            self.store,
            self.clock,
            secret=self.secrets["suppression"],
            random_bytes=self.random_bytes,
        )


def _secrets_at(setting: str) -> Secrets:
    kind, _, place = setting.partition(":")
    if kind == "file":
        return Secrets.from_file(Path(place))
    if kind == "secretsmanager":
        client = aws_client("secretsmanager")
        return Secrets.read_by(lambda: client.get_secret_value(SecretId=place)["SecretString"])
    raise SettingsError("LEADCLOUD_SECRETS names no place for secrets")


@cache
def services() -> Services:
    """Return the services of this process, as its environment sets them up."""
    # What was imported stays. Each full collection, one in some two hundred searches, would look
    # through all of it again, which takes forty milliseconds.
    gc.freeze()
    keep_libraries_quiet()
    return Services(Settings.from_environment())
