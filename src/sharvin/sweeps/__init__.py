"""Many points: verbs on devices, and how they are planned, computed, stored and resumed."""
