"""Verb ``gallery.run``: one page of the gallery, computed, checked and drawn. Runs in a worker."""

import io
import time
from collections.abc import Callable
from typing import Any

from sharvin.gallery.registry import phenomenon
from sharvin.plot.style import house_style


def run(id: str, tell: Callable[[str], None]) -> dict[str, Any]:
    """Figure and checks of a page; ``tell`` hears what is being done."""
    start = time.perf_counter()
    tell("loading the solvers")
    page = phenomenon(id)
    tell("computing")
    data = page.compute(full=False)
    tell("checking")
    checks = page.checks(data)
    tell("drawing")
    figure = svg(page.figure(data))
    return {
        "id": id,
        "checks": [
            {
                "name": check.name,
                "value": check.value,
                "expected": check.expected,
                "tolerance": check.tolerance,
                "passed": bool(check.passed),
                "reason": check.reason,
            }
            for check in checks
        ],
        "figure_svg": figure,
        "seconds": time.perf_counter() - start,
    }


def svg(figure: Any) -> str:
    """Figure as SVG without a date; its text is drawn as paths and looks the same everywhere."""
    target = io.StringIO()
    with house_style():
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    text = target.getvalue()
    return text[text.index("<svg") :]
