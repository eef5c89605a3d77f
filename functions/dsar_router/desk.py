"""What everybody who handles subject requests works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from functions.dsar_router.dossier import Dossier
from functions.dsar_router.letters import Couriers, Letters
from functions.dsar_router.payload import Payloads
from functions.dsar_router.request import References
from functions.dsar_router.throttle import Throttle
from leadcloud.clock import Clock
from leadcloud.controllers import Channel, ControllerBook, ControllerKeys
from leadcloud.executions import Executions
from leadcloud.forwarding.interface import Forwarder
from leadcloud.lead_reference import LeadReferences
from leadcloud.own_register import OwnRegister
from leadcloud.provenance import Provenance
from leadcloud.store.interface import Store
from leadcloud.wiring import Services


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """The collaborators of the function."""

    store: Store
    clock: Clock
    dossier: Dossier
    payloads: Payloads
    references: References
    throttle: Throttle
    controllers: ControllerBook
    controller_keys: ControllerKeys
    own_register: OwnRegister
    lead_references: LeadReferences
    provenance: Provenance
    executions: Executions
    forwarders: Mapping[Channel, Forwarder]
    letters: Letters
    base_url: str
    """Of the public pages, without a slash at its end."""
    filings_an_hour: int
    """From one network."""

    def wake(self, reference: str, wait: str, ids: Mapping[str, str]) -> None:
        """Answer the wait of a workflow, if there is one; its step looks at what is new."""
        token = self.dossier.token(reference, wait)
        if token is not None:
            self.executions.answer(token, ids)


@cache
def desk_of(services: Services) -> Desk:
    """Return the desk of a process, put together from its services."""
    references = References(services.secrets["subject_requests"])
    base_url = services.settings.base_url
    letters = Letters(
        services.store,
        couriers=Couriers(mailer=services.mailer, texter=services.texter),
        references=references,
        a_day=Throttle(services.store, services.clock, timedelta(days=1)),
        base_url=base_url,
    )
    return Desk(
        store=services.store,
        clock=services.clock,
        dossier=Dossier(services.store, services.audit, services.clock),
        payloads=Payloads(services.store, services.data_keys, services.random_bytes),
        references=references,
        throttle=Throttle(services.store, services.clock, timedelta(hours=1)),
        controllers=services.controllers,
        controller_keys=services.controller_keys,
        own_register=services.own_register,
        lead_references=services.lead_references,
        provenance=services.provenance,
        executions=services.executions,
        forwarders=services.forwarders,
        letters=letters,
        base_url=base_url,
        filings_an_hour=services.settings.filings_an_hour,
    )
