"""`python -m collect buildings …`: build the building database from open data, files or nothing.

python -m collect codes brings the code lists up to date; the others build the database:

python -m collect buildings --source ryhti --municipality 092 --out layers/data/buildings.sqlite
python -m collect buildings --source ryhti --source hsy --municipality 092 --out buildings.sqlite
python -m collect buildings --source file --out buildings.sqlite ryhti=FILE helsinki=FILE
python -m collect buildings --source synthetic --count 45000 --out buildings.sqlite

Several sources make one release. A source that is named first is believed first; the others add
what it does not know.
"""

import argparse
import re
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import httpx
from tqdm import tqdm

from collect.codes import LISTS_FOLDER, SERVICE, CodeService, CodesRefused, refresh
from collect.collection import Collection, Feed, NothingToRelease, feed_of
from collect.file_source import FileUnreadable, rows_of_file
from collect.profile import SourceRefused, allowed, profile, profile_names
from collect.report import DoesNotAddUp, Report
from collect.row import Row
from collect.synthetic import MOST, VANTAA
from collect.wfs import SourceFailed, polite_client
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
    except OSError as failure:
        sys.exit(f"No release was made. {failure.strerror}: {failure.filename}")
    except sqlite3.OperationalError as failure:  # no room, no right to write, another collector
        sys.exit(f"No release was made. SQLite says: {failure}.")
    except KeyboardInterrupt:
        sys.exit("Stopped. What servers gave is kept; the same command goes on from there.")
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
    collection = Collection(
        target=options.out, today=datetime.now(UTC).date(), municipality=options.municipality
    )
    with polite_client() as client:
        return collection.release(_feeds(options, client))


def _feeds(options: argparse.Namespace, client: httpx.Client) -> list[Feed]:
    """Return the sources in the order in which they were named."""
    if options.files and "file" not in options.source:
        raise FileUnreadable("Files are read with --source file; other sources take none.")
    if not 1 <= options.count <= MOST:
        raise SourceRefused(f"--count takes 1 to {MOST}.")
    feeds: list[Feed] = []
    for source in options.source:
        if source == "file":
            feeds += _file_feeds(options.files, options.profile)
            continue
        feeds.append(feed_of(source, client, say=_say, count=options.count))
    if len({feed.profile.id for feed in feeds}) < len(feeds):
        raise SourceRefused("Name each source once.")
    return feeds


def _say(sentence: str) -> None:
    """Say something beside the progress bar, which stays whole."""
    tqdm.write(sentence, file=sys.stderr)


def _file_feeds(files: list[str], everywhere: str | None) -> Iterator[Feed]:
    """Yield a feed for each profile of files named `PROFILE=FILE`, or FILE with --profile."""
    if not files:
        raise FileUnreadable("Name the files to read.")
    of_profile: dict[str, list[Path]] = {}
    for file in files:
        named, separator, path = file.partition("=")
        chosen = named if separator else everywhere
        if chosen is None:
            raise SourceRefused(
                "Name the profile that says what a file's columns mean: ryhti=FILE."
            )
        of_profile.setdefault(chosen, []).append(Path(path if separator else file))
    for name, paths in of_profile.items():
        chosen_profile = profile(name)
        yield Feed(profile=chosen_profile, origin=_rows_of_files(paths, allowed(chosen_profile)))


def _rows_of_files(paths: list[Path], columns: frozenset[str]) -> Iterator[Row]:
    return chain.from_iterable(rows_of_file(path, columns) for path in paths)


def _municipality(text: str) -> str:
    if not re.fullmatch(r"[0-9]{3}", text):
        raise argparse.ArgumentTypeError("a municipality's code has three digits")
    return text


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m collect", description=__doc__)
    what = parser.add_subparsers(required=True, dest="what")
    buildings = what.add_parser("buildings", help="the building database")
    buildings.add_argument(
        "--source",
        required=True,
        action="append",
        choices=[*profile_names(), "file"],
        help="the most trusted first; several are merged",
    )
    buildings.add_argument(
        "--profile", choices=profile_names(), help="what the columns of files mean"
    )
    buildings.add_argument(
        "--municipality", type=_municipality, help="three digits; all if not given"
    )
    buildings.add_argument(
        "--count", type=int, default=VANTAA.buildings, help="synthetic buildings"
    )
    buildings.add_argument("--out", type=Path, required=True, metavar="FILE.sqlite")
    buildings.add_argument(
        "files", nargs="*", metavar="[PROFILE=]FILE", help="GeoJSON, CSV or GML; with --source file"
    )
    codes = what.add_parser("codes", help="the lists of municipalities, regions and industries")
    codes.add_argument("--service", default=SERVICE, help="where the classification service is")
    codes.add_argument("--out", type=Path, default=LISTS_FOLDER, metavar="DIR")
    return parser.parse_args()


if __name__ == "__main__":
    main()
