"""Curves as they come from a cryostat or a sweep, and what can be read off them; no solver."""
