"""A browser that judges every page at which it arrives."""

from __future__ import annotations

import re
import shutil
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from re import Pattern

    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright, Response, ViewportSize

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SERVICE_NAME = "Correspondence Tool"
NARROW = 320
WIDE = 1280
HIGH = 900
MOST_TABS = 400

ANNOUNCED = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d) ")
"""Chromium's own line for an answer that says no; a form with errors is sent with 422."""

LOOK = """
() => {
  const elements = [...document.querySelectorAll("body [class]")];
  const names = new Set(elements.flatMap((element) => [...element.classList]));
  const classes = [...names].filter((name) => !name.startsWith("govuk-!-"));
  const component = (name) => name.split(/--|__/)[0];
  const summary = document.querySelector(".govuk-error-summary");
  return {
    title: document.title,
    headings: [...document.querySelectorAll("h1")].map((heading) => heading.textContent),
    errors: summary !== null,
    begins_with_errors: summary !== null && summary === document.activeElement,
    components: [...new Set(classes.map(component))].sort().join(" "),
    classes,
  };
}
"""
MAIN_ACTION = "main form:not([role=search]) [type=submit], main a.govuk-button, main a.govuk-link"
"""What one comes to the page for: its button, else its first link."""


def launch(playwright: Playwright) -> Browser:
    """Start the browser."""
    return playwright.chromium.launch(
        executable_path=next(filter(None, map(shutil.which, BROWSERS)), None),
        args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    )


class Window:
    """One window, with cookies of its own. Whatever goes to another page goes through ``arrives``.

    Every page: the status that is expected, no caching, a silent console, a title that names the page and,
    where it is about a case, its number. Each kind of page once: accessible (axe), its main action reached
    by keyboard, no sideways scrolling at 320 pixels, which is also 400 % zoom.

    Args:
        browser: in which it opens.
        base_url: where the service is.
        scripts: false switches JavaScript off.
        width: in CSS pixels, as is the height.
    """

    kinds_seen: ClassVar[set[tuple[str, bool, str]]] = set()
    """The kinds of pages that were looked at closely in this run: address, scripts, components."""
    classes_seen: ClassVar[set[str]] = set()
    """The styles on those pages: a new one, such as the colour of a tag, is a reason to look again."""

    def __init__(
        self, browser: Browser, base_url: str, *, scripts: bool = True, width: int = WIDE, height: int = HIGH
    ) -> None:
        self.base_url = base_url
        self.scripts = scripts
        self._browser = browser
        self._size: ViewportSize = {"width": width, "height": height}
        self._context = browser.new_context(
            base_url=base_url,
            java_script_enabled=scripts,
            viewport=self._size,
            reduced_motion="reduce",
            accept_downloads=True,
        )
        self._context.set_default_timeout(10_000)
        self.page = self._context.new_page()
        self._mirror: Page | None = None
        self._said: list[str] = []
        self._answers: list[Response] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._said.append(str(error)))
        self.page.on("response", self._note)

    def close(self) -> None:
        """Close it. Nothing may have been said since the last page, and no page have gone unjudged."""
        said, unjudged = self._said, [answer.url for answer in self._answers if self._is_page(answer)]
        self._context.close()
        if self._mirror:
            self._mirror.close()
        assert said == []
        assert unjudged == []

    # --- going somewhere ----------------------------------------------------------------------------

    def opens(self, address: str, status: int = 200) -> None:
        """Type an address."""
        self.arrives(lambda: self.page.goto(address), status)

    def follows(self, link: str | Pattern[str], status: int = 200, *, within: Locator | None = None) -> None:
        """Follow a link, also one that looks like a button."""
        place = within or self.page.locator("body")
        target = place.locator("a").filter(has_text=_whole(link)).first
        self._open_menu_around(target)
        self.arrives(target.click, status)

    def presses(
        self, button: str | Pattern[str], status: int = 200, *, within: Locator | None = None
    ) -> None:
        """Press a button that leads to another page, or to this one with errors."""
        place = within or self.page.locator("body")
        target = place.locator("button").filter(has_text=_whole(button)).first
        self._open_menu_around(target)
        self.arrives(target.click, status)

    def _open_menu_around(self, target: Locator) -> None:
        menu = target.locator("xpath=ancestor::details[not(@open)]/summary")
        if menu.count():
            menu.click()

    def goes_back(self, status: int = 200) -> None:
        """The browser's own Back."""
        self.arrives(self.page.go_back, status)

    def arrives(self, act: Callable[[], object], status: int = 200) -> None:
        """Do what leads to another page, and judge it."""
        with self.page.expect_navigation(wait_until="load") as navigation:
            act()
        answer = navigation.value
        assert answer is not None, f"{self.page.url} was not asked for"
        self._judge(answer, status)

    # --- judging ------------------------------------------------------------------------------------

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("warning", "error") and not ANNOUNCED.match(message.text):
            self._said.append(f"{message.type}: {message.text}")

    def _note(self, answer: Response) -> None:
        if answer.url.startswith(self.base_url):
            self._answers.append(answer)

    def _is_page(self, answer: Response) -> bool:
        led_here = answer.request.is_navigation_request() and not HTTPStatus(answer.status).is_redirection
        return led_here and "content-disposition" not in answer.headers

    def _judge(self, page: Response, status: int) -> None:
        answers, self._answers = self._answers, []
        text = "" if page.status == status else self.text()
        assert page.status == status, f"{page.url} answered {page.status}: {text[:1500]}"
        assert [answer.url for answer in answers if self._is_page(answer)] == [page.url]
        for answer in answers:
            assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, f"{answer.url} answered {answer.status}"
            if answer.request.is_navigation_request():
                assert "no-store" in answer.headers["cache-control"], answer.url
        said, self._said = self._said, []
        assert said == [], f"{page.url} said {said}"
        look = self.page.evaluate(LOOK)
        self._judge_title(look)
        self._look_closely(look)

    def _judge_title(self, look: dict[str, Any]) -> None:
        title, headings = look["title"], look["headings"]
        assert len(headings) == 1, f"{self.page.url} has the main headings {headings}"
        assert title.endswith(f" - {SERVICE_NAME}"), title
        assert _plain(headings[0]) in title, f"{title!r} does not name {headings[0]!r}"
        if re.fullmatch(r"/cases/\d+/.*", self.path) and "not found" not in title:
            assert re.search(r"\b\d{9}\b", title), f"{title!r} has no number of a case"
        assert title.startswith("Error: ") is look["errors"], title
        if look["errors"] and self.scripts:
            assert look["begins_with_errors"], f"{self.page.url} does not begin with what is wrong"

    def _look_closely(self, look: dict[str, Any]) -> None:
        """What costs time is done for the first page of its kind, and where a style is new."""
        address = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "#", self.path)
        kind, classes = (address, self.scripts, look["components"]), set(look["classes"])
        if kind in self.kinds_seen and classes <= self.classes_seen:
            return
        self.kinds_seen.add(kind)
        self.classes_seen.update(classes)
        page = self.page if self.scripts else self._as_without_scripts()
        is_accessible(page)
        page.set_viewport_size({"width": NARROW, "height": HIGH})
        does_not_scroll_sideways(page)
        page.set_viewport_size(self._size)
        main_action = page.locator(MAIN_ACTION)
        if main_action.count():
            is_reached_by_keyboard(page, main_action.first)

    def _as_without_scripts(self) -> Page:
        """This page, its scripts cut out, in a window where axe can run."""
        if self._mirror is None:
            self._mirror = self._browser.new_page(viewport=self._size)
        content = re.sub(r"<script.*?</script>", "", self.page.content(), flags=re.DOTALL)
        address = self.page.url.partition("#")[0]
        self._mirror.unroute_all()
        self._mirror.route(
            lambda url: url == address,
            lambda route: route.fulfill(body=content, content_type="text/html"),
        )
        self._mirror.goto(address)
        return self._mirror

    # --- filling in ---------------------------------------------------------------------------------

    def fills(self, **answers: str) -> None:
        """Write into boxes, by the names of their fields."""
        for name, answer in answers.items():
            self.page.locator(f"[name={name}]").fill(answer)

    def chooses(self, **answers: str) -> None:
        """Choose radio buttons, by the names of their fields."""
        for name, answer in answers.items():
            self.page.locator(f"[name={name}][value='{answer}']").check()

    def ticks(self, name: str, *answers: str) -> None:
        """Tick boxes of a field."""
        for answer in answers:
            self.page.locator(f"[name={name}][value='{answer}']").check()

    # --- seeing -------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """The path of the address."""
        return urlsplit(self.page.url).path

    @property
    def main(self) -> Locator:
        """The page without its frame."""
        return self.page.locator("main")

    def text(self) -> str:
        """What can be read on the page, its frame left out."""
        return _plain(self.main.inner_text())

    def sees(self, *words: str) -> None:
        """All of these words can be read, in whatever case they are shown."""
        text = self.text()
        for one in words:
            assert one.casefold() in text.casefold(), f"{self.page.url} does not say {one!r}: {text[:3000]}"

    def does_not_see(self, *words: str) -> None:
        """None of these words can be read."""
        text = self.text()
        for one in words:
            assert one.casefold() not in text.casefold(), f"{self.page.url} says {one!r}"

    def sees_errors(self, *fields: str) -> None:
        """The error summary speaks of exactly these fields, in this order, and each line leads to its field.

        A line that belongs to no field is told by an empty name.
        """
        lines = self.page.locator(".govuk-error-summary li")
        links = [line.locator("a") for line in lines.all()]
        told = [(link.get_attribute("href") or "") if link.count() else "" for link in links]
        names = [re.sub(r"^#id_|-day$", "", target) for target in told]
        assert names == list(fields), lines.all_inner_texts()
        for target in filter(None, told if self.scripts else ()):
            lines.locator(f"a[href='{target}']").first.click()
            assert self.page.evaluate("document.activeElement.id") == target.removeprefix("#")

    def sees_error(self, field: str, words: str) -> None:
        """A line of the error summary says this, and leads to this field."""
        line = self.page.locator(".govuk-error-summary a").filter(has_text=words)
        assert line.count() == 1, self.page.locator(".govuk-error-summary").inner_text()
        assert re.sub(r"^#id_|-day$", "", line.get_attribute("href") or "") == field

    def sees_notice(self, *words: str) -> None:
        """A notice of the last thing done says this."""
        notice = self.page.get_by_role("alert").first
        expect(notice).to_be_visible()
        text = _plain(notice.inner_text())
        for one in words:
            assert one in text, f"{text!r} does not say {one!r}"

    def offers(self, link_or_button: str) -> bool:
        """Whether there is such a link or button."""
        named = self.main.locator("a, button").filter(has_text=_whole(link_or_button))
        return named.count() > 0


def is_accessible(page: Page) -> None:
    """No finding of axe."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    told = [(one["impact"], one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert told == [], f"{page.url}: {told}"


def does_not_scroll_sideways(page: Page) -> None:
    """The page fits; what is wide scrolls in a frame of its own."""
    width, size = page.evaluate("document.documentElement.scrollWidth"), page.viewport_size
    assert size
    assert width <= size["width"], f"{page.url} is {width} pixels wide"


def tabs_to(page: Page, target: Locator) -> None:
    """Press Tab until this has the focus."""
    _press_tab(page, target, "document.activeElement === element", between_looks=1)


def is_reached_by_keyboard(page: Page, target: Locator) -> None:
    """Pressing Tab again and again gives this the focus, and goes on."""
    target.evaluate(
        "element => element.addEventListener('focus', () => { element.dataset.reached = 'yes'; })"
    )
    _press_tab(page, target, "element.dataset.reached === 'yes'", between_looks=5)


def _press_tab(page: Page, target: Locator, until: str, *, between_looks: int) -> None:
    element = target.element_handle()
    for pressed in range(1, MOST_TABS + 1):
        page.keyboard.press("Tab")
        if pressed % between_looks == 0 and element.evaluate(f"element => {until}"):
            return
    raise AssertionError(f"Tab never reaches {target} on {page.url}")


def _whole(words: str | Pattern[str]) -> Pattern[str]:
    """These words and no more, however they are spaced; also those that only screen readers hear."""
    if isinstance(words, re.Pattern):
        return words
    spaced = r"\s+".join(re.escape(word) for word in words.split())
    return re.compile(rf"^\s*{spaced}\s*$")


def _plain(text: str) -> str:
    return " ".join(text.split())
