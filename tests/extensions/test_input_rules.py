# SPDX-License-Identifier: MIT
"""What clients may send instead of the stored form."""

import pytest

from b2share_extensions.fields.input_rules import instrument_keys, normalize

RESCUE = {"instrument_name": "xyz", "identifier": "10.1234/xyz", "scheme": "doi"}
STORED = {"name": "xyz", "pid": "10.1234/xyz", "pid_type": "doi"}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ([RESCUE], [STORED]),
        ([STORED], [STORED]),
        ([RESCUE, STORED], [STORED, STORED]),
        ([{"name": "xyz", "identifier": "1", "scheme": "doi"}], [STORED | {"pid": "1"}]),
        ([], []),
    ],
)
def test_instrument_keys_known_forms_become_the_stored_one(sent, expected):
    assert instrument_keys(sent) == expected


def test_instrument_keys_part_under_both_names_is_left_to_the_schema():
    sent = [STORED | {"scheme": "handle"}]
    assert instrument_keys(sent) == sent


@pytest.mark.parametrize("sent", [None, "xyz", 3, {"name": "xyz"}, [None], ["xyz"], [[RESCUE]]])
def test_instrument_keys_other_shapes_stay_as_they_are(sent):
    assert instrument_keys(sent) == sent


def test_normalize_applies_rules_to_their_fields_only():
    sent = {"title": "T", "instruments": [RESCUE], "subjects": [RESCUE]}
    assert normalize(sent) == {"title": "T", "instruments": [STORED], "subjects": [RESCUE]}
    assert sent["instruments"] == [RESCUE]
