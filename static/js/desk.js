/* Keys in the queue of applicants. Without it Tab and Enter do the same; only while the focus is in the list, so that
   neither a screen reader's own keys nor a field ever meets them. */
(() => {
  "use strict";

  const list = document.querySelector("[data-keys]");
  if (!list) return;
  const names = [...list.querySelectorAll("tbody th a")];

  list.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const row = event.target.closest("tr");
    const place = names.findIndex((name) => name.closest("tr") === row);
    const steps = { j: 1, k: -1 };
    if (event.key in steps) {
      const next = names[Math.min(names.length - 1, Math.max(0, place + steps[event.key]))];
      next.focus();
      event.preventDefault();
    } else if (event.key === "x" && place >= 0) {
      row.querySelector("input[type=checkbox]").click();
      event.preventDefault();
    }
  });
})();
