"""What AWS does by schedule, done beside the handlers on one machine."""

from collections.abc import Callable
from threading import Event as Signal
from threading import Thread

from leadcloud.events import log_unexpected


def repeat(work: Callable[[], object], *, seconds: float, name: str) -> Callable[[], None]:
    """Do the work at once and again and again in a thread of its own; return what ends that.

    If it fails, as when the store does not answer, the next time has to do.
    """
    stop = Signal()

    def turn() -> None:
        while True:
            try:
                work()
            except Exception as error:  # noqa: BLE001 or it would never be done again
                log_unexpected(name, error)
            if stop.wait(seconds):
                return

    Thread(target=turn, name=name, daemon=True).start()
    return stop.set
