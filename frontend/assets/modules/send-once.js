// A form marked data-once is sent once: a second press within ten seconds does nothing. The server would treat it as
// the same submission anyway; this spares the wait for it. Buttons keep their text and stay focusable.
const SECONDS = 10;

export function sendOnce(page) {
  for (const form of page.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      mark(form);
      setTimeout(() => unmark(form), SECONDS * 1000);
    });
  }
  // Back and forward bring a page out of the browser's memory as it was left.
  page.defaultView.addEventListener("pageshow", (event) => {
    if (event.persisted) page.querySelectorAll("form[data-sent]").forEach(unmark);
  });
}

function mark(form) {
  form.dataset.sent = "yes";
  for (const button of submits(form)) button.setAttribute("aria-disabled", "true");
}

function unmark(form) {
  delete form.dataset.sent;
  for (const button of submits(form)) button.removeAttribute("aria-disabled");
}

function submits(form) {
  return form.querySelectorAll("button:not([type]), button[type=submit]");
}
