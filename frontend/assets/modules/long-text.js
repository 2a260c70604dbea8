// Folds a long text to its first lines, with a button that unfolds it.
const LINES = 12;

export function foldLongTexts(page) {
  page.querySelectorAll("[data-long-text]").forEach((text, index) => {
    if (!isLong(text)) return;
    text.id ||= `long-text-${index}`;
    text.classList.toggle("app-long-text--brief", Boolean(text.dataset.longTextOver));
    text.classList.add("app-long-text--folded");
    text.after(toggle(page, text));
  });
}

// By its length where the page says so (data-long-text-over, in characters), otherwise by its height.
function isLong(text) {
  const over = Number(text.dataset.longTextOver);
  if (over) return text.textContent.trim().length > over;
  const lineHeight = Number.parseFloat(getComputedStyle(text.querySelector("p") ?? text).lineHeight);
  return text.scrollHeight > lineHeight * (LINES + 4);
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
