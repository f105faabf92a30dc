/* Suggestions while typing, on wide screens: a combobox with a list (ARIA 1.2). Without it the field is a plain field, and the form
   finds the same. Desks alone load it. `data-suggest` names the kinds;
   with `data-suggest-code` a choice fills in the code. */
(() => {
  "use strict";

  if (!window.matchMedia("(min-width:64rem)").matches) return;
  const words = document.documentElement.lang === "en"
    ? { product: "product", class: "KBLI", tariff: "HS", business: "business", list: "Suggestions",
        count: (n) => `${n} suggestions. Arrow keys choose.` }
    : { product: "produk", class: "KBLI", tariff: "HS", business: "usaha", list: "Saran",
        count: (n) => `${n} saran. Tombol panah memilih.` };
  const from = document.currentScript.dataset.from;
  const WAIT = 200, LEAST = 3, MOST = 100;
  let number = 0;

  const made = (name, attributes) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };

  for (const input of document.querySelectorAll("input[data-suggest]")) {
    const id = `suggest-${number += 1}`;
    const list = made("ul", { id, role: "listbox", class: "sug-list", "aria-label": words.list });
    const said = made("div", { class: "vh", role: "status" });
    list.hidden = true;
    input.parentNode.classList.add("sug-in");
    input.after(list, said);
    for (const [key, value] of Object.entries({
      role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
    })) input.setAttribute(key, value);

    const kinds = input.dataset.suggest.split(" ").map((kind) => `&kinds=${kind}`).join("");
    const known = new Map();
    let options = [], active = -1, timer, asking, quietUntil = 0;

    const show = (open) => {
      list.hidden = !open;
      // A box clips what reaches beyond its round corners.
      input.closest(".bx")?.classList.toggle("sug-open", open);
      input.setAttribute("aria-expanded", String(open));
      if (!open) mark(-1);
    };
    const mark = (place) => {
      list.children[active]?.setAttribute("aria-selected", "false");
      active = place;
      const option = list.children[active];
      if (!option) {
        input.removeAttribute("aria-activedescendant");
        return;
      }
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    };
    const take = (place) => {
      const { text, code } = options[place];
      input.value = "suggestCode" in input.dataset && code ? code : text;
      show(false);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const draw = (results) => {
      options = results;
      active = -1;
      list.replaceChildren(...results.map(({ kind, text, code, edition }, place) => {
        const option = made("li", { id: `${id}-${place}`, role: "option", "aria-selected": "false" });
        const of = made("small", {});
        of.textContent = [words[kind], edition, code].filter(Boolean).join(" ");
        option.append(`${text} `, of);
        option.addEventListener("pointerdown", (event) => event.preventDefault());
        option.addEventListener("click", () => take(place));
        return option;
      }));
      show(results.length > 0);
      said.textContent = results.length ? words.count(results.length) : "";
    };
    const ask = async () => {
      const text = input.value.trim();
      asking?.abort();
      if (text.length < LEAST || text.length > MOST) return draw([]);
      if (known.has(text)) return draw(known.get(text));
      if (Date.now() < quietUntil) return undefined;
      asking = new AbortController();
      try {
        const address = `${from}?q=${encodeURIComponent(text)}${kinds}`;
        const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } });
        if (answer.status === 429) quietUntil = Date.now() + 1000 * Number(answer.headers.get("Retry-After") || 60);
        if (!answer.ok) return draw([]);
        const { results } = await answer.json();
        known.set(text, results);
        if (input.value.trim() === text && document.activeElement === input) draw(results);
      } catch {
        // Typed on, or no connection: the form still finds.
      }
      return undefined;
    };

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
    input.addEventListener("blur", () => {
      clearTimeout(timer);
      asking?.abort();
      show(false);
    });
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && !event.altKey && options.length) {
        const places = options.length + 1;
        if (list.hidden) show(true);
        // One place more than options: from the last back to what was typed.
        mark((active + 1 + step + places) % places - 1);
        event.preventDefault();
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        take(active);
        event.preventDefault();
      } else if (event.key === "Escape" && !list.hidden) {
        show(false);
        event.preventDefault();
        event.stopPropagation();
      }
    });
  }
})();
