# SPDX-License-Identifier: MIT
"""Remember by content what was done, so that it is done again only when its sources changed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from b2share_site.services.layout import read_json, write_json

IGNORED = {"__pycache__", "node_modules"}


def digest(*sources: Path | str) -> str:
    """Return a digest of texts and of files; a folder counts with all files below it.

    A path that does not exist counts as absent, so that its appearance changes the digest.
    """
    sha = hashlib.sha256()
    for source in sources:
        if isinstance(source, str):
            sha.update(b"s" + source.encode())
            continue
        for path in sorted(_files(source)):
            sha.update(b"f" + path.relative_to(source.parent).as_posix().encode())
            sha.update(path.read_bytes())
    return sha.hexdigest()


def _files(source: Path) -> Iterable[Path]:
    if source.is_file():
        return [source]
    return [
        path
        for path in source.rglob("*")
        if path.is_file() and not IGNORED.intersection(path.parts) and path.suffix != ".pyc"
    ]


class Stamps:
    """The digests of finished steps, one small file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def is_current(self, name: str, value: str) -> bool:
        """Tell whether the step was finished with just this digest."""
        return bool(read_json(self.folder / f"{name}.json", None) == value)

    def write(self, name: str, value: str) -> None:
        """Note that the step is finished."""
        write_json(self.folder / f"{name}.json", value)

    def remove(self, name: str) -> None:
        """Forget the step, before its result is changed."""
        (self.folder / f"{name}.json").unlink(missing_ok=True)
