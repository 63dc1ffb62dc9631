"""An in-memory Petstore: the operations that both documents have alike, as plain functions named by operation id."""

from collections import Counter
from itertools import count

from pymacaron_core.errors import Forbidden, InvalidParameter, NotFound, TokenInvalid

pets, images, orders, users = {}, {}, {}, {}
logged_in = set()
numbers = count(1000)

STATUSES = ("available", "pending", "sold")
TOKENS = {"a-reader": {"read:pets"}, "an-owner": {"read:pets", "write:pets"}}


def clear():
    """Forget everything: each test begins with an empty store."""
    for shelf in (pets, images, orders, users, logged_in):
        shelf.clear()


def petstore_auth(call, credential):
    """The guard of the OAuth scheme: the token must be known, and have every scope that the operation asks for."""
    scopes = TOKENS.get(credential.value)
    if scopes is None:
        raise TokenInvalid("this token is not known here")
    if not scopes.issuperset(credential.scopes):
        raise Forbidden(f"this call needs the scopes {' and '.join(credential.scopes)}")
    return credential.value


def api_key(call, credential):
    """The guard of the key: the one that the document tells everybody."""
    if credential.value != "special-key":
        raise TokenInvalid("this key is not known here")


GUARDS = {"petstore_auth": petstore_auth, "api_key": api_key}


def found(shelf, key, what):
    if key not in shelf:
        raise NotFound(f"there is no {what} {key}")
    return shelf[key]


def needed(body, what):
    if body is None:
        raise InvalidParameter(f"this call needs {what}")
    return body


def add_pet(pet):
    if pet.id is None:
        pet.id = next(numbers)
    pets[pet.id] = pet
    return pet


def update_pet(pet):
    found(pets, pet.id, "pet")
    pets[pet.id] = pet
    return pet


def find_pets_by_status(status):
    wanted = [status] if isinstance(status, str) else status
    return [pet for pet in pets.values() if pet.status in wanted]


def find_pets_by_tags(tags):
    return [pet for pet in pets.values() if {tag.name for tag in pet.tags or ()} & set(tags or ())]


def get_pet_by_id(pet_id):
    return found(pets, pet_id, "pet")


def update_pet_with_form(pet_id, name, status):
    pet = found(pets, pet_id, "pet")
    if status is not None and status not in STATUSES:
        raise InvalidParameter(f"status must be one of {', '.join(STATUSES)}")
    pet.name = name or pet.name
    pet.status = status or pet.status


def delete_pet(pet_id):
    found(pets, pet_id, "pet")
    del pets[pet_id]


def keep_image(pet_id, content, metadata):
    found(pets, pet_id, "pet")
    images[pet_id] = content
    return {"code": 200, "type": metadata or "unknown", "message": f"{len(content)} bytes"}


def get_inventory():
    return dict(Counter(pet.status for pet in pets.values() if pet.status))


def place_order(order):
    needed(order, "an order")
    if order.id is None:
        order.id = next(numbers)
    orders[order.id] = order
    return order


def get_order_by_id(order_id):
    return found(orders, order_id, "order")


def delete_order(order_id):
    found(orders, order_id, "order")
    del orders[order_id]


def login_user(username, password):
    user = users.get(username)
    if user is None or user.password != password:
        raise InvalidParameter("invalid username or password")
    logged_in.add(username)
    return f"session of {username}", 200, {"X-Rate-Limit": "5000", "X-Expires-After": "2030-01-01T00:00:00Z"}


def logout_user():
    logged_in.clear()


def get_user_by_name(username):
    return found(users, username, "user")


def keep_user(user):
    users[needed(user, "a user").username] = user
    return user


def replace_user(username, user):
    found(users, username, "user")
    del users[username]
    return keep_user(user)


def delete_user(username):
    found(users, username, "user")
    del users[username]
