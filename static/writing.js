// While a part of a practice is written: what is typed is kept in this window at once, and as a
// draft on the platform a moment later. Without this script, saving does the same.
const form = document.querySelector("form[data-draft]");

if (form) {
  const state = document.getElementById("draft-state");
  const others = document.getElementById("others-at-work");
  const key = `writing ${location.pathname} ${form.elements.written_by.value}`;
  const QUIET = 1500; // milliseconds without a key before a draft is sent
  const LONGEST_WAIT = 60000;
  let timer = null;
  let wait = QUIET;
  let changes = 0;
  let sending = null;
  let submitted = false;

  const fields = () =>
    [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "written_by");

  const remember = (more = {}) => {
    try {
      sessionStorage.setItem(key, JSON.stringify({ fields: fields(), ...more }));
    } catch {
      // No room, or not allowed: the draft on the platform has to do.
    }
  };
  const forget = () => sessionStorage.removeItem(key);

  const recall = () => {
    const stored = JSON.parse(sessionStorage.getItem(key) || "null");
    if (!stored || JSON.stringify(stored.fields) === JSON.stringify(fields())) return forget();
    const seen = stored.fields.find(([name]) => name === "seen")?.[1];
    // It was sent, and the part has been saved since: that was it.
    if (stored.submitted && seen !== form.elements.seen.value) return forget();
    for (const element of form.elements) {
      const values = stored.fields.filter(([name]) => name === element.name).map(([, value]) => value);
      if (element.type === "checkbox" || element.type === "radio") {
        element.checked = values.includes(element.value);
      } else if (values.length) {
        element.value = values[0];
      }
    }
    state.textContent = form.dataset.restored;
    changes += 1;
    later();
  };

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, wait);
  };

  const tell = (answer) => {
    state.textContent = answer.message;
    if ("others_at_work" in answer) {
      others.textContent = answer.others_at_work;
      others.hidden = !answer.others_at_work;
    }
  };

  const keep = async () => {
    if (submitted || sending) return;
    const upTo = changes;
    sending = new AbortController();
    let again = false;
    try {
      const response = await fetch(form.dataset.draft, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        redirect: "error",
        signal: sending.signal,
      });
      if (response.headers.get("Content-Type")?.startsWith("application/json")) {
        tell(await response.json());
        if (response.ok && upTo === changes) forget();
      } else if (response.status < 500) {
        tell({ message: form.dataset.outdated });
      } else {
        throw new Error(response.status);
      }
      wait = QUIET;
      again = response.ok && upTo !== changes;
    } catch {
      if (!submitted) tell({ message: form.dataset.unreachable });
      wait = Math.min(wait * 2, LONGEST_WAIT);
      again = true;
    }
    sending = null;
    if (again && !submitted) later();
  };

  form.addEventListener("input", () => {
    changes += 1;
    remember();
    later();
  });
  form.addEventListener("submit", (event) => {
    if (submitted) return event.preventDefault(); // a second click sends nothing twice
    submitted = true;
    clearTimeout(timer);
    sending?.abort();
    remember({ submitted: true });
  });
  addEventListener("pageshow", () => {
    submitted = false;
    recall();
  });
}
