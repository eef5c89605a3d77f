"""`python -m local.admin GROUP … [--data DIR]`: what an operator does on the machine itself.

Each file beside this one is a group: it says what its parser takes, and what carries it out.
"""

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

from leadcloud.settings import Settings
from leadcloud.store.interface import StoreUnavailable
from leadcloud.wiring import Services
from local.folder import Folder

GROUPS = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def main() -> None:
    """Carry out one command, on a folder or on what the environment says."""
    parser = argparse.ArgumentParser(prog="python -m local.admin", description=__doc__)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data", type=Path, default=Path(".local"), metavar="DIR")
    groups = parser.add_subparsers(required=True, metavar="GROUP")
    for name in GROUPS:
        module = import_module(f"local.admin.{name}")
        module.add_to(groups.add_parser(name, help=module.__doc__, parents=[shared]))
    options = parser.parse_args()
    try:
        options.carry_out(options, services_of(Folder(options.data)))
    except StoreUnavailable:
        place = os.environ.get("LEADCLOUD_STORE", options.data)
        sys.exit(f"The store cannot be used: {place}. --data DIR names the folder of ./run.")


def services_of(folder: Folder) -> Services:
    """Return the services on a folder, where the environment names no others."""
    here = {
        "LEADCLOUD_STORE": f"sqlite:{folder.store}",
        "LEADCLOUD_SECRETS": f"file:{folder.secrets}",
        "LEADCLOUD_ANCHORS": f"file:{folder.anchors}",
    }
    return Services(Settings.from_environment(here | os.environ))


if __name__ == "__main__":
    main()
