"""Forwarding by hand: a task for an operator, for controllers whom only a letter reaches."""

from leadcloud.clock import Clock, rfc3339
from leadcloud.controllers import ControllerEntry
from leadcloud.forwarding.interface import Forwarder, Message, Receipt
from leadcloud.store.interface import Key, RecordExists, Store

TASKS = "OPERATOR-TASKS"


class ManualForwarder(Forwarder):
    """Leaves a task with the operators; it holds ids only."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def send(self, message: Message, controller: ControllerEntry) -> Receipt:
        """Leave a task, once per message."""
        add_task(
            self._store,
            task_id=message.id,
            kind=message.kind,
            reference=message.reference,
            subject=controller.id,
            at=rfc3339(self._clock.now()),
        )
        return Receipt()


def add_task(store: Store, *, task_id: str, **about: str) -> None:
    """Leave a task with the operators, once per id."""
    try:
        store.put_if_absent(Key(TASKS, task_id), about)
    except RecordExists:
        return
