"""The only reader of the environment. Typed, frozen, read once by whoever wires the service."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_LONGEST_SEARCH = 25
"""Seconds. API Gateway ends every request after 29."""


class SettingsError(Exception):
    """A setting is missing or unusable; the message names the variable, never its value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How this process is to run."""

    store: str
    """`sqlite:PATH` or `dynamodb:TABLE`."""
    secrets: str
    """`file:PATH` or `secretsmanager:NAME`: a JSON object of names to secrets."""
    register_secrets: str
    """Where registers' credentials are, by the names that their records have; with the service's
    own secrets where nothing else is said."""
    documents: Path
    """Folder of the read-only documents that the public pages serve."""
    data: Path
    """Folder of the read-only artefacts: age tables, building database."""
    buildings: Path
    """The building database; `buildings.sqlite` among the artefacts where nothing else is said."""
    search_deadline: float
    """Seconds that a search waits for its registers."""
    base_url: str
    """Of the public pages as the outside sees them, without a slash at its end."""
    mail: str
    """`smtp:HOST:PORT` or `ses:`."""
    mail_sender: str
    texts: str
    """`http:URL` of a provider, `aws:IDENTITY` of AWS End User Messaging; empty for none, so that
    operators tell whoever gave a telephone number only."""
    privacy_contact: str
    """Where data subjects reach us besides the form: shown on the public pages."""
    executions: str
    """`store:`, carried out by the local runner, or `stepfunctions:ARN`."""
    data_keys: str
    """`secret:` or `kms:KEY`."""
    anchors: str
    """`file:PATH` or `s3:BUCKET`: where the roots of the audit trail go."""
    exchanges: Mapping[str, str]
    """Account to `file:FOLDER` or `s3:BUCKET`: where it lays its register for jobs on the whole."""
    releases: str
    """`s3:BUCKET`: where the collector puts releases of the building database."""
    collection: str
    """`SOURCE,SOURCE:MUNICIPALITY`: what it collects, the most trusted source first."""
    exempt_destinations: frozenset[str]
    """`host:port` of a demo's own controllers, which no rule on addresses applies to."""
    metering: str
    """Who is told every hour what was used: `marketplace:`, `http:URL` of a service that takes
    CloudEvents, `file:PATH`; empty for nobody."""
    filings_an_hour: int
    """Subject requests from one network."""
    usage_keys: str
    """How the gateway's keys begin under which its usage plans count; empty where there are none."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings.

        Raises:
            SettingsError: A variable is missing or unusable.
        """
        variables = os.environ if environment is None else environment
        data = _folder(variables, "LEADCLOUD_DATA", "layers/data")
        return cls(
            store=_required(variables, "LEADCLOUD_STORE"),
            secrets=_required(variables, "LEADCLOUD_SECRETS"),
            register_secrets=variables.get(
                "LEADCLOUD_REGISTER_SECRETS", variables.get("LEADCLOUD_SECRETS", "")
            ),
            documents=_folder(variables, "LEADCLOUD_DOCUMENTS", "docs"),
            data=data,
            buildings=Path(variables.get("LEADCLOUD_BUILDINGS", data / "buildings.sqlite")),
            search_deadline=_seconds(variables, "LEADCLOUD_SEARCH_DEADLINE", "2.5"),
            base_url=variables.get("LEADCLOUD_BASE_URL", "").rstrip("/"),
            mail=variables.get("LEADCLOUD_MAIL", ""),
            mail_sender=variables.get("LEADCLOUD_MAIL_SENDER", ""),
            texts=variables.get("LEADCLOUD_TEXTS", ""),
            privacy_contact=variables.get("LEADCLOUD_PRIVACY_CONTACT", ""),
            executions=variables.get("LEADCLOUD_EXECUTIONS", "store:"),
            data_keys=variables.get("LEADCLOUD_DATA_KEYS", "secret:"),
            anchors=variables.get("LEADCLOUD_ANCHORS", ""),
            exchanges=_exchanges(variables.get("LEADCLOUD_EXCHANGES", "")),
            releases=variables.get("LEADCLOUD_RELEASES", ""),
            collection=variables.get("LEADCLOUD_COLLECTION", ""),
            exempt_destinations=frozenset(
                variables.get("LEADCLOUD_EXEMPT_DESTINATIONS", "").split()
            ),
            metering=variables.get("LEADCLOUD_METERING", ""),
            filings_an_hour=_count(variables, "LEADCLOUD_FILINGS_AN_HOUR", "600"),
            usage_keys=variables.get("LEADCLOUD_USAGE_KEYS", ""),
        )


def _required(variables: Mapping[str, str], name: str) -> str:
    try:
        return variables[name]
    except KeyError:
        raise SettingsError(f"{name} is not set") from None


def _folder(variables: Mapping[str, str], name: str, in_repository: str) -> Path:
    if name in variables:
        return Path(variables[name])
    # In a Lambda this file lies at /opt/python/leadcloud, with no repository above it.
    return Path(__file__).parents[4] / in_repository


def trace_id() -> str:
    """Return by which id AWS X-Ray knows what Lambda is answering now; nothing elsewhere.

    Not a setting: it is another for each request.
    """
    return os.environ.get("_X_AMZN_TRACE_ID", "").partition(";")[0].removeprefix("Root=")


def _exchanges(text: str) -> Mapping[str, str]:
    """Read `account=s3:bucket`, with blanks between several."""
    pairs = [pair.partition("=") for pair in text.split()]
    if not all(account and place for account, _, place in pairs):
        raise SettingsError("LEADCLOUD_EXCHANGES is not a list of accounts and places")
    return {account: place for account, _, place in pairs}


def _count(variables: Mapping[str, str], name: str, default: str) -> int:
    text = variables.get(name, default)
    if not (text.isascii() and text.isdigit()):
        raise SettingsError(f"{name} is not a whole number")
    return int(text)


def _seconds(variables: Mapping[str, str], name: str, default: str) -> float:
    try:
        seconds = float(variables.get(name, default))
    except ValueError:
        raise SettingsError(f"{name} is not a number of seconds") from None
    if not 0 < seconds <= _LONGEST_SEARCH:
        raise SettingsError(f"{name} is not between 0 and {_LONGEST_SEARCH} seconds")
    return seconds
