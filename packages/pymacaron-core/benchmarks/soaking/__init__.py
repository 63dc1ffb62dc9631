"""The parts of ``soak.py``: the project that is served, what is sent, who sends it, and what is measured and judged."""
