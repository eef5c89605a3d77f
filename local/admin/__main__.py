"""`python -m local.admin COMMAND [--data DIR]`: what an administrator does on one machine."""

import argparse
import os
from pathlib import Path

from leadcloud.wiring import services
from local.admin import audit, ropa
from local.folder import Folder


def main() -> None:
    """Carry out the command that is named, on a folder or on what the environment says."""
    parser = argparse.ArgumentParser(prog="python -m local.admin", description=__doc__)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data", type=Path, default=Path(".local"), metavar="DIR")
    commands = parser.add_subparsers(required=True)
    for command in (audit, ropa):
        command.add_to(commands, shared)
    options = parser.parse_args()
    folder = Folder(options.data)
    os.environ.setdefault("LEADCLOUD_STORE", f"sqlite:{folder.store}")
    os.environ.setdefault("LEADCLOUD_SECRETS", f"file:{folder.secrets}")
    os.environ.setdefault("LEADCLOUD_ANCHORS", f"file:{folder.anchors}")
    options.carry_out(options, services())


if __name__ == "__main__":
    main()
