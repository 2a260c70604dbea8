"""Reading a page as a browser would: elements with their attributes and the text inside them."""

from __future__ import annotations

from html.parser import HTMLParser

EMPTY = {"br", "hr", "img", "input", "link", "meta", "path", "circle", "rect"}


class Element:
    """One element: ``page.one("input", name="reason")``, ``element["value"]``, ``element.text``."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def __contains__(self, name: str) -> bool:
        return name in self.attributes

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    @property
    def text(self) -> str:
        """All text inside, with its white space as a browser shows it."""
        inside = (child if isinstance(child, str) else f" {child.text} " for child in self.children)
        return " ".join("".join(inside).split())

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """Every element inside with this tag and these attributes; ``class_`` names one of its classes."""
        wanted_class = attributes.pop("class_", "")
        found: list[Element] = []
        for child in self.children:
            if isinstance(child, str):
                continue
            fits = not tag or child.tag == tag
            fits = fits and (not wanted_class or wanted_class in child.classes)
            if fits and all(child.attributes.get(name) == value for name, value in attributes.items()):
                found.append(child)
            found += child.all(tag, **attributes, **({"class_": wanted_class} if wanted_class else {}))
        return found

    def one(self, tag: str = "", **attributes: str) -> Element:
        """The only element that fits; more, or none, fails."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag}> {attributes}"
        return found[0]

    def within(self, tag: str) -> bool:
        """Whether an element with this tag is around it."""
        return self.parent is not None and (self.parent.tag == tag or self.parent.within(tag))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(element)
        if tag not in EMPTY:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Element(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        if tag in EMPTY:
            return
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def read(html: str | bytes) -> Element:
    """The page; an element that is closed in the wrong place fails."""
    reader = _Reader()
    reader.feed(html.decode() if isinstance(html, bytes) else html)
    assert reader.here is reader.root, f"<{reader.here.tag}> is never closed"
    return reader.root
