"""Functions for the operations of ``apis/helloworld.yaml``, bound by their names."""

import datetime as dt
from io import BytesIO

import flask
from apis.helloworld_models import (
    Feedback,
    FeedbackCount,
    Greeting,
    Language,
    NewPerson,
    People,
    Person,
    PersonChange,
    Picture,
    PictureForm,
)
from pymacaron_core import UnsupportedMediaType, add_error, get_config, timenow

from helloworld.greetable import GREETINGS
from helloworld.store import Store

PersonExists = add_error("PersonExists", code="PERSON_EXISTS", status=409)
TooManyPeople = add_error("TooManyPeople", code="TOO_MANY_PEOPLE", status=409)
NoSuchPerson = add_error("NoSuchPerson", code="NO_SUCH_PERSON", status=404)
NoPicture = add_error("NoPicture", code="NO_PICTURE", status=404)

people: Store[int, Person] = Store()
pictures: Store[int, bytes] = Store()
moods: Store[int, str] = Store()


def say_hello(name: str, language: Language) -> Greeting:
    return Greeting(text=f"{GREETINGS[language]}, {name}!", at=timenow())


def list_people(limit: int, language: Language | None, born_before: dt.date | None) -> People:
    found = [
        person
        for person in people.values()
        if (language is None or person.language == language)
        and (born_before is None or (person.birthday is not None and person.birthday < born_before))
    ]
    return People(people=found[:limit], total=len(found))


def add_person(new: NewPerson) -> Person:
    with people.lock:
        refuse_taken_name(new.name)
        if len(people) >= get_config().most_people:
            raise TooManyPeople(
                f"{len(people)} people are kept already", user_message="We are full. Try again tomorrow!"
            )
        number = people.next_number()
        person = Person(id=number, name=new.name, language=new.language, birthday=new.birthday, added=timenow())
        people[number] = person
        return person


def get_person(person_id: int) -> Person:
    try:
        return people[person_id]
    except KeyError:
        raise NoSuchPerson(f"there is no person {person_id}") from None


def change_person(change: PersonChange, person_id: int) -> Person:
    with people.lock:
        changed = get_person(person_id).clone()
        if change.name is not None and change.name != changed.name:
            refuse_taken_name(change.name)
        for name in change.model_fields_set:
            setattr(changed, name, getattr(change, name))
        people[person_id] = changed
        return changed


def remove_person(person_id: int) -> None:
    with people.lock:
        get_person(person_id)
        people.remove(person_id)
        pictures.remove(person_id)


def greet_person(person_id: int) -> Greeting:
    return Greeting(text=get_person(person_id).greeting(), at=timenow())


def set_picture(form: PictureForm, person_id: int) -> Picture:
    media_type, content = form.picture.content_type, form.picture.read()
    if media_type not in ("image/png", "image/jpeg"):
        raise UnsupportedMediaType(f"a picture is a PNG or a JPEG, not {media_type}")
    picture = Picture(media_type=media_type, bytes=len(content), caption=form.caption)
    with people.lock:
        person = get_person(person_id).clone()
        person.picture = picture
        people[person_id] = person
        pictures[person_id] = content
    return picture


def get_picture(person_id: int) -> flask.Response:
    picture = get_person(person_id).picture
    if picture is None:
        raise NoPicture(f"person {person_id} has no picture")
    return flask.send_file(BytesIO(pictures[person_id]), mimetype=picture.media_type)


def give_feedback(feedback: Feedback) -> FeedbackCount:
    with moods.lock:
        moods[moods.next_number()] = feedback.mood
        given = moods.values()
    return FeedbackCount(happy=given.count("happy"), indifferent=given.count("indifferent"), sad=given.count("sad"))


def fail() -> None:
    raise RuntimeError("the coffee machine is empty")


def refuse_taken_name(name: str) -> None:
    if any(person.name == name for person in people.values()):
        raise PersonExists(f"there is a {name} already", user_message=f"Somebody called {name} is here already.")
