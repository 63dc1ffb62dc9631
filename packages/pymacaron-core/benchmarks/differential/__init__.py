"""The parts of ``conformance.py``: what makes schemas and values, what serves them, and what judges them as well."""
