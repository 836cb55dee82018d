"""Linear algebra without physics: it knows matrices, not leads."""
