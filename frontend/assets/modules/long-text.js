// Folds a long text to its first lines, with a button that unfolds it.
const LINES = 12;

export function foldLongTexts(page) {
  page.querySelectorAll("[data-long-text]").forEach((text, index) => {
    const lineHeight = Number.parseFloat(getComputedStyle(text.querySelector("p") ?? text).lineHeight);
    if (text.scrollHeight <= lineHeight * (LINES + 4)) return;
    text.id ||= `long-text-${index}`;
    text.classList.add("app-long-text--folded");
    text.after(toggle(page, text));
  });
}

function toggle(page, text) {
  const button = page.createElement("button");
  const about = page.createElement("span");
  button.type = "button";
  button.className = "app-link-button app-long-text__toggle";
  button.setAttribute("aria-controls", text.id);
  about.className = "govuk-visually-hidden";
  about.textContent = ` of ${text.dataset.longText}`;
  const show = (folded) => {
    text.classList.toggle("app-long-text--folded", folded);
    button.setAttribute("aria-expanded", String(!folded));
    button.replaceChildren(folded ? "Show more" : "Show less", about);
  };
  button.addEventListener("click", () => show(!text.classList.contains("app-long-text--folded")));
  show(true);
  return button;
}
