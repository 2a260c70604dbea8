"""Which page numbers a list shows."""

from __future__ import annotations


def page_numbers(current: int, last: int | None) -> list[int | None]:
    """The first, the last, and those around the current one; nothing stands for pages left out.

    Without a last page, nobody counted: no numbers.
    """
    if last is None:
        return []
    shown = sorted({number for number in (1, current - 1, current, current + 1, last) if 1 <= number <= last})
    numbers: list[int | None] = []
    for number in shown:
        gap = number - (numbers[-1] or 0) if numbers else 1
        if gap == 2:  # noqa: PLR2004 - a single page left out takes no more room than the dots
            numbers.append(number - 1)
        elif gap > 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


def neighbours(current: int, last: int | None, *, more: bool = False) -> tuple[int | None, int | None]:
    """The page before and the page after, where there is one."""
    follows = more if last is None else current < last
    return (current - 1 if current > 1 else None), (current + 1 if follows else None)
