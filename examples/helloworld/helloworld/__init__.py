"""The functions of the service: one for each operation of the documents in ``apis/``."""
