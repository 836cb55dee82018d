"""The phenomena of quantum transport, one runnable page each, with numbers that must come out.

>>> from sharvin import gallery
>>> "saddle-point" in gallery.ids()
True

``gallery.phenomenon("saddle-point")`` gives a page: its statement, a model to play with, the
computation, the checks and the figure. ``gallery.verify()`` computes all of them and compares.
"""

from sharvin.gallery.check import Check
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.registry import ids, phenomenon
from sharvin.gallery.verify import verify

__all__ = ["Check", "Phenomenon", "ids", "phenomenon", "verify"]
