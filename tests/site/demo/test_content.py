# SPDX-License-Identifier: MIT
"""What the demo content holds, and that it is complete in itself."""

from collections import Counter

from b2share_site.demo.load import CONTENT, read_content

PEOPLE = read_content("people")
COMMUNITIES = read_content("communities")
RECORDS = read_content("records")


def test_every_named_file_exists_and_every_file_is_used():
    records = [*RECORDS, *(r["new_version"] for r in RECORDS if "new_version" in r)]
    named = {("files", name) for record in records for name in record["files"]}
    named |= {("logos", community["logo"]) for community in COMMUNITIES}
    present = {(path.parent.name, path.name) for path in CONTENT.glob("*/*")}
    assert named == present


def test_every_community_role_is_taken_and_one_person_has_none():
    roles = {role for community in COMMUNITIES for role in community["members"]}
    assert roles == {"owner", "admin", "manager", "curator", "reader"}
    members = {e for c in COMMUNITIES for emails in c["members"].values() for e in emails}
    outside = {p["username"] for p in PEOPLE if not p["roles"]} - {
        p["username"] for p in PEOPLE if p["email"] in members
    }
    assert outside == {"user"}


def test_communities_have_the_four_ways_of_publication():
    ways = {
        c["slug"]: (c["access"]["record_submission_policy"], c["access"]["review_policy"])
        for c in COMMUNITIES
    }
    assert ways == {
        "commons": ("open", "open"),
        "ecas": ("open", "members"),
        "language-archive": ("open", "closed"),
        "earth-observatory": ("closed", "members"),
    }


def test_records_name_known_people_and_communities():
    emails = {p["email"] for p in PEOPLE}
    slugs = {c["slug"] for c in COMMUNITIES}
    for record in RECORDS:
        assert record["depositor"] in emails
        assert record.get("accepted_by", record["depositor"]) in emails
        assert record["state"] == "draft" or record["community"] in slugs
    assert Counter(r["state"] for r in RECORDS) == {"published": 9, "review": 1, "draft": 1}


def test_titles_are_unique_since_they_identify_a_record():
    titles = Counter((r["depositor"], r["metadata"]["title"]) for r in RECORDS)
    assert set(titles.values()) == {1}
