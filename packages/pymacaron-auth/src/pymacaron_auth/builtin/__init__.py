"""The API that a service has as soon as auth is attached."""
