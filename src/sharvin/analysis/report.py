"""A fit in words: values, tests, and what to be careful about."""

import numpy as np

from sharvin.analysis.fit import SUSPECT, Fit
from sharvin.analysis.text import with_error

STRONG = 0.95  # correlation from which two values cannot be quoted apart


def report(fit: Fit) -> str:
    """Lines of text: model, values with errors, correlations, tests of the residuals, notes."""
    lines = [fit.model, f"  {fit.formula}"]
    if not fit.converged:
        return "\n".join([*lines, f"  not reliable: {fit.problem}", *_notes(fit)])
    width = max(map(len, fit.names))
    errors = fit.errors
    lines += [
        f"  {name:<{width}} = {with_error(value, errors[name], fit.units.get(name, ''))}"
        for name, value in fit.values.items()
    ]
    lines += [f"  {line}" for line in fit.parts.get("lines", ())]
    lines += [*_correlations(fit), *_tests(fit), *_notes(fit)]
    return "\n".join(lines)


def _correlations(fit: Fit) -> list[str]:
    matrix = fit.correlation
    strong = [
        f"{fit.names[i]} and {fit.names[j]} ({matrix[i, j]:+.3f})"
        for i, j in zip(*np.triu_indices(len(fit.names), 1), strict=True)
        if abs(matrix[i, j]) > STRONG
    ]
    return [f"  strongly correlated: {', '.join(strong)}"] if strong else []


def _tests(fit: Fit) -> list[str]:
    found = fit.tests()
    spread = float(np.sqrt((fit.residuals**2).sum() / max(fit.freedom, 1)))
    line = f"  {fit.y.size} points, residuals {spread:.3g} rms"
    runs = found["runs"]
    if np.isfinite(runs):
        line += f", runs test p = {runs:.2g}"
    if np.isfinite(found.get("chi2", np.nan)):
        line += f", chi² test p = {found['chi2']:.2g}"
    lines = [line]
    if runs < SUSPECT:
        lines.append(
            "  ! residuals of one sign come in runs: the model misses something, or the noise is "
            "correlated; covariance errors are too small"
            + (", use bootstrap" if fit.refit is not None else "")
        )
    if found.get("chi2", 1.0) < SUSPECT:
        lines.append("  ! residuals are larger than the stated noise: model or sigma is wrong")
    return lines


def _notes(fit: Fit) -> list[str]:
    return [f"  ! {note}" for note in fit.notes]
