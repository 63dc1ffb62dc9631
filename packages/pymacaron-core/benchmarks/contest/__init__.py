"""The rooms of ``serving.py``: the same workloads served by PyMacaron and by other frameworks, side by side."""
