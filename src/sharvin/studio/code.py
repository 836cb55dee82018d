"""Python that gives the numbers of a job again."""

_PROGRAM = '''"""{title}

The same sweep as in the studio: device.toml lies next to this file.
"""

from sharvin.app.run import Options, run

report = run("device.toml", out="results", options=Options(resume=True))
print(report.result)  # an xarray.DataArray with units, errors and provenance
for path in report.files:
    print(path)
'''


def python_of(title: str) -> str:
    """Program for a job with this title."""
    safe = "".join(sign for sign in title if sign.isprintable() and sign not in '"\\')
    return _PROGRAM.format(title=safe.strip() or "A sweep")
