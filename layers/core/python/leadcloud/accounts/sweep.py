"""The sweeper: takes back what requests have reserved that died before they were settled.

It can run at any time, anywhere, and any number of times: an operation ends once.
"""

from leadcloud.accounts.billing import Billing
from leadcloud.accounts.operation import open_operations
from leadcloud.clock import Clock
from leadcloud.store.interface import Store


def sweep(store: Store, billing: Billing, clock: Clock) -> int:
    """Release the operations that have died, and return how many there were."""
    dead = [each for each in open_operations(store) if each.has_died(clock.now())]
    for each in dead:
        billing.take_back(each)
    return len(dead)
