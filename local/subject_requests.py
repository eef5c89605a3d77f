"""What runs beside the handlers on one machine: the workflow of subject requests, and upkeep."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event as Signal
from threading import Thread

from functions.dsar_router.desk import desk_of
from functions.dsar_router.steps import carry_out, keep_up
from leadcloud.wiring import Services
from local.definition import Definition
from local.upkeep import repeat
from local.workflow import WorkflowRunner

THREADS = 8
"""Cases carried on at once; most of them wait for controllers."""

UPKEEP_SECONDS = 60

DEFINITION = Path(__file__).parents[1] / "functions" / "dsar_router" / "workflow.asl.json"


def runner_of(services: Services) -> WorkflowRunner:
    """Return the runner of the workflow."""
    return WorkflowRunner(
        Definition(DEFINITION.read_text(encoding="utf-8")),
        store=services.store,
        clock=services.clock,
        invoke=lambda event: carry_out(desk_of(services), event),
    )


def run_subject_requests(services: Services) -> Callable[[], None]:
    """Carry workflows out in threads of their own; return what ends them."""
    stop = Signal()
    executor = ThreadPoolExecutor(THREADS, thread_name_prefix="workflow")
    serve = runner_of(services).serve
    Thread(target=serve, args=(executor, stop), name="workflow", daemon=True).start()
    end_upkeep = repeat(
        lambda: keep_up(desk_of(services), services.anchors), seconds=UPKEEP_SECONDS, name="upkeep"
    )

    def end() -> None:
        stop.set()
        end_upkeep()
        executor.shutdown(wait=False, cancel_futures=True)

    return end
