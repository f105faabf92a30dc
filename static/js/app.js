/* Small helps for every page. Nothing here is needed to get something done: without it, forms post and pages load. */
(() => {
  "use strict";

  // An error summary takes the focus, so that a screen reader starts there.
  document.querySelector("[data-focus]")?.focus();

  // -- Forms: no second submission, and a word before unsaved work is lost ------------------------------------------
  const words = document.documentElement.lang === "en"
    ? {
      sending: "Sending…", left: " characters left", over: " characters too many", shrinking: "Making the photos smaller…",
      taken: (n, rest) => `The first ${n} photos are sent. ${rest} more are not: there is no room for them.`,
    }
    : {
      sending: "Mengirim…", left: " karakter lagi", over: " karakter terlalu banyak", shrinking: "Memperkecil foto…",
      taken: (n, rest) => `${n} foto pertama dikirim. ${rest} lainnya tidak: tempatnya sudah habis.`,
    };
  let changed = false;

  document.addEventListener("input", (event) => {
    if (event.target.form?.matches("[data-guard]")) changed = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    changed = false;
    form.dataset.sent = "1";
    const button = event.submitter;
    if (!button || form.matches("[hx-post]")) return;
    button.setAttribute("aria-disabled", "true");
    // The button's own name and value must still be sent, so it is relabelled, never disabled.
    if (button.classList.contains("btn")) {
      button.dataset.label ||= button.textContent;
      button.textContent = words.sending;
    }
  });
  // Back from the next page: what was typed is still there, so the form must be usable again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-disabled]")) {
      button.removeAttribute("aria-disabled");
      if (button.dataset.label) button.textContent = button.dataset.label;
    }
  });

  // Kept on the server meanwhile (dossier.js): nothing to lose.
  document.addEventListener("kept", () => { changed = false; });

  // -- A word five minutes before the session ends ------------------------------------------------------------------
  for (const notice of document.querySelectorAll("[data-session-ends]")) {
    const wait = 1000 * (Number(notice.dataset.sessionEnds) - 300);
    // A timer holds no more than 24 days.
    if (wait < 2 ** 31) setTimeout(() => { notice.hidden = false; }, Math.max(0, wait));
  }

  // -- Characters left -----------------------------------------------------------------------------------------------
  for (const area of document.querySelectorAll("textarea[maxlength], textarea[data-count]")) {
    const most = Number(area.dataset.count || area.maxLength);
    const count = document.createElement("span");
    count.className = "count";
    const show = () => {
      const left = most - area.value.length;
      count.textContent = Math.abs(left) + (left < 0 ? words.over : words.left);
      count.classList.toggle("over", left < 0);
    };
    area.after(count);
    area.addEventListener("input", show);
    show();
  }

  // -- Photos: made small before they travel; what can't be read is sent as it is ------------------------------------
  const LONGEST_SIDE = 1600;
  const shrink = async (file) => {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 300000) return file;
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const pen = canvas.getContext("2d");
    // JPEG knows no transparency: what was see-through becomes white, not black.
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
  };
  const note = (input, text) => {
    const line = input.parentNode.querySelector(".taken") || document.createElement("p");
    line.className = "taken sm";
    line.setAttribute("role", "status");
    if (!line.isConnected) input.after(line);
    line.textContent = text;
  };
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches("input[type=file][data-shrink]")) return;
    const files = [...input.files];
    const most = Number(input.dataset.most || files.length);
    const rest = files.length - most;
    note(input, rest > 0 ? words.taken(most, rest) : "");
    // A second choice before the first is small takes its place.
    const work = (async () => {
      const chosen = new DataTransfer();
      for (const file of files.slice(0, most)) chosen.items.add(await shrink(file).catch(() => file));
      if (input.work !== work) return;
      input.files = chosen.files;
      input.work = null;
    })();
    input.work = work;
  });
  // What is sent meanwhile waits: otherwise the large photos would travel.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const input = form.querySelector("input[type=file][data-shrink]");
    if (!input?.work) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.waits) return;
    form.dataset.waits = "1";
    const button = event.submitter;
    if (button) {
      button.dataset.label ||= button.textContent;
      button.textContent = words.shrinking;
    }
    while (input.work) await input.work;
    delete form.dataset.waits;
    form.requestSubmit(button);
  }, true);

  // -- A running job: its fragment is fetched again until it no longer asks for it -----------------------------------
  const poll = (box) => {
    if (!box?.dataset.poll) return;
    setTimeout(async () => {
      try {
        const answer = await fetch(box.dataset.poll, { headers: { "X-Requested-With": "fetch" } });
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = parsed.querySelector("[role=status]") || parsed.body.firstElementChild;
        box.replaceWith(fresh);
        if (fresh.dataset.reload !== undefined) window.location.reload();
        poll(fresh);
      } catch {
        poll(box);
      }
    }, 1000 * Number(box.dataset.every || 3));
  };
  document.querySelectorAll("[data-poll]").forEach(poll);
})();
