"""Current maps, films and bias maps show what they say."""

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

import sharvin as sv
from sharvin.errors import InvalidInput, UnknownName
from sharvin.plot.currents import _flow


@pytest.fixture(scope="module")
def density():
    device = sv.Device(
        sv.square_lattice(onsite=4.0),
        region=sv.rectangle(40, 21),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        potential=lambda x, y: 2.0 * np.exp(-(x**2) / 30) * (y / 10) ** 2,
    )
    return sv.current_density(device, energy=0.7, from_="source")


def words(figure):
    return " | ".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("kind", ["streamlines", "arrows"])
def test_a_current_map_has_lines_a_contour_and_units(density, kind):
    figure = sv.plot.currents(density, kind=kind, fermi_energy=0.7, title="Through")
    said = words(figure)
    for text in ("Through", "current density", "$x$ (nm)"):
        assert text in said
    assert len(figure.axes[0].collections) >= 2  # lines or arrows, and the contour


def test_the_mapped_flow_adds_up_to_the_transmission(density):
    """Smoothing moves current between neighbors but loses none of it."""
    x, y, (along, across) = _flow(density, density.positions)
    t = density.smatrix.transmission(to="drain", from_="source")
    middle = np.nansum(along[:, len(x) // 2]) * (y[1] - y[0])
    assert middle == pytest.approx(t, rel=0.02)
    assert np.nanmax(np.abs(across)) < np.nanmax(along)


def test_films_have_their_frames_and_one_scale(density, tmp_path):
    path = sv.plot.currents_film([density] * 3, tmp_path / "film.gif", titles=["a", "b", "c"])
    with Image.open(path) as film:
        assert film.n_frames in (1, 3)  # equal frames may be merged; titles differ
        assert film.n_frames == 3
    assert [p.name for p in tmp_path.iterdir()] == ["film.gif"]
    with pytest.raises(InvalidInput, match="as many titles"):
        sv.plot.currents_film([density], tmp_path / "film.gif", titles=["a", "b"])
    with pytest.raises(InvalidInput, match=r"\.gif or an \.mp4"):
        sv.plot.animate(lambda figure, frame: None, [1], tmp_path / "film.avi")


def test_a_bias_map_shows_slope_and_traces():
    import xarray as xr

    level, bias = np.linspace(0, 3, 31), np.linspace(-2, 2, 21)
    steps = sum(
        0.5 / (1 + np.exp(-8 * (level[:, None] + side * bias / 2 - n)))
        for n in (1, 2)
        for side in (-1, 1)
    )
    conductance = xr.DataArray(
        steps, dims=("chemical_potential", "bias"),
        coords={
            "chemical_potential": ("chemical_potential", level, {"units": "meV"}),
            "bias": ("bias", bias, {"units": "mV", "long_name": "bias"}),
        },
        attrs={"units": "2e²/h", "long_name": "differential conductance"}, name="conductance",
    )  # fmt: skip
    result = xr.Dataset({"conductance": conductance})
    figure = sv.plot.spectroscopy(result, title="A contact")
    said = words(figure)
    for text in ("A contact", "bias (mV)", "differential conductance ($2e^2/h$)"):
        assert text in said
    traces = [line for line in figure.axes[1].lines if len(line.get_xdata()) == 21]
    assert len(traces) == 31
    np.testing.assert_allclose(traces[4].get_ydata(), steps[4])
    with pytest.raises(InvalidInput, match="bias and one other"):
        sv.plot.spectroscopy(result.isel(bias=0))


def test_other_kinds_and_flat_devices_are_refused(density):
    with pytest.raises(UnknownName, match="streamlines"):
        sv.plot.currents(density, kind="streamline")
    ends = {
        n: sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[s]) for n, s in (("L", 0), ("R", 1))
    }
    chain = sv.Device.from_matrices(np.array([[0, -1.0], [-1.0, 0]]), leads=ends)
    with pytest.raises(InvalidInput, match="plane"):
        sv.plot.currents(sv.current_density(chain, energy=0.3, from_="L"))
