"""Bridges to other packages; each imports its partner only when it is used."""
