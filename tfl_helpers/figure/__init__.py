"""Shapes and sizes in, pictures out: the one door by which a picture leaves."""
