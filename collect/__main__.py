"""`python -m collect buildings …`: build the building database from open data, files or nothing.

python -m collect codes brings the code lists up to date; the others build the database:

python -m collect buildings --source ryhti --municipality 092 --out layers/data/buildings.sqlite
python -m collect buildings --source file --profile helsinki --out helsinki.sqlite FILE…
python -m collect buildings --source synthetic --count 45000 --out buildings.sqlite
"""

import argparse
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from collect.codes import LISTS_FOLDER, SERVICE, CodeService, CodesRefused, refresh
from collect.collection import Collection
from collect.file_source import FileUnreadable, rows_of_file
from collect.profile import Profile, SourceRefused, allowed, profile, profile_names
from collect.release_file import NothingToRelease
from collect.report import DoesNotAddUp, Report
from collect.row import Row
from collect.synthetic import VANTAA, synthetic_rows
from collect.wfs import SourceFailed, Wfs, polite_client
from leadcloud.buildings.release import Release

_FAILURES = (SourceRefused, SourceFailed, FileUnreadable, DoesNotAddUp, NothingToRelease)


def main() -> None:
    """Build the database, or say in one sentence why not."""
    options = _options()
    if options.what == "codes":
        _refresh_codes(options)
        return
    try:
        release, report = _collect(options)
    except _FAILURES as failure:
        sys.exit(f"No release was made. {failure}")
    for line in report.lines():
        print(line)
    print(f"Release {release.id} is in {options.out}")


def _refresh_codes(options: argparse.Namespace) -> None:
    with polite_client() as client:
        service = CodeService(client, options.service)
        try:
            told = refresh(service, options.out, datetime.now(UTC).date())
        except CodesRefused as refused:
            sys.exit(f"No list was changed. {refused}")
    print("\n".join(told))


def _collect(options: argparse.Namespace) -> tuple[Release, Report]:
    source = options.profile if options.source == "file" else options.source
    if source is None:
        raise SourceRefused("Name the --profile that says what the file's columns mean.")
    chosen = profile(source)
    collection = Collection(
        profile=chosen,
        target=options.out,
        today=datetime.now(UTC).date(),
        municipality=options.municipality,
    )
    if options.source == "file":
        return collection.from_rows(_file_rows(options.files, chosen))
    if chosen.synthetic:
        return collection.from_rows(synthetic_rows(options.count))
    with polite_client() as client:
        return collection.from_server(Wfs(chosen, client))


def _file_rows(files: list[Path], chosen: Profile) -> Iterator[Row]:
    if not files:
        raise FileUnreadable("Name the files to read.")
    columns = allowed(chosen)
    return chain.from_iterable(rows_of_file(file, columns) for file in files)


def _municipality(text: str) -> str:
    if not re.fullmatch(r"[0-9]{3}", text):
        raise argparse.ArgumentTypeError("a municipality's code has three digits")
    return text


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m collect", description=__doc__)
    what = parser.add_subparsers(required=True, dest="what")
    buildings = what.add_parser("buildings", help="the building database")
    buildings.add_argument("--source", required=True, choices=[*profile_names(), "file"])
    buildings.add_argument("--profile", choices=profile_names(), help="what a file's columns mean")
    buildings.add_argument(
        "--municipality", type=_municipality, help="three digits; all if not given"
    )
    buildings.add_argument(
        "--count", type=int, default=VANTAA.buildings, help="synthetic buildings"
    )
    buildings.add_argument("--out", type=Path, required=True, metavar="FILE.sqlite")
    buildings.add_argument("files", type=Path, nargs="*", help="with --source file")
    codes = what.add_parser("codes", help="the lists of municipalities, regions and industries")
    codes.add_argument("--service", default=SERVICE, help="where the classification service is")
    codes.add_argument("--out", type=Path, default=LISTS_FOLDER, metavar="DIR")
    return parser.parse_args()


if __name__ == "__main__":
    main()
