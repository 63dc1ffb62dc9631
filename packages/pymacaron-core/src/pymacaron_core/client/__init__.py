"""The client: the operations of a document, called from the other side.

::

    shop = Client.load("shop.yaml", url="https://shop.example.com")
    order = shop.create_order(shop.models.Order(sku="MAC-0001"), dry_run=True)

Models go in, models come out, and an error reply is an exception that carries the error's model. It needs urllib3:
``pip install 'pymacaron-core[client]'``.
"""

from importlib.util import find_spec

from pymacaron_core.errors import PluginMissing

if find_spec("urllib3") is None:
    raise PluginMissing("calling services needs urllib3, which is not installed: pip install 'pymacaron-core[client]'")

from pymacaron_core.client.client import Client
from pymacaron_core.client.names import method_names
from pymacaron_core.client.replies import Received

__all__ = ["Client", "Received", "method_names"]
