"""An account that searches and pays, with its books."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from functions.search.handler import api
from leadcloud.accounts.entry import entries_of
from leadcloud.accounts.money import Money
from leadcloud.accounts.suspense import Suspicion, suspicions
from leadcloud.accounts.sweep import sweep
from leadcloud.accounts.verification import verify
from leadcloud.accounts.wallet import balance_of
from leadcloud.clock import SetClock
from leadcloud.registers.in_memory import InMemoryRegister
from leadcloud.wiring import Services
from tests.contacts import OpenAccount
from tests.gateway_event import gateway_event, status_and_body


@dataclass
class Trade:
    """An account that searches, and its books."""

    services: Services
    clock: SetClock
    open_account: OpenAccount
    registers: list[InMemoryRegister] = field(default_factory=list)

    def offer(self, *registers: InMemoryRegister) -> None:
        """Let the account `buyer`, who has 1000 euros, search these; each contact costs us 0.03."""
        for each in registers:
            each.description = replace(each.description, cost_per_contact=Decimal("0.03"))
        self.registers += registers
        self.open_account(*registers)

    def post(
        self, key: str = "one", *, path: str = "/v1/search", who: str = "buyer", **body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        """Search everything that was offered; return status, answer and headers."""
        asked = {
            "purpose": "telemarketing_b2c",
            "registers": [each.description.id for each in self.registers],
            "criteria": {},
            **body,
        }
        event = gateway_event(
            "POST", path, asked, key=key, request_id=f"request-{key}", account_id=who
        )
        answer = api.answer(event, self.services)
        return *status_and_body(answer), answer["headers"]

    def search(self, key: str = "one", **body: Any) -> Any:
        """Search with success; return the answer."""
        status, answer, _ = self.post(key, **body)
        assert status == 200, answer
        return answer

    def refused(self, key: str = "one", **body: Any) -> tuple[int, str]:
        """Search without success; return status and code."""
        status, problem, _ = self.post(key, **body)
        return status, problem["code"]

    def quote(self, **body: Any) -> Any:
        """Ask for a quote."""
        status, answer, _ = self.post(path="/v1/search/quotes", **body)
        assert status == 200, answer
        return answer

    def spent(self, who: str = "buyer") -> str:
        """Return what the account's charges add up to; its books must be right."""
        assert verify(self.services.store) == []
        entries = entries_of(self.services.store, who)
        charged = [each.amount for each in entries if each.kind in {"charge", "reversal"}]
        return str(-sum(charged, Money(0)))

    def reserved(self, who: str = "buyer") -> str:
        """Return what is reserved of the account."""
        balance = balance_of(self.services.store, who)
        return str(balance.reserved) if balance else "none"

    def suspected(self) -> list[Suspicion]:
        """Return what sources may have charged us."""
        return list(suspicions(self.services.store))

    def sweep(self) -> int:
        """Let the sweeper run when everything that runs must have died."""
        self.clock.move(31)
        return sweep(self.services.store, self.services.billing, self.clock)
