// The buttons in the list of new cases act without leaving the page: the cell then tells what was done, with a button that
// takes it back; once it is taken back, the first buttons are there again. Whatever goes another way than that is left to the server: the form is sent as it is without scripts, and
// its key makes a second sending harmless.
export function actInRows(page) {
  for (const cell of page.querySelectorAll("[data-new-case]")) {
    const buttons = [...cell.children].map((child) => child.cloneNode(true));
    cell.addEventListener("submit", (event) => {
      event.preventDefault();
      if (cell.dataset.busy) return;
      cell.dataset.busy = "yes";
      act(page, cell, event.target, buttons);
    });
  }
}

async function act(page, cell, form, buttons) {
  let told;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: "application/json" },
      redirect: "manual",
    });
    // Anything but data is a redirect: the list, shown again, says what stood in the way.
    if (answer.type === "opaqueredirect") return page.defaultView.location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    told = await answer.json();
  } catch {
    return form.submit();
  }
  delete cell.dataset.busy;
  show(page, cell, form, buttons, told);
}

function show(page, cell, form, buttons, { words, undo, again }) {
  const text = page.createElement("p");
  text.className = "govuk-body govuk-!-margin-bottom-1";
  text.tabIndex = -1;
  text.textContent = words;
  cell.replaceChildren(text);
  if (undo) cell.append(undoForm(page, form, undo));
  if (again) cell.append(...buttons.map((button) => renewed(button, again)));
  // The button that had the focus is gone; what it did is read out instead.
  text.focus();
}

function undoForm(page, form, undo) {
  const back = page.createElement("form");
  back.method = "post";
  back.action = undo.action;
  for (const name of ["csrfmiddlewaretoken", "next"]) back.append(hidden(page, name, form.elements[name].value));
  back.append(hidden(page, "form_key", undo.form_key), hidden(page, "version", undo.version));
  const button = page.createElement("button");
  button.className = "app-link-button";
  button.textContent = "Undo";
  back.append(button);
  return back;
}

function renewed(button, again) {
  const copy = button.cloneNode(true);
  for (const [name, value] of Object.entries(again)) if (copy.elements?.[name]) copy.elements[name].value = value;
  return copy;
}

function hidden(page, name, value) {
  const input = page.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = value;
  return input;
}
