// Shows the fields that belong to a radio button while it is chosen. GOV.UK Frontend does the same, but sets
// aria-expanded, which a radio button may not have (ARIA 1.2), so that accessibility checks rightly complain.
const HIDDEN = "govuk-radios__conditional--hidden";

export function revealByRadios(page) {
  for (const group of page.querySelectorAll(".govuk-radios")) {
    const radios = [...group.querySelectorAll("input[type=radio][data-aria-controls]")];
    if (!radios.length) continue;
    const sync = () => {
      for (const radio of radios) page.getElementById(radio.dataset.ariaControls)?.classList.toggle(HIDDEN, !radio.checked);
    };
    group.addEventListener("change", sync);
    // A browser that restores a form after Back does so after this has run.
    page.defaultView.addEventListener("pageshow", sync);
    sync();
  }
}
