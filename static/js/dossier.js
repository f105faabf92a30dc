/* Helps on the pages of the business profile. Without it every button posts the page, and nothing is out of reach. */
(() => {
  "use strict";

  const words = document.documentElement.lang === "en"
    ? { unsent: "Not sent: no connection. Your answers are still on this page; we try again by ourselves.",
        signedOut: "Not saved: you are signed out. Press Save: you sign in, and nothing is lost.",
        locating: "Asking the device…", noPlace: "The device does not say where it is. Type the two numbers instead." }
    : { unsent: "Belum terkirim: sambungan terputus. Isian masih ada di halaman ini; kami coba lagi sendiri.",
        signedOut: "Belum tersimpan: Anda sudah keluar. Tekan Simpan: Anda masuk lagi dan isian tidak hilang.",
        locating: "Menanyakan ke perangkat…", noPlace: "Perangkat tidak memberi tahu letaknya. Ketik saja kedua angkanya." };

  // -- Drafts: what is typed is kept on the server a few seconds after the last key; a lost connection is waited out --
  for (const button of document.querySelectorAll("button[data-autosave]")) {
    const form = button.form;
    const note = form.querySelector("[data-saved]");
    const second = 1000 * Number(button.dataset.second || 1);
    let timer, sending = false, again = false, failures = 0, sent = false;

    const later = (seconds) => {
      clearTimeout(timer);
      if (!sent) timer = setTimeout(save, seconds * second);
    };
    const save = async () => {
      if (sending) {
        again = true;
        return;
      }
      sending = true;
      again = false;
      try {
        const answer = await fetch(button.dataset.autosave, {
          method: "POST", body: new FormData(form), redirect: "manual", headers: { "X-Requested-With": "fetch" },
        });
        if (answer.type === "opaqueredirect") {
          note.textContent = words.signedOut;
          return;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        note.textContent = (await answer.json()).saved;
        failures = 0;
        if (!again) form.dispatchEvent(new Event("kept", { bubbles: true }));
      } catch {
        note.textContent = words.unsent;
        failures += 1;
        again = false;
        later(Math.min(60, 5 * 2 ** (failures - 1)));
      } finally {
        sending = false;
        if (again) later(1);
      }
    };
    form.addEventListener("input", () => later(3));
    form.addEventListener("submit", () => {
      sent = true;
      clearTimeout(timer);
    });
    window.addEventListener("online", () => { if (failures) later(0); });
    window.addEventListener("pageshow", () => { sent = false; });
  }

  // -- Another row: a copy of the empty one, without a way to the server and back -----------------------------------
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-add]");
    if (!button) return;
    const group = button.closest("[data-rows]");
    const template = group.querySelector("template");
    const total = group.querySelector(`[name=${group.dataset.rows}-TOTAL_FORMS]`);
    const number = Number(total.value);
    if (!template || number >= Number(group.dataset.most)) return;
    event.preventDefault();
    const holder = document.createElement("div");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", number).replaceAll("__number__", number + 1);
    const row = holder.firstElementChild;
    button.parentElement.before(row);
    total.value = number + 1;
    row.querySelector("input, select")?.focus();
  });

  // -- Where am I? ---------------------------------------------------------------------------------------------------
  for (const button of document.querySelectorAll("button[data-locate]")) {
    if (!navigator.geolocation) continue;
    button.hidden = false;
    const note = button.parentElement.querySelector("[data-located]");
    const fill = (name, value) => {
      const field = button.form.elements[name];
      // As the field writes it: a comma, and no more digits than a house needs.
      field.value = value.toFixed(6).replace(".", ",");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    button.addEventListener("click", () => {
      note.textContent = words.locating;
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        fill("latitude", coords.latitude);
        fill("longitude", coords.longitude);
        note.textContent = `± ${Math.round(coords.accuracy)} m`;
      }, () => { note.textContent = words.noPlace; }, { enableHighAccuracy: true, timeout: 20000 });
    });
  }
})();
