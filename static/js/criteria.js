/* Sliders beside the weights, and their sum as it stands. Without it the numbers are typed, and the sum is said by the server. */
(() => {
  "use strict";

  const english = document.documentElement.lang === "en";
  const written = (number) => String(Math.round(number * 100) / 100).replace(".", english ? "." : ",");
  const read = (text) => Number(text.trim().replace("%", "").replace(",", "."));
  const note = document.querySelector("[data-total]");
  const ranges = document.querySelectorAll("input[type=range][data-for]");

  const say = () => {
    let total = 0;
    for (const range of ranges) {
      if ("weight" in range.dataset) total += read(document.getElementById(range.dataset.for).value) || 0;
    }
    if (!note) return;
    note.textContent = note.dataset.total.replace("[n]", written(total));
    const whole = Math.abs(total - 100) < 0.001;
    note.classList.toggle("bad", !whole);
    note.classList.toggle("mut", whole);
  };

  for (const range of ranges) {
    const field = document.getElementById(range.dataset.for);
    range.value = read(field.value);
    range.hidden = false;
    // The slider's own event goes on to the form, which asks for what would change.
    range.addEventListener("input", () => {
      field.value = written(range.value);
      say();
    });
    field.addEventListener("input", () => {
      range.value = read(field.value);
      say();
    });
  }
})();
