"""`python -m local.whole_register`: a job on the whole of a register, over files in a folder.

The folder is laid out as a customer's bucket is, see leadcloud/exchange.py; the definition and the
steps are those that run on AWS. Needs a data folder that `./run` has made.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tqdm import tqdm

from functions.search.whole_register import carry_out
from leadcloud.clock import SystemClock
from leadcloud.exchange import ROOT
from leadcloud.executions import StoredExecutions
from leadcloud.store.interface import StoreUnavailable
from leadcloud.store.sqlite import SqliteStore
from leadcloud.wiring import Services
from local.admin.__main__ import services_of
from local.definition import Definition
from local.execution import ExecutionBook
from local.folder import Folder
from local.workflow import WorkflowRunner

DEFINITION = Path(__file__).parents[1] / "functions" / "search" / "whole_register.asl.json"

_POLL = 0.2
"""Seconds between two looks at the job."""

Progress = Callable[[Mapping[str, Any], Mapping[str, Any]], None]
"""Is told of each step what it was asked and what it answered."""


def main() -> None:
    """Carry one job out, with a bar that counts rows."""
    parser = argparse.ArgumentParser(prog="python -m local.whole_register", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds leadcloud/JOB/job.json and its parts")
    parser.add_argument("job", help="the job's id: small letters, digits and hyphens")
    parser.add_argument("--account", default="demo_customer", help="whose register it is")
    parser.add_argument("--data", type=Path, default=Path(".local"), metavar="DIR")
    options = parser.parse_args()
    place = {options.account: f"file:{options.folder}"}
    services = Services(replace(services_of(Folder(options.data)).settings, exchanges=place))
    try:
        _ = services.store
    except StoreUnavailable:
        sys.exit(f"The store cannot be used: {options.data}. --data DIR names the folder of ./run.")
    outcome = options.folder / ROOT / options.job / "out"
    with tqdm(unit=" parts", disable=None) as bar:
        failed = work(services, options.account, options.job, progress=_on(bar))
    if failed:
        sys.exit(
            f"The job failed: {failed}. {outcome / 'result.json'} says why, if it was refused."
        )
    print(f"The job is done; see {outcome}.")


def work(services: Services, account_id: str, job_id: str, *, progress: Progress) -> str | None:
    """Carry a job out; return the error that ended it, None if nothing did.

    Args:
        services: Of the accounts, their contracts and switches; they name the account's place.
        account_id: Whose register it is.
        job_id: Of the job.
        progress: Is told of each step.
    """

    def invoke(event: Mapping[str, Any]) -> Any:
        answer = carry_out(services, event)
        progress(event, answer)
        return answer

    # Apart from the service's own records: whoever runs those knows another workflow.
    with TemporaryDirectory() as place:
        clock = SystemClock()
        store = SqliteStore(Path(place) / "executions.sqlite", clock)
        definition = Definition(DEFINITION.read_text(encoding="utf-8"))
        runner = WorkflowRunner(definition, store=store, clock=clock, invoke=invoke)
        StoredExecutions(store, clock).start(job_id, {"account_id": account_id, "job_id": job_id})
        while runner.next_due() is not None:
            if not runner.run_due():
                time.sleep(_POLL)
        ended = ExecutionBook(store, clock).execution(job_id)
        store.close()
    return ended.failed if ended else "States.Runtime"


def _on(bar: "tqdm[None]") -> Progress:
    def progress(event: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        if event["step"] == "begin":
            bar.reset(len(answer["parts"]))
        elif event["step"] == "part":
            bar.update()
            bar.set_postfix(rows=f"{sum(answer.values()) - answer['part']:,}")

    return progress


if __name__ == "__main__":
    main()
