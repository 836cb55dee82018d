"""Synthetic data of every fit, each with the values that made it: rows for `intervals.py`."""

from collections.abc import Callable

from sharvin.analysis.examples import Example, examples
from sharvin.analysis.fit import Fit

Case = Callable[[int], tuple[Fit, dict[str, float]]]


def case(example: Example) -> Case:
    return lambda seed: (example.run(seed), dict(example.truth))


CASES: dict[str, Case] = {example.name: case(example) for example in examples()}
