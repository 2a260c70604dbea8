// Brings out the Today buttons. The day is the server's (data-today of the body), for case work may stand at another
// date than the clock of this computer.
export function offerToday(page) {
  const [year, month, day] = (page.body.dataset.today ?? "").split("-").map(Number);
  if (!day) return;
  for (const button of page.querySelectorAll("[data-today-for]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const field = button.dataset.todayFor;
      for (const [part, value] of Object.entries({ day, month, year })) {
        const box = page.getElementById(`${field}-${part}`);
        box.value = value;
        box.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
  }
}
