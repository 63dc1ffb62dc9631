"""The parent class that the document gives the model ``Person``, by its ``x-parent``."""

GREETINGS = {"en": "Hello", "fr": "Bonjour", "sv": "Hej"}


class Greetable:
    """Adds a method to a model. The properties it uses are the model's."""

    name: str
    language: str

    def greeting(self) -> str:
        return f"{GREETINGS[self.language]}, {self.name}!"
