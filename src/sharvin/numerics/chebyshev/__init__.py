"""Chebyshev expansions of functions of large Hermitian matrices, matrix-free and in blocks."""
