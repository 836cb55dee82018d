"""From a gate to the braid that makes it."""
