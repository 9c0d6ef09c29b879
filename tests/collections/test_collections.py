"""People put practices together, keep them in order and share them by a link."""

import re
import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from efus.tasks import forget_deleted
from practices.collections import changes
from practices.collections.models import (
    MOST_COLLECTIONS,
    MOST_PRACTICES,
    Collection,
    CollectionItem,
)
from practices.models import Practice
from tests.domain import (
    PASSWORD,
    a_city,
    a_collection,
    a_person,
    a_practice,
    a_theme,
    a_translation,
    an_administrator,
)

pytestmark = pytest.mark.django_db
OWN = "/en/account/collections/"


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


@pytest.fixture
def mentors(genk):
    return a_practice(genk, "nl", title_nl="Mentoren in de wijk")


@pytest.fixture
def night(genk):
    return a_practice(genk, "nl", title_nl="Uitgaansleven")


@pytest.fixture
def person():
    return a_person("researcher@university.example", name="Anne Petit", language="en")


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1]


def own(collection, rest=""):
    return f"{OWN}{collection.pk}/{rest}"


def shared(collection, rest=""):
    collection.refresh_from_db()
    return f"/en/collections/{collection.share_token}/{rest}"


def titles(page):
    found = re.findall(r'<h2 class="card-title">(.*?)</h2>', page.content.decode(), re.DOTALL)
    return [re.sub(r"<[^>]+>", "", title) for title in found]


def in_order(collection):
    return [item.practice for item in collection.items.present().order_by("position")]


def withdraw(practice, **changed):
    Practice.objects.filter(pk=practice.pk).update(state="unpublished", **changed)


# Adding


def test_from_the_page_of_a_practice_it_goes_into_a_new_collection_once(client, person, mentors):
    client.force_login(person)
    practice_page = text_of(client.get(mentors.get_absolute_url(), follow=True))
    assert f"{OWN}add/{mentors.pk}/" in practice_page
    page = client.get(f"{OWN}add/{mentors.pk}/")
    sent = {
        "collection": "new",
        "title": "Youth work that lasts",
        "note": "Read this first.",
        "token": hidden(page, "token"),
    }
    page = client.post(f"{OWN}add/{mentors.pk}/", sent, follow=True)
    assert "It is in “Youth work that lasts” now." in text_of(page)
    assert "Read this first." in text_of(page)
    page = client.post(f"{OWN}add/{mentors.pk}/", sent, follow=True)  # pressed twice
    assert "is in “Youth work that lasts” already" in text_of(page)
    collection = Collection.objects.get()
    assert (collection.person, collection.language) == (person, "en")
    assert collection.share_token is None
    assert in_order(collection) == [mentors]


def test_it_goes_to_the_end_of_the_collection_that_is_chosen(client, person, mentors, night):
    others, collection = a_collection(person), a_collection(person, night, title="Evenings")
    client.force_login(person)
    page = client.get(f"{OWN}add/{mentors.pk}/")
    assert "Evenings (1 practice)" in text_of(page)
    assert "Evenings (has it already)" in text_of(client.get(f"{OWN}add/{night.pk}/"))
    client.post(f"{OWN}add/{mentors.pk}/", {"collection": collection.pk})
    assert in_order(collection) == [night, mentors]
    assert in_order(others) == []


def test_who_has_no_account_signs_in_and_finds_the_form_as_it_was(client, person, mentors):
    address = f"{OWN}add/{mentors.pk}/"
    page = client.get(address)
    assert page.status_code == 302
    assert f"next={address}" in page.url
    client.force_login(person)
    page = client.get(address)
    sent = {
        "collection": "new",
        "title": "Kept title",
        "note": "A long note.",
        "written_by": hidden(page, "written_by"),
    }
    client.logout()
    page = client.post(address, sent)
    signed_in = {"login": person.email, "password": PASSWORD, "next": address}
    page = client.post(page.url, signed_in, follow=True)
    for words in ("Kept title", "A long note.", "It is not saved yet"):
        assert words in text_of(page)
    assert not Collection.objects.exists()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"collection": "new"}, "Say what the new collection is called."),
        ({"collection": "new", "title": "nul \x00"}, "Null characters"),
        ({"collection": "new", "title": "x" * 101}, "at most 100 characters"),
        ({"collection": "9" * 30}, "not one of the available choices"),
        ({"collection": "chosen", "title": "Another"}, "Choose “a new collection” above"),
        ({"collection": "chosen", "note": "x" * 1_001}, "at most 1000 characters"),
        ({"collection": "others"}, "not one of the available choices"),
        ({}, "This field is required."),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_is_added(client, person, mentors, sent, told):
    names = {"chosen": a_collection(person).pk, "others": a_collection(a_person()).pk}
    client.force_login(person)
    if "collection" in sent:
        sent = sent | {"collection": names.get(sent["collection"], sent["collection"])}
    page = client.post(f"{OWN}add/{mentors.pk}/", sent | {"token": "nul \x00"})
    assert page.status_code == 422
    assert told in text_of(page)
    assert Collection.objects.count() == 2
    assert not CollectionItem.objects.exists()


def test_another_note_on_what_is_there_already_is_neither_lost_nor_put_over_the_first(
    client, person, mentors
):
    collection = a_collection(person, mentors)
    client.force_login(person)
    client.post(f"{OWN}add/{mentors.pk}/", {"collection": collection.pk, "note": "First."})
    assert collection.items.get().note == "First."
    sent = {"collection": collection.pk, "note": "Second."}
    page = client.post(f"{OWN}add/{mentors.pk}/", sent)
    assert page.status_code == 422
    assert "already, with another note" in text_of(page)
    assert "Second." in text_of(page)
    assert collection.items.get().note == "First."


def test_a_draft_cannot_be_added(client, person, genk):
    draft = a_practice(genk, title_nl="Nog geheim", published_days_ago=None)
    collection = a_collection(person)
    client.force_login(person)
    for page in (
        client.get(f"{OWN}add/{draft.pk}/"),
        client.post(f"{OWN}add/{draft.pk}/", {"collection": collection.pk}),
    ):
        assert page.status_code == 404
        assert "no longer public" in text_of(page)
        assert "Nog geheim" not in text_of(page)
    assert client.get(f"{OWN}add/{'9' * 30}/").status_code == 404


# Changing


def test_a_collection_is_begun_and_changed_in_words_of_ones_own(client, person):
    client.force_login(person)
    page = client.get(f"{OWN}new/")
    sent = {"title": "Nights", "language": "en", "token": hidden(page, "token")}
    for _time in range(2):
        page = client.post(f"{OWN}new/", sent, follow=True)
        assert page.status_code == 200
    collection = Collection.objects.get()
    sent = {"title": "Nuits", "language": "fr", "description": "De A à Z", "curator": "A. Petit"}
    page = client.post(own(collection, "edit/"), sent, follow=True)
    assert '<span lang="fr">Nuits</span>' in text_of(page)
    assert '<span lang="fr">De A à Z</span>' in text_of(page)
    page = client.post(own(collection, "edit/"), sent | {"title": " ", "curator": "B\r\nB"})
    assert page.status_code == 422
    collection.refresh_from_db()
    assert (collection.title, collection.curator) == ("Nuits", "A. Petit")


def test_practices_are_moved_up_and_down_and_pressing_twice_moves_once(client, person, genk):
    practices = [a_practice(genk) for _number in range(3)]
    collection = a_collection(person, *practices)
    first, second, third = practices
    client.force_login(person)
    up = re.findall(r'name="up" value="(\S+)"', text_of(client.get(own(collection))))
    down = re.findall(r'name="down" value="(\S+)"', text_of(client.get(own(collection))))
    assert len(up) == len(down) == 2
    for _time in range(2):
        page = client.post(own(collection, "practices/"), {"up": up[-1]})
    assert page.url.endswith(f"?page=1#item-{collection.items.get(practice=third).pk}")
    assert in_order(collection) == [first, third, second]
    page = client.post(own(collection, "practices/"), {"down": down[0]})
    assert in_order(collection) == [second, third, first]
    assert page.url.endswith(f"#item-{collection.items.get(practice=first).pk}")


@pytest.mark.parametrize("value", ["", "x", "1", "1-", "-", "9" * 30 + "-1", "0-0", "²-²", "\x00"])
@pytest.mark.parametrize("name", ["up", "down", "remove", "put_back"])
def test_a_button_that_means_nothing_changes_nothing(client, person, mentors, name, value):
    collection = a_collection(person, mentors)
    CollectionItem.objects.update(id=12)
    client.force_login(person)
    page = client.post(own(collection, "practices/"), {name: value}, follow=True)
    assert page.status_code == 200
    assert in_order(collection) == [mentors]


def test_what_was_removed_is_put_back_where_it_was_with_its_note(client, person, genk):
    practices = [a_practice(genk, title_nl=f"Praktijk {letter}") for letter in "abc"]
    collection = a_collection(person, *practices)
    item = collection.items.get(practice=practices[1])
    client.force_login(person)
    client.post(own(collection, f"notes/{item.pk}/"), {"note": "Why this one"})
    for _time in range(2):
        page = client.post(own(collection, "practices/"), {"remove": item.pk}, follow=True)
    assert titles(page) == ["Praktijk a", "Praktijk c"]
    assert "Recently removed" in text_of(page)
    assert client.get(own(collection, f"notes/{item.pk}/")).status_code == 404
    for _time in range(2):
        page = client.post(own(collection, "practices/"), {"put_back": item.pk}, follow=True)
    assert titles(page) == ["Praktijk a", "Praktijk b", "Praktijk c"]
    assert "Why this one" in text_of(page)
    assert "Recently removed" not in text_of(page)


def test_what_was_removed_and_is_added_again_comes_to_the_end_with_its_note(person, genk):
    practices = [a_practice(genk) for _number in range(2)]
    collection = a_collection(person, *practices)
    item = collection.items.get(practice=practices[0])
    item.note = "Kept"
    item.save()
    changes.remove(item)
    assert in_order(collection) == [practices[1]]
    again, is_new = changes.add(collection, practices[0], "", "en")
    assert is_new
    assert (again.pk, again.note) == (item.pk, "Kept")
    assert in_order(collection) == [practices[1], practices[0]]


def test_after_the_last_one_of_a_page_is_removed_the_page_before_opens(client, person, genk):
    collection = a_collection(person, *[a_practice(genk) for _number in range(21)])
    last = collection.items.order_by("position").last()
    client.force_login(person)
    assert len(titles(client.get(own(collection, "?page=2")))) == 1
    page = client.post(own(collection, "practices/"), {"remove": last.pk}, follow=True)
    assert page.status_code == 200
    assert len(titles(page)) == 20
    assert client.get(own(collection, "?page=7")).status_code == 404


def test_a_deleted_collection_comes_back_with_its_practices_and_link(client, person, mentors):
    collection = a_collection(person, mentors, title="Nights", share_token=uuid.uuid4())
    address = shared(collection)
    client.force_login(person)
    assert "It holds 1 practice." in text_of(client.get(own(collection, "delete/")))
    for _time in range(2):
        page = client.post(own(collection, "delete/"), follow=True)
        assert "“Nights” is deleted" in text_of(page)
    assert client.get(own(collection)).status_code == 404
    assert client.get(address).status_code == 404
    assert client.get(own(collection, "bring-back/")).status_code == 302
    assert client.get(own(collection)).status_code == 404
    for _time in range(2):
        page = client.post(own(collection, "bring-back/"), follow=True)
    assert titles(page) == ["Mentoren in de wijk"]
    assert client.get(address).status_code == 200


def test_what_was_deleted_is_forgotten_after_a_month_and_only_the_last_ten_are_kept(
    person, mentors
):
    for _number in range(12):
        changes.delete(a_collection(person))
    kept = a_collection(person, mentors)
    assert Collection.objects.filter(person=person).count() == 11
    changes.remove(kept.items.get())
    forget_deleted()
    assert Collection.objects.count() == 11
    long_ago = timezone.now() - timedelta(days=31)
    Collection.objects.exclude(pk=kept.pk).update(deleted_at=long_ago)
    CollectionItem.objects.update(deleted_at=long_ago)
    forget_deleted()
    assert Collection.objects.get() == kept
    assert not CollectionItem.objects.exists()


# Nobody else's


def test_nobody_else_finds_a_collection_administrators_included(client, person, mentors):
    collection = a_collection(person, mentors, title="Private thoughts")
    item = collection.items.get()
    for other in (a_person(), an_administrator()):
        client.force_login(other)
        assert "Private thoughts" not in text_of(client.get(OWN))
        for rest in ("", "edit/", "delete/", "practices/", "share/", "bring-back/"):
            answer = client.get(own(collection, rest))
            assert answer.status_code == 404, rest
            assert "Private thoughts" not in text_of(answer)
        assert client.get(own(collection, f"notes/{item.pk}/")).status_code == 404
        for rest, sent in [
            ("edit/", {"title": "Mine", "language": "en"}),
            ("delete/", {}),
            ("share/", {"share": ""}),
            ("practices/", {"remove": item.pk}),
            (f"notes/{item.pk}/", {"note": "Mine"}),
        ]:
            assert client.post(own(collection, rest), sent).status_code == 404, rest
    collection.refresh_from_db()
    assert (collection.title, collection.share_token) == ("Private thoughts", None)
    assert collection.items.present().get().note == ""


def test_a_practice_of_another_collection_cannot_be_reached_through_ones_own(
    client, person, mentors
):
    theirs = a_collection(a_person(), mentors).items.get()
    collection = a_collection(person)
    client.force_login(person)
    client.post(own(collection, "practices/"), {"remove": theirs.pk})
    assert client.get(own(collection, f"notes/{theirs.pk}/")).status_code == 404
    theirs.refresh_from_db()
    assert theirs.deleted_at is None


# Sharing


def test_whoever_has_the_link_reads_it_until_it_is_renewed_or_ended(client, person, mentors):
    collection = a_collection(person, mentors, title="Choix", description="Pour nos collègues")
    changes.add(collection, mentors, "À lire", "fr")
    client.force_login(person)
    client.get(own(collection, "share/"))
    collection.refresh_from_db()
    assert collection.share_token is None  # by address alone, nothing is shared
    for _time in range(2):
        page = client.post(own(collection, "share/"), {"share": ""}, follow=True)
    first = shared(collection)
    assert first in text_of(page)
    client.post(own(collection, "share/"), {"share": ""})
    assert shared(collection) == first
    client.logout()
    page = client.get(first)
    for words in ('<span lang="fr">Pour nos collègues</span>', '<span lang="fr">À lire</span>'):
        assert words in text_of(page)
    assert '<meta name="robots" content="noindex">' in text_of(page)
    assert "no-store" in page["Cache-Control"]
    assert titles(page) == ["Mentoren in de wijk"]
    client.force_login(person)
    client.post(own(collection, "share/"), {"renew": ""})
    second = shared(collection)
    client.post(own(collection, "share/"), {"stop": ""})
    client.logout()
    assert second != first
    for address in (first, second):
        page = client.get(address)
        assert page.status_code == 404
        assert "not shared, or no longer" in text_of(page)
    client.force_login(person)
    client.post(own(collection, "share/"), {"renew": ""})
    collection.refresh_from_db()
    assert collection.share_token is None  # only what is shared has another link


def test_readers_see_the_name_that_was_chosen_and_never_the_account(client, person, mentors):
    collection = a_collection(person, mentors, share_token=uuid.uuid4())
    page = text_of(client.get(shared(collection)))
    Collection.objects.update(curator="The night desk")
    named = text_of(client.get(shared(collection)))
    assert "A collection by The night desk" in named
    for seen in (page, named):
        assert person.email not in seen
        assert person.name not in seen
    type(person).objects.update(is_active=False)
    assert client.get(shared(collection)).status_code == 404


def test_what_is_unpublished_is_named_to_its_owner_alone_and_keeps_its_place(
    client, person, mentors, night
):
    a_translation(mentors, "fr", title="Des mentors")
    collection = a_collection(person, mentors, night, share_token=uuid.uuid4(), language="fr")
    withdraw(mentors, title_nl="Nieuwe geheime titel", title_fr="Nouveau titre secret")
    page = client.get(shared(collection))
    assert titles(page) == ["Uitgaansleven"]
    assert "mentor" not in text_of(page).lower()
    client.force_login(person)
    page = client.get(own(collection))
    assert titles(page) == ["Des mentors", "Uitgaansleven"]
    assert '<span lang="fr">Des mentors</span>' in text_of(page)
    assert "no longer public" in text_of(page)
    assert "secret" not in text_of(page)
    assert "geheime" not in text_of(page)
    Practice.objects.filter(pk=mentors.pk).update(state="published")
    assert len(titles(client.get(shared(collection)))) == 2


def test_a_reader_saves_a_copy_which_is_theirs_alone(client, person, mentors, night, genk):
    gone = a_practice(genk, title_nl="Ingetrokken")
    collection = a_collection(
        person, night, gone, mentors, title="Choix", curator="A. Petit", share_token=uuid.uuid4()
    )
    changes.add(collection, mentors, "À lire", "fr")
    withdraw(gone)
    reader = a_person(language="en")
    address = shared(collection, "copy/")
    assert "login" in client.get(address).url
    client.force_login(reader)
    page = client.get(address)
    suggested = re.search(r"<textarea.*?</textarea>", text_of(page))[0]
    assert "Choix" in suggested
    assert "A. Petit" in suggested
    sent = {"title": "Ma copie", "description": "d", "token": hidden(page, "token")}
    for _time in range(2):
        page = client.post(address, sent, follow=True)
        assert titles(page) == ["Uitgaansleven", "Mentoren in de wijk"]
    copy = Collection.objects.get(person=reader)
    assert (copy.title, copy.language, copy.curator, copy.share_token) == (
        "Ma copie",
        "fr",
        "",
        None,
    )
    assert [item.note for item in copy.items.order_by("position")] == ["", "À lire"]
    copy.items.all().delete()
    assert len(in_order(collection)) == 3
    changes.stop_sharing(collection)
    assert client.get(address).status_code == 404
    assert client.post(address, sent).status_code == 404


def test_pages_take_a_constant_number_of_queries(
    client, person, genk, django_assert_num_queries, django_assert_max_num_queries
):
    theme = a_theme("nightlife")
    collection = a_collection(person, share_token=uuid.uuid4())

    def more():
        changes.add(collection, a_practice(genk, themes=[theme]), "Note", "en")
        a_collection(person, a_practice(genk))
        changes.delete(a_collection(person))
        gone = changes.add(collection, a_practice(genk), "", "en")[0]
        changes.remove(gone)

    more()
    client.force_login(person)
    practice = collection.items.first().practice
    addresses = [OWN, own(collection), shared(collection), f"{OWN}add/{practice.pk}/"]
    counts = {}
    for address in addresses:
        with django_assert_max_num_queries(12) as queries:
            assert client.get(address).status_code == 200
        counts[address] = len(queries)
    for _number in range(4):
        more()
    for address in addresses:
        with django_assert_num_queries(counts[address]):
            client.get(address)


# What always holds


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("collection_has_title", {"title": " "}),
        ("collection_language_known", {"language": "xx"}),
        ("collection_description_not_too_long", {"description": "x" * 2_001}),
    ],
)
def test_a_collection_only_takes_what_makes_sense(person, constraint, fields):
    with refused_by(constraint), transaction.atomic():
        a_collection(person, **fields)


def test_a_practice_stands_once_in_a_collection_and_alone_in_its_place(person, mentors, night):
    collection = a_collection(person, mentors)
    given = {"collection": collection, "title_language": "nl"}
    with refused_by("collection_item_once"), transaction.atomic():
        CollectionItem.objects.create(practice=mentors, position=2, **given)
    with refused_by("collection_item_position_valid"), transaction.atomic():
        CollectionItem.objects.create(practice=night, position=0, **given)
    with refused_by("collection_item_note_not_too_long"), transaction.atomic():
        CollectionItem.objects.create(practice=night, position=2, note="x" * 1_001, **given)
    with refused_by("title_language_known"), transaction.atomic():
        CollectionItem.objects.create(
            practice=night, position=2, **given | {"title_language": "xx"}
        )


@pytest.mark.django_db(transaction=True)
def test_two_practices_cannot_end_up_in_one_place(person, mentors, night):
    collection = a_collection(person, mentors)
    with refused_by("collection_item_one_per_position"):
        CollectionItem.objects.create(
            collection=collection, practice=night, position=1, title_language="nl"
        )


def test_nobody_has_more_than_a_hundred_collections(client, person, mentors):
    Collection.objects.bulk_create(
        Collection(person=person, title="C", language="en") for _number in range(MOST_COLLECTIONS)
    )
    with refused_by("100 collections at most"), transaction.atomic():
        a_collection(person)
    client.force_login(person)
    sent = {"title": "One more", "language": "en"}
    page = client.post(f"{OWN}new/", sent)
    assert page.status_code == 422
    assert "which is the most" in text_of(page)
    assert "One more" in text_of(page)
    gone = Collection.objects.first()
    changes.delete(gone)
    assert client.post(f"{OWN}new/", sent).status_code == 302
    page = client.post(own(gone, "bring-back/"), follow=True)
    assert "which is the most" in text_of(page)
    with refused_by("100 collections at most"), transaction.atomic():
        Collection.objects.filter(pk=gone.pk).update(deleted_at=None)


def test_no_collection_has_more_than_two_hundred_practices(client, person, genk, mentors, night):
    collection = a_collection(person, mentors)
    practices = Practice.objects.bulk_create(
        Practice(city=genk, original_language="nl") for _number in range(MOST_PRACTICES - 1)
    )
    with transaction.atomic():
        CollectionItem.objects.bulk_create(
            CollectionItem(
                collection=collection, practice=practice, position=place, title_language="nl"
            )
            for place, practice in enumerate(practices, start=2)
        )
    client.force_login(person)
    page = client.post(f"{OWN}add/{night.pk}/", {"collection": collection.pk, "note": "Kept"})
    assert page.status_code == 422
    assert "200 practices at most" in text_of(page)
    assert "Kept" in text_of(page)
    with refused_by("200 practices at most"), transaction.atomic():
        CollectionItem.objects.create(
            collection=collection, practice=night, position=900, title_language="nl"
        )
    first = collection.items.get(practice=mentors)
    changes.remove(first)
    changes.add(collection, night, "", "en")
    page = client.post(own(collection, "practices/"), {"put_back": first.pk}, follow=True)
    assert "which is the most" in text_of(page)
    assert in_order(collection)[-1] == night


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_add_at_once_find_two_places(person, genk):
    practices = [a_practice(genk) for _number in range(2)]
    collection = a_collection(person)
    start, failures = threading.Barrier(2), []

    def go(practice):
        try:
            start.wait(timeout=20)
            changes.add(collection, practice, "", "en")
        except Exception as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=[practice]) for practice in practices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert failures == []
    assert set(in_order(collection)) == set(practices)
