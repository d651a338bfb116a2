# SPDX-License-Identifier: MIT
"""Facts of stock v13 that the plugins rely on."""


def test_publish_without_plugins_reads_back(make_user, deposit, publish, client, location):
    person = make_user()
    draft = deposit(person, files={"data.csv": b"a,b\n1,2\n"})
    record = publish(person, draft)
    assert record["is_published"]
    entry = record["files"]["entries"]["data.csv"]
    assert entry["size"] == 8
    assert entry["checksum"].startswith("md5:")
