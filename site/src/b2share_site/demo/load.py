# SPDX-License-Identifier: MIT
"""Load the whole demo content; what a killed load left open is completed by the next one."""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from b2share_site.demo.communities import CommunityLoader
from b2share_site.demo.people import People, wait_for
from b2share_site.demo.records import DRAFT, PUBLISHED, REVIEW, RecordLoader

CONTENT = Path(__file__).parent / "content"

THREADS = 4
"""Communities or records that are worked on at the same time."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def load(url: str, say: Callable[[str], None]) -> str:
    """Enter the demo content at a site, and return one line that sums it up.

    Waits until a search finds all published records. Calling it again changes nothing.

    :raises DemoError: the site does not answer, or refuses something.
    """
    people = People(url, read_content("people"))
    try:
        communities = read_content("communities")
        by_community = CommunityLoader(people, read_file, say)
        ids = side_by_side(by_community.load, communities)
        known = {c["slug"]: i for c, i in zip(communities, ids, strict=True)}
        records = read_content("records")
        by_record = RecordLoader(people, known, read_file, say)
        record_ids = side_by_side(by_record.load, records)
        wait_until_findable(
            people,
            [i for i, r in zip(record_ids, records, strict=True) if r["state"] == PUBLISHED],
        )
    finally:
        people.close()
    return summary(communities, records)


def read_content(name: str) -> list[dict[str, Any]]:
    """Return one of the lists of the content: ``people``, ``communities`` or ``records``."""
    entries: list[dict[str, Any]] = json.loads((CONTENT / f"{name}.json").read_text("utf-8"))
    return entries


def read_file(folder: str, name: str) -> bytes:
    """Return the content of a logo or of a file of a record."""
    return (CONTENT / folder / name).read_bytes()


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return the results in order; after the first error nothing new is begun."""
    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def wait_until_findable(people: People, record_ids: list[str]) -> None:
    """Return as soon as a search finds all these records.

    :raises NotFoundInTimeError: it does not.
    """
    query = " OR ".join(f'id:"{record_id}"' for record_id in record_ids)

    def all_found() -> bool:
        total = people.creator.get("/records", q=query, size=1)["hits"]["total"]
        return bool(total == len(record_ids))

    wait_for(all_found, "all published records")


def summary(communities: list[dict[str, Any]], records: list[dict[str, Any]]) -> str:
    """Return the numbers of things, such as ``4 communities, 9 records, 1 open review``."""
    states = [record["state"] for record in records]
    parts = [
        count(len(communities), "community", "communities"),
        count(states.count(PUBLISHED), "record", "records"),
        count(states.count(REVIEW), "open review", "open reviews"),
        count(states.count(DRAFT), "draft", "drafts"),
    ]
    return ", ".join(parts)


def count(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many}"
