"""Leads that move: in closed form as by differences, and not at all where nothing changes."""

import numpy as np
import pytest

import sharvin as sv
from sharvin.solvers import motion
from sharvin.solvers.inside import solve_inside

SOURCE_DRAIN = {"source": sv.lead("left"), "drain": sv.lead("right")}


def carved(**more):
    return sv.Device(
        sv.electron_gas(mass=0.067, spacing="15 nm"),
        region=sv.rectangle(length="180 nm", width="195 nm"), leads=SOURCE_DRAIN,
        potential=sv.split_gate(gap="120 nm", length="90 nm", depth="60 nm", voltage="gate"),
        **more,
    )  # fmt: skip


@pytest.mark.parametrize("field", [None, 0.4, 1.0])
def test_a_moving_lead_in_closed_form_is_that_of_differences(field):
    device = carved() if field is None else carved(field="B")
    given = {"gate": -0.6} if field is None else {"gate": -0.6, "B": field}
    inside = solve_inside(device, 8.0, given)
    size = len(inside.surfaces[0].lead.cell)
    assert all(s.moved(-np.eye(size)) is not None for s in inside.surfaces)
    found = [motion.energy_motion(inside), motion.parameter_motion(inside, "gate")]
    inside.__dict__["surfaces"] = (None, None)
    expected = [motion.energy_motion(inside), motion.parameter_motion(inside, "gate")]
    for one, other in zip(found, expected, strict=True):
        # differences are asked for 1e-9 of what moves most, and estimate that roughly
        assert one == pytest.approx(other, abs=1e-7 * np.abs(other).max())


def test_a_parameter_inside_leaves_the_leads_alone(monkeypatch):
    def bump(x, y, height):
        return height * np.exp(-((x / 15) ** 2)) * (abs(x) < 50)

    device = sv.Device(
        sv.electron_gas(mass=0.067, spacing="15 nm"),
        region=sv.rectangle(length="180 nm", width="90 nm"), leads=SOURCE_DRAIN,
        potential=[bump, lambda x, y, tilt: tilt * x / 90],
    )  # fmt: skip
    inside = solve_inside(device, 9.0, {"height": 2.0, "tilt": 0.3})
    # the last leads asked for are others: equal numbers must do, not equal objects
    device.lead_blocks({"height": 2.0, "tilt": 0.4})

    def refuse(*_, **__):
        raise AssertionError("modes of a lead were solved")

    monkeypatch.setattr(motion, "prepare", refuse)
    monkeypatch.setattr(type(inside.surfaces[0]), "moved", refuse)
    assert motion.parameter_motion(inside, "height") is None
    with pytest.raises(AssertionError, match="solved"):
        motion.parameter_motion(inside, "tilt")
