"""The docs page of a service: its documents, and Swagger UI to read and try them, without a request elsewhere."""

from pymacaron_core.docs.blueprint import docs_blueprint

__all__ = ["docs_blueprint"]
