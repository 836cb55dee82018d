"""Pictures and films of braids."""

import numpy as np
import pytest
from PIL import Image

from sharvin.errors import InvalidInput
from sharvin.manybody.anyons import Braid
from sharvin.plot.braids import braid, braid_film, draw_braid
from sharvin.plot.style import COLORS, new_figure


def lines_by_color(word):
    figure = new_figure(3, 2)
    axes = figure.subplots()
    draw_braid(axes, word)
    return [(line.get_color(), line.get_zorder(), line.get_xydata()) for line in axes.lines]


def test_the_strand_on_top_is_the_one_that_goes_up_when_counterclockwise():
    for sign in (1, -1):
        drawn = lines_by_color(Braid(2, (sign,)))
        top = [color for color, layer, _ in drawn if layer == 3]
        assert top == [COLORS[0] if sign == 1 else COLORS[1]]


def test_every_strand_is_unbroken_from_its_start_to_its_end():
    word = Braid(4, (1, -2, 3, 3, -1, 2))
    drawn = lines_by_color(word)
    for strand in range(4):
        points = np.concatenate([xy for color, _, xy in drawn if color == COLORS[strand]])
        points = points[np.argsort(points[:, 0], kind="stable")]
        assert points[0].tolist() == [0, strand]
        assert points[-1, 1] == word.order.index(strand)
        assert np.abs(np.diff(points, axis=0)).max() < 0.5


def test_a_long_braid_takes_rows(tmp_path):
    figure = braid(Braid(3, (1, 2) * 50), title="long")
    assert len(figure.axes) == 3
    figure.savefig(tmp_path / "long.png")
    braid(Braid(3)).savefig(tmp_path / "none.png")


def test_a_film_has_a_frame_for_every_step(tmp_path):
    path = braid_film(Braid(2, (1, 1)), tmp_path / "turn.gif", steps=4)
    with Image.open(path) as film:
        assert film.n_frames >= 8
    with pytest.raises(InvalidInput, match="1 to 60"):
        braid_film(Braid(2), tmp_path / "none.gif")
    with pytest.raises(InvalidInput, match="at least one"):
        braid(Braid(2, (1,)), per_row=0)
