"""The command ``sharvin``: arguments in, text out; no physics."""
