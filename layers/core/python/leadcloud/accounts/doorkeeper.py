"""Authentication: who comes in is the holder of a good key, of an account not suspended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from leadcloud.accounts.account import Account
from leadcloud.accounts.account_book import AccountBook, BrokenTree
from leadcloud.accounts.key import ApiKey, KeyRing
from leadcloud.clock import Clock
from leadcloud.errors import AccountSuspended, Unauthenticated
from leadcloud.store.interface import StoreError

Task = Callable[[], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Who presented a key."""

    key: ApiKey
    account: Account


class Doorkeeper:
    """Recognises the keys that are presented, and notes on which day each was last used."""

    def __init__(
        self,
        keys: KeyRing,
        accounts: AccountBook,
        *,
        clock: Clock,
        later: Callable[[Task], object],
    ) -> None:
        """Take the keys, the accounts, and what carries out tasks that nobody waits for."""
        self._keys = keys
        self._accounts = accounts
        self._clock = clock
        self._later = later
        self._noted: dict[str, date] = {}

    def recognise(self, presented: str) -> Holder | None:
        """Return who presented a key, or None.

        None says nothing of the reason: unknown, expired, revoked and suspended are one.
        """
        now = self._clock.now()
        key = self._keys.match(presented)
        if key is None or not key.is_good(now):
            return None
        try:
            account = self._accounts.active(key.account_id)
        except (Unauthenticated, AccountSuspended, BrokenTree):
            return None
        self._note_use(key, now.date())
        return Holder(key=key, account=account)

    def _note_use(self, key: ApiKey, today: date) -> None:
        """Have today's use noted, once; should that be lost, another instance or day makes it up."""
        if today in (key.last_used_on, self._noted.get(key.id)):
            return
        self._noted[key.id] = today

        def note() -> None:
            try:
                self._keys.note_use(key.id, today)
            except StoreError:
                # The next use tries again.
                self._noted.pop(key.id, None)

        self._later(note)
