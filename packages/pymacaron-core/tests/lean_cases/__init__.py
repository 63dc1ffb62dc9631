"""Cases for the comparison of the lean way with Flask's own; each room has those of one part of Flask."""
