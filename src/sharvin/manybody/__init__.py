"""Electrons that talk to each other: dots, Kondo, short contacts and Luttinger liquids."""
