"""The one shape that tunneling through a parabola and thermal smearing share."""

import numpy as np
from numpy.typing import ArrayLike

from sharvin.typing import RealArray

LN81 = 4 * np.log(3.0)  # a logistic function rises from 10 to 90 % over ln 81


def logistic(x: ArrayLike) -> RealArray:
    r"""Step :math:`1 / (1 + e^{-x})`, to full relative accuracy in both tails, shape of ``x``."""
    x = np.asarray(x, dtype=np.float64)
    step: RealArray = np.asarray(np.exp(-np.logaddexp(0.0, -x)))
    return step


def rise_width(scale: float) -> float:
    r"""Width :math:`s \ln 81` over which :math:`1/(1 + e^{-E/s})` rises from 10 to 90 %."""
    return float(LN81 * scale)
