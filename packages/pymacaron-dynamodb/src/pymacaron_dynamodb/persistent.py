"""The classes that persistent models derive from, and the same as functions for models of any class.

``x-persist`` as a mapping makes core derive a model from :class:`PersistentModel`; as the name of a class it makes core
derive it from that class, which is a :class:`PersistentSwaggerObject` as in PyMacaron 2.x.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar, TypeVar, cast

from pymacaron_core.application import current_application
from pymacaron_core.protocol import Model, is_model_class
from typing_extensions import Self

from pymacaron_dynamodb.cursor import Page
from pymacaron_dynamodb.errors import TableError
from pymacaron_dynamodb.memory import hand_on
from pymacaron_dynamodb.plugin import current_store
from pymacaron_dynamodb.table import PARITY

ModelT = TypeVar("ModelT", bound=Model)


class PersistentModel:
    """What a model can do whose document says ``x-persist``.

    An object remembers which item it was loaded from, or saved as, and so do its copies: saving and deleting raise
    ``ConflictError`` when somebody changed that item meanwhile.
    """

    @classmethod
    def load_from_db(cls, hash: Any, range: Any = None, *, consistent: bool = False) -> Self:
        """The model of a key; of this class's model, where the class is its parent as in 2.x.

        Raises ``DynamoDBItemNotFound`` (404). ``consistent`` sees every save that ended before.
        """
        return cast(Self, current_store().load(_model_of(cls), hash, range, consistent=consistent))

    @classmethod
    def exists(cls, hash: Any, range: Any = None) -> bool:
        """Whether there is an item of that key."""
        return current_store().exists(_model_of(cls), hash, range)

    @classmethod
    def query(
        cls,
        hash: Any,
        *,
        at_least: Any = None,
        at_most: Any = None,
        begins_with: str | None = None,
        descending: bool = False,
        limit: int = 100,
        cursor: str | None = None,
        consistent: bool = False,
    ) -> Page[Self]:
        """A page of the models of one hash, in the order of their range: see :meth:`Store.query`."""
        page = current_store().query(
            _model_of(cls),
            hash,
            at_least=at_least,
            at_most=at_most,
            begins_with=begins_with,
            descending=descending,
            limit=limit,
            cursor=cursor,
            consistent=consistent,
        )
        return cast("Page[Self]", page)

    def save_to_db(self, *, overwrite: bool = False) -> None:
        """Save the model. Raises ``ConflictError`` (409) when its item was changed since, or a new one exists already;
        with ``overwrite`` it replaces whatever is there."""
        current_store().save(_checked(self), overwrite=overwrite)

    def delete_from_db(self, *, overwrite: bool = False) -> None:
        """Delete the model's item. Raises ``ConflictError`` (409) when it was changed or deleted since."""
        current_store().delete(_checked(self), overwrite=overwrite)

    def __copy__(self) -> Self:
        inherited = getattr(super(), "__copy__", None)
        copied = inherited() if inherited else type(_checked(self)).from_native(_checked(self).to_native())
        hand_on(self, copied)
        return cast(Self, copied)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        inherited = getattr(super(), "__deepcopy__", None)
        model = _checked(self)
        copied = inherited(memo) if inherited else type(model).from_native(deepcopy(model.to_native(), memo))
        hand_on(self, copied)
        return cast(Self, copied)


class PersistentSwaggerObject(PersistentModel):
    """The parent of PyMacaron 2.x: a class that says which model it is for, and where it is kept.

    ::

        class PersistentProfile(PersistentSwaggerObject):
            api_name = "myserver"
            model_name = "Profile"
            table_name = "profiles"
            primary_key = "profile_id"

    The document names it: ``x-persist: myserver.db.PersistentProfile``.
    """

    api_name: ClassVar[str] = ""
    model_name: ClassVar[str] = ""
    table_name: ClassVar[str] = ""
    primary_key: ClassVar[str] = ""

    @staticmethod
    def setup(childclass: Any) -> None:
        """Set ``api``, ``model`` and ``table`` on a child class, as 2.x did. Calling it is not needed."""
        model = _model_of(childclass)
        childclass.api = current_application().apis[childclass.api_name].catalog
        childclass.model = model
        childclass.table = get_table(model)

    @classmethod
    def get_table(cls) -> Any:
        """boto3's ``Table``. What it is told to do is done as told: no version is looked at."""
        return get_table(_model_of(cls))

    @classmethod
    def to_model(cls, item: Mapping[str, Any]) -> Self:
        """The model in an item as boto3's tables give them: plain values, decimals for numbers."""
        model = _model_of(cls)
        store = current_store()
        return cast(Self, store.adopt(model, {name: value for name, value in item.items() if name != PARITY}))


def save(model: Model, *, overwrite: bool = False) -> None:
    """Save a model of any class: see :meth:`PersistentModel.save_to_db`."""
    current_store().save(model, overwrite=overwrite)


def load(model: type[ModelT], hash: Any, range: Any = None, *, consistent: bool = False) -> ModelT:
    """Load a model of any class: see :meth:`PersistentModel.load_from_db`."""
    return current_store().load(model, hash, range, consistent=consistent)


def delete(model: Model, *, overwrite: bool = False) -> None:
    """Delete a model of any class: see :meth:`PersistentModel.delete_from_db`."""
    current_store().delete(model, overwrite=overwrite)


def exists(model: type[Model], hash: Any, range: Any = None) -> bool:
    """Whether there is an item of that key, for a model of any class."""
    return current_store().exists(model, hash, range)


def query(model: type[ModelT], hash: Any, **wanted: Any) -> Page[ModelT]:
    """A page of models of any class: see :meth:`Store.query`."""
    return current_store().query(model, hash, **wanted)


def get_dynamodb() -> Any:
    """boto3's resource for the current application's database, as in 2.x."""
    return current_store().session.resource


def get_table(model: type[Model]) -> Any:
    """boto3's ``Table`` of a model's class."""
    store = current_store()
    return store.session.resource.Table(store.table(model).name)


def _model_of(cls: Any) -> type[Model]:
    """The model class itself, or the one that a parent of 2.x's kind names."""
    if is_model_class(cls):
        return cls
    api, name = getattr(cls, "api_name", ""), getattr(cls, "model_name", "")
    if not api or not name:
        raise TableError(f"{cls.__qualname__} is no model: give it an api_name and a model_name")
    try:
        return current_application().models.find(api, name)
    except LookupError as error:
        raise TableError(f"{cls.__qualname__} is for a model that is not there: {error}") from error


def _checked(model: Any) -> Model:
    if not is_model_class(type(model)):
        raise TableError(f"a {type(model).__qualname__} is no model: make one of the class that derives from it")
    return cast(Model, model)
