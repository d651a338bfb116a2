# SPDX-License-Identifier: MIT
"""The running site has the demo content, and loading it again changes nothing."""

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from b2share_site.demo.client import Client
from b2share_site.demo.errors import InvalidRecordError, NobodyAcceptsError, UnreachableError
from b2share_site.demo.load import load, read_content, read_file, side_by_side
from b2share_site.demo.people import People, wait_for
from b2share_site.demo.records import RecordLoader

PEOPLE = read_content("people")
COMMUNITIES = read_content("communities")
RECORDS = read_content("records")
PUBLISHED = [record for record in RECORDS if record["state"] == "published"]
HIDDEN = [record for record in RECORDS if record["state"] != "published"]
SUMMARY = "4 communities, 9 records, 1 open review, 1 draft"


def title_of(content: dict[str, Any]) -> str:
    return str(content["metadata"]["title"])


def test_load_of_a_missing_site_is_one_clear_line():
    with pytest.raises(UnreachableError, match="no answer"):
        load("http://127.0.0.1:9", lambda line: None)


def test_side_by_side_keeps_order_and_stops_at_the_first_error():
    assert side_by_side(lambda x: x * 2, [1, 2, 3]) == [2, 4, 6]
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        raise ValueError(item)

    with pytest.raises(ValueError, match="0"):
        side_by_side(work, range(1000))
    assert len(begun) < 1000


@pytest.fixture(scope="module")
def crowd(site_url: str) -> Iterator[People]:
    people = People(site_url, PEOPLE)
    yield people
    people.close()


def record_of(api: requests.Session, title: str) -> dict[str, Any]:
    """Return the only record that a search by everyone finds under just this title."""
    query = {"q": f'metadata.title:"{title}"', "size": 100}
    hits = api.get("/records", params=query).json()["hits"]["hits"]
    found = [hit for hit in hits if hit["metadata"]["title"] == title]
    assert len(found) == 1
    return dict(found[0])


def numbers(crowd: People) -> dict[str, Any]:
    """Return what a second load could change: members, and own records with their revisions."""
    state: dict[str, Any] = {}
    for community in COMMUNITIES:
        found = crowd.creator.get(f"/communities/{community['slug']}")
        members = crowd.creator.get(f"/communities/{found['id']}/members", size=100)["hits"]
        state[community["slug"]] = found["revision_id"], members["total"]
    for email in {r["depositor"] for r in RECORDS}:
        hits = crowd[email].get("/user/records", size=100)["hits"]["hits"]
        own = {r["metadata"]["title"] for r in RECORDS if r["depositor"] == email}
        state[email] = sorted(
            (h["metadata"]["title"], h["id"], h["revision_id"])
            for h in hits
            if h["metadata"]["title"] in own
        )
    return state


def test_second_load_of_the_site_changes_nothing(site_url: str, crowd: People):
    before = numbers(crowd)
    command = [sys.executable, "-m", "b2share_site.demo", site_url]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == SUMMARY
    assert numbers(crowd) == before


def test_site_community_members_have_their_roles(crowd: People):
    for content in COMMUNITIES:
        community = crowd.creator.get(f"/communities/{content['slug']}")
        hits = crowd.creator.get(f"/communities/{community['id']}/members", size=100)["hits"]
        roles = {(hit["member"]["id"], hit["role"]) for hit in hits["hits"]}
        expected = {
            (crowd.id_of(email), role)
            for role, emails in content["members"].items()
            for email in emails
        }
        assert roles == expected
        assert all(hit["visible"] for hit in hits["hits"])
        assert {k: community["access"][k] for k in content["access"]} == content["access"]


@pytest.mark.parametrize(
    "title", [r["metadata"]["title"] for r in RECORDS if r["state"] != "published"]
)
def test_site_hides_what_is_not_published(api: requests.Session, title: str):
    hits = api.get("/records", params={"q": f'metadata.title:"{title}"'}).json()["hits"]
    assert hits["total"] == 0


@pytest.mark.parametrize("content", PUBLISHED, ids=title_of)
def test_site_shows_every_published_record(api: requests.Session, content: dict[str, Any]):
    record = record_of(api, content["metadata"]["title"])
    metadata = content["metadata"] | content.get("new_version", {}).get("metadata", {})
    assert record["metadata"]["publication_date"] == metadata["publication_date"]
    assert record["metadata"].get("version") == metadata.get("version")
    assert record["versions"]["index"] == (2 if "new_version" in content else 1)
    assert [c["slug"] for c in record["parent"]["communities"]["entries"]] == [content["community"]]
    files = content.get("new_version", content)["files"]
    answer = api.get(f"/records/{record['id']}/files")
    if content.get("access", {}).get("files") == "restricted":
        assert answer.status_code == 403
    else:
        assert sorted(e["key"] for e in answer.json().get("entries", [])) == sorted(files)
    for name in files:
        download = api.get(f"/records/{record['id']}/files/{name}/content")
        assert download.status_code == answer.status_code
        assert download.status_code == 403 or download.content == read_file("files", name)


def test_site_v3_example_is_found_by_its_instrument(api: requests.Session):
    hits = api.get("/records", params={"q": "metadata.instruments.name:xyz"}).json()["hits"]["hits"]
    assert "Sample Forest Dataset" in {hit["metadata"]["title"] for hit in hits}
    record = record_of(api, "Sample Forest Dataset")
    for name in ("contact_emails", "instruments"):
        assert record["metadata"][name] == RECORDS[0]["metadata"][name]


def test_site_curator_has_one_open_review_with_the_message(crowd: People):
    content = next(r for r in RECORDS if r["state"] == "review")
    curator = crowd["curator@b2share.example"]
    title = content["metadata"]["title"]
    community = curator.get(f"/communities/{content['community']}")
    path = f"/communities/{community['id']}/requests"
    hits = curator.get(path, q=f'title:"{title}"')["hits"]["hits"]
    assert [hit["status"] for hit in hits] == ["submitted"]
    timeline = curator.get(f"/requests/{hits[0]['id']}/timeline")["hits"]["hits"]
    assert content["message"] in [event["payload"].get("content") for event in timeline]


@pytest.fixture
def deposits(crowd: People) -> Callable[[], RecordLoader]:
    ids = {c["slug"]: crowd.creator.get(f"/communities/{c['slug']}")["id"] for c in COMMUNITIES}
    return lambda: RecordLoader(crowd, ids, read_file, lambda line: None)


def test_record_load_is_taken_up_wherever_it_was_cut_off(
    crowd: People, deposits: Callable[[], RecordLoader], monkeypatch: pytest.MonkeyPatch
):
    """The search index may be a second behind, so that each load waits until it knows the draft."""
    content = json.loads(json.dumps(RECORDS[0]))
    content["metadata"]["title"] = title = f"Cut off {secrets.token_hex(4)}"
    jane = crowd[content["depositor"]]
    calls = {"upload": 1, "_submit": 1, "_accept": 1}
    for step in calls:
        target = Client if step == "upload" else RecordLoader
        with monkeypatch.context() as patch:
            patch.setattr(target, step, cut_off)
            with pytest.raises(KeyboardInterrupt):
                deposits().load(content)
        wait_for_own(jane, title)
    record_id = deposits().load(content)
    assert crowd[content["accepted_by"]].get(f"/records/{record_id}")["metadata"]["title"] == title
    own = jane.get("/user/records", q=f'metadata.title:"{title}"')["hits"]
    # For a moment the index has the record beside its draft.
    assert {hit["id"] for hit in own["hits"]} == {record_id}


def cut_off(*args: Any, **kwargs: Any) -> None:
    raise KeyboardInterrupt


def wait_for_own(client: Client, title: str) -> None:
    wait_for(
        lambda: client.get("/user/records", q=f'metadata.title:"{title}"')["hits"]["hits"], title
    )


def test_record_with_invalid_metadata_is_refused_with_the_field(
    deposits: Callable[[], RecordLoader], crowd: People
):
    content = json.loads(json.dumps(RECORDS[-1]))
    content["metadata"] |= {"title": f"Invalid {secrets.token_hex(4)}", "no_such_field": 1}
    with pytest.raises(InvalidRecordError, match=r"metadata\.no_such_field") as caught:
        deposits().load(content)
    assert caught.value.errors
    jane = crowd[content["depositor"]]
    wait_for_own(jane, content["metadata"]["title"])
    for hit in jane.get("/user/records", q=f'metadata.title:"{content["metadata"]["title"]}"')[
        "hits"
    ]["hits"]:
        jane.delete(f"/records/{hit['id']}/draft")


def test_record_that_nobody_accepts_is_an_error(deposits: Callable[[], RecordLoader]):
    content = {"metadata": {"title": "Lonely"}}
    with pytest.raises(NobodyAcceptsError, match="'Lonely' waits for a review"):
        deposits()._accept(content, "no-request")
