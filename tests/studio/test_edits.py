"""What a picture changes in a device file changes nothing else in it."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.app.new import new, templates
from sharvin.app.toml import parse
from sharvin.errors import InvalidInput, UnknownName
from sharvin.studio import device_verbs, opened
from sharvin.studio.edits import edited

QPC = new("qpc")
BAR = new("hall_bar")


def only_change(before, after):
    """The lines that differ."""
    old, new_ = before.split("\n"), after.split("\n")
    assert len(old) == len(new_)
    return [b for a, b in zip(old, new_, strict=True) if a != b]


def test_a_length_is_set_where_it_stands_and_comments_keep_their_column():
    after = edited(QPC, [{"do": "set", "place": ["gates", 0, "length"], "value": 480}])
    (line,) = only_change(QPC, after)
    assert line == 'length = "480 nm"           # along the current'
    assert tomllib.loads(after)["gates"][0]["length"] == "480 nm"


def test_a_key_that_was_not_there_comes_into_its_table():
    after = edited(QPC, [{"do": "set", "place": ["gates", 0, "center"], "value": [20, -7.5]}])
    assert tomllib.loads(after)["gates"][0]["center"] == ["20 nm", "-7.5 nm"]
    after = edited(QPC, [{"do": "set", "place": ["leads", "drain", "width"], "value": 300}])
    assert tomllib.loads(after)["leads"]["drain"] == {"side": "right", "width": "300 nm"}
    text = 'leads = { a = { side = "left" } }\n'
    after = edited(text, [{"do": "set", "place": ["leads", "a", "at"], "value": 1}])
    assert tomllib.loads(after) == {"leads": {"a": {"side": "left", "at": "1 nm"}}}


@given(
    st.sampled_from(templates()),
    st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=2),
    st.floats(1, 1e4),
)
@settings(max_examples=40, deadline=None)
def test_nothing_else_changes(kind, center, gap):
    text = new(kind).replace("\n", "\r\n") if gap > 5e3 else new(kind)
    data = tomllib.loads(text)
    changes = [{"do": "set", "place": ["leads", "drain", "at"], "value": center[0]}]
    if "gates" in data:
        changes.append({"do": "set", "place": ["gates", 0, "center"], "value": center})
        changes.append({"do": "set", "place": ["gates", 0, "gap"], "value": gap})
    after = tomllib.loads(edited(text, changes))
    set_ = after["leads"]["drain"].pop("at")
    assert float(set_.removesuffix(" nm")) == pytest.approx(center[0], abs=6e-4)
    if "gates" in data:
        said = after["gates"][0].pop("center")
        np.testing.assert_allclose([float(v.split()[0]) for v in said], center, atol=6e-4)
        assert float(after["gates"][0]["gap"].split()[0]) == pytest.approx(gap, abs=6e-4)
        after["gates"][0]["gap"] = data["gates"][0]["gap"]
    assert after == data


def test_a_new_gate_has_a_voltage_of_its_own_and_goes_again_without_a_trace():
    add = {"do": "add", "what": "gates", "kind": "gate", "values": {"x": [0, 90], "y": [50, None]}}
    after = edited(QPC, [add])
    gates = tomllib.loads(after)["gates"]
    assert gates[1] == {
        "kind": "gate", "x": ["0 nm", "90 nm"], "y": ["50 nm", "inf"], "depth": "60 nm",
        "voltage": "gate_2",
    }  # fmt: skip
    found = device_verbs.check(after)
    assert found["ok"], found["problems"]
    assert {p["name"]: p["value"] for p in found["parameters"]}["gate_2"] == -0.5
    back = edited(after, [{"do": "remove", "place": ["gates", 1]}])
    assert tomllib.loads(back) == tomllib.loads(QPC)
    comments = [line for line in QPC.split("\n") if line.startswith("#")]
    assert [line for line in back.split("\n") if line.startswith("#")] == comments


def test_a_gate_goes_with_the_axis_that_nobody_else_listens_to():
    after = edited(QPC, [{"do": "remove", "place": ["gates", 0]}])
    assert "gates" not in tomllib.loads(after)
    assert "axes" not in tomllib.loads(after)
    assert device_verbs.check(after)["ok"]
    second = """[[gates]]
kind = "gate"
x = ["0 nm", "9 nm"]
y = ["0 nm", "9 nm"]
depth = "60 nm"
voltage = "gate"

[experiment]"""
    twice = QPC.replace("[experiment]", second)
    after = edited(twice, [{"do": "remove", "place": ["gates", 1]}])
    assert tomllib.loads(after) == tomllib.loads(QPC)


@pytest.mark.parametrize("kind", templates())
def test_gates_and_contacts_can_be_added_to_every_template(kind):
    corners = [[-20, -20], [20, -20], [0, 20]]
    after = edited(
        new(kind),
        [
            {"do": "add", "what": "gates", "kind": "polygon_gate", "values": {"corners": corners}},
            {"do": "add", "what": "gates", "kind": "split_gate",
             "values": {"gap": 50, "length": 40, "center": [0, 0]}},
            {"do": "add", "what": "leads", "values": {"side": "top", "at": 0, "width": 40}},
        ],
    )  # fmt: skip
    found = device_verbs.check(after)
    assert found["ok"], found["problems"]
    assert "probe" in found["leads"]
    scene = device_verbs.scene(after, {})
    assert {gate["kind"] for gate in scene["gates"]} >= {"polygon_gate", "split_gate"}


def test_a_moved_gate_moves_the_potential():
    """Two routes: the text that was changed, and the device with a gate built there."""
    text = QPC.replace('spacing = "6 nm"', 'spacing = "15 nm"')
    moved = edited(text, [{"do": "set", "place": ["gates", 0, "center"], "value": [90, 30]}])
    there = opened.opened(moved).device.potential_energy({"gate": -1.0})
    here = opened.opened(text).device.potential_energy({"gate": -1.0})
    positions = opened.opened(text).device.positions
    from scipy.spatial import cKDTree

    distance, which = cKDTree(positions).query(positions + np.array([90.0, 30.0]))
    inside = distance < 1e-6
    assert inside.sum() > 1000
    np.testing.assert_allclose(there[which[inside]], here[inside], atol=1e-9)


REFUSED = {
    "no list": {"do": "set"},
    "nothing": [],
    "too many": [{"do": "set"}] * 17,
    "no object": ["set"],
    "unknown act": [{"do": "eval"}],
    "no place": [{"do": "set", "place": "gates"}],
    "unknown key": [{"do": "set", "place": ["gates", 0, "voltage"], "value": 1}],
    "unknown section": [{"do": "set", "place": ["material", 0, "gap"], "value": 1}],
    "no such gate": [{"do": "set", "place": ["gates", 1, "gap"], "value": 1}],
    "negative gate": [{"do": "set", "place": ["gates", -1, "gap"], "value": 1}],
    "true gate": [{"do": "set", "place": ["gates", True, "gap"], "value": 1}],
    "no such lead": [{"do": "remove", "place": ["leads", "sorce"]}],
    "text": [{"do": "set", "place": ["gates", 0, "gap"], "value": '1 nm"\nfile = "/etc/passwd'}],
    "text as side": [{"do": "set", "place": ["leads", "drain", "side"], "value": 'left"'}],
    "not a number": [{"do": "set", "place": ["gates", 0, "gap"], "value": float("nan")}],
    "infinite gap": [{"do": "set", "place": ["gates", 0, "gap"], "value": None}],
    "deep": [{"do": "set", "place": ["gates", 0, "corners"], "value": [[[1]]]}],
    "unknown gate": [{"do": "add", "what": "gates", "kind": "table", "values": {}}],
    "missing value": [{"do": "add", "what": "gates", "kind": "gate", "values": {"x": [0, 1]}}],
    "no values": [{"do": "add", "what": "leads"}],
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_picture_does_not_show_is_refused(case):
    with pytest.raises(InvalidInput) as refused:
        edited(QPC, REFUSED[case])
    assert "\n" not in str(refused.value)


def test_gates_written_in_one_line_are_left_to_their_author():
    gate = '{ kind = "gate", x = ["0 nm", "9 nm"], y = ["0 nm", "9 nm"], voltage = "g" }'
    text = f'gates = [{gate}]\n[parameters]\ng = "0 V"\n'
    after = edited(text, [{"do": "set", "place": ["gates", 0, "x"], "value": [None, 4]}])
    assert tomllib.loads(after)["gates"][0]["x"] == ["inf", "4 nm"]
    for change in (
        {"do": "remove", "place": ["gates", 0]},
        {"do": "add", "what": "gates", "kind": "gate", "values": {"x": [0, 1], "y": [0, 1]}},
    ):
        with pytest.raises(InvalidInput, match="in one line"):
            edited(text, [change])


def test_a_mistyped_contact_gets_a_suggestion():
    with pytest.raises(UnknownName, match="did you mean 'drain'"):
        edited(BAR, [{"do": "set", "place": ["leads", "drian", "at"], "value": 0}])


@pytest.mark.parametrize("kind", templates())
def test_spans_are_the_values(kind):
    document = parse(new(kind), Path("device.toml"))
    for place, (start, end) in document.spans.items():
        said = tomllib.loads(f"v = {document.text[start:end]}")["v"]
        assert said == document.value(place)
