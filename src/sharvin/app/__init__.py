"""Device files and one function per verb, used by every shell; no physics of its own."""
