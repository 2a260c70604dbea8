// A part of a form that stands apart from the choice it depends on: `data-shown-when="outcome part refused"` shows it
// while the radio `outcome` is `part` or `refused`, several conditions apart by a comma, of which one is enough. Without
// this module the part is simply shown, and the server ignores what does not belong.

export function showWhen(root) {
  for (const form of root.querySelectorAll("form")) {
    const parts = [...form.querySelectorAll("[data-shown-when]")];
    if (!parts.length) continue;
    const settle = () => {
      for (const part of parts) {
        const conditions = part.dataset.shownWhen.split(",").map((one) => one.trim().split(" "));
        // What is wrong stays in sight, so that it can be put right.
        const wrong = part.querySelector(".govuk-form-group--error") !== null;
        part.hidden = !wrong && !conditions.some(([name, ...values]) => {
          const chosen = form.querySelector(`input[name="${name}"]:checked`);
          // A choice that is itself not shown does not count.
          return chosen && chosen.closest("[hidden], .govuk-radios__conditional--hidden") === null && values.includes(chosen.value);
        });
      }
    };
    form.addEventListener("change", settle);
    settle();
  }
}
