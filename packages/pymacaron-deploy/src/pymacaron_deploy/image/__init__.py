"""Images: what goes in (``context``), how they are made (``dockerfile``), and the making (``builder``)."""
