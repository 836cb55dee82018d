"""The gallery's list, read without importing it, says what the pages say."""

from sharvin.gallery.registry import ids, phenomenon
from sharvin.studio.catalog import catalog


def test_the_list_is_that_of_the_pages():
    listed = catalog()
    assert [entry["id"] for entry in listed] == list(ids())
    for entry in listed:
        page = phenomenon(entry["id"])
        assert entry == {
            "id": page.id, "title": page.title, "statement": page.statement, "kind": page.kind,
            "references": page.references,
        }  # fmt: skip
