"""Starlette's test client, on either generation of its HTTP library."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it prefers a newer HTTP library; the older one does
    from starlette.testclient import TestClient as TestClient
