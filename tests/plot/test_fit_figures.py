"""Figures of fits: what is drawn where, and that long results do not break a figure."""

import numpy as np
import pytest

import sharvin as sv
from sharvin import analysis


@pytest.fixture(scope="module")
def spectroscopy():
    record = analysis.synthetic_bias_map(subbands=3, points=(91, 45), noise=0.02)
    return analysis.fit_bias_diamonds(record)


def drawn(figure):
    """Layout done, as when it is saved; warnings are errors in these tests."""
    figure.canvas.draw()
    return figure


def test_readings_of_a_hall_bar_have_panels_of_their_own_with_residuals_below():
    field = np.linspace(-0.3, 0.3, 61)
    hall, along = analysis.synthetic_hall(field, density=3e15)
    fit = analysis.fit_hall(field, hall, r_xx=along)
    panels = drawn(sv.plot.fit(fit)).axes
    assert len(panels) == 4
    assert [axes.get_ylabel() for axes in panels] == [
        "$R_{xx}$ (Ω)", "data - fit", "$R_{xy}$ (Ω)", "data - fit",
    ]  # fmt: skip
    points, line = panels[2].lines
    np.testing.assert_array_equal(points.get_ydata(), hall)
    assert np.ptp(line.get_ydata()) > 1e3  # B/ne at 0.3 T, not the constant of R_xx
    np.testing.assert_allclose(panels[0].lines[0].get_ydata(), along)


def test_diamonds_are_drawn_over_the_map_at_their_apexes(spectroscopy):
    left = drawn(sv.plot.fit(spectroscopy)).axes[0]
    first = spectroscopy.parts["diamonds"][0]
    corners = first.corners(spectroscopy.parts["offset"])
    paths = [line.get_xydata() for line in left.lines if len(line.get_xydata()) == 5]
    assert any(np.allclose(path, corners) for path in paths)
    words = {text.get_text() for text in left.texts}
    assert {"1", "2", "½", "1½"} <= words


def test_a_refused_map_is_drawn_with_its_reason():
    fit = analysis.fit_bias_diamonds(analysis.synthetic_bias_map(subbands=1, points=(41, 31)))
    axes = drawn(sv.plot.fit(fit)).axes[0]
    assert axes.get_title(loc="left") == "No bias diamonds found"
    assert any("one riser only" in text.get_text() for text in axes.texts)


def test_many_values_do_not_push_the_axes_out_of_the_figure(spectroscopy):
    figure = drawn(sv.plot.fit(analysis.fit_saddle(spectroscopy)))
    assert figure.axes[0].get_position().width > 0.7
