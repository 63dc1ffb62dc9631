"""The cases for parameters: what is sent, by the texts of OpenAPI and RFC 6570, and what it must be read as."""
