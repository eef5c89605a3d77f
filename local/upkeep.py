"""What AWS does by schedule, done beside the handlers on one machine."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event as Signal
from threading import Thread

from leadcloud.store.interface import StoreError


def repeat(work: Callable[[], object], *, seconds: float, name: str) -> Callable[[], None]:
    """Do the work at once and again and again in a thread of its own; return what ends that.

    While the store does not answer, the next time has to do.
    """
    stop = Signal()

    def turn() -> None:
        while True:
            with suppress(StoreError):
                work()
            if stop.wait(seconds):
                return

    Thread(target=turn, name=name, daemon=True).start()
    return stop.set
