"""Services of whole documents, and schemathesis as their caller."""
