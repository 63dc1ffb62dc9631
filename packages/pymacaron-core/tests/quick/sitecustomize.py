"""On the path of commands that tests start: the document validator, which takes seconds, is as if not installed."""

import sys

sys.modules["openapi_spec_validator"] = None  # type: ignore[assignment]
