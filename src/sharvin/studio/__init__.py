"""The laboratory in the browser: a server on this machine alone, and workers that compute.

The server imports neither numba nor SciPy; whatever solves runs in processes of its own.
"""
