// Nothing typed is lost. What is typed into a form that knows its writer stays in this window
// until the platform says that it is saved, whatever happens to the page meanwhile. A form with
// data-draft also has it kept as a draft on the platform. Without scripts, saving does the same.
{
  const words = document.currentScript.dataset;
  const PREFIX = "typed ";
  const OURS = new Set(["csrfmiddlewaretoken", "written_by"]);

  const read = (key) => JSON.parse(sessionStorage.getItem(key) || "null");
  const write = (key, value) => {
    try {
      sessionStorage.setItem(key, JSON.stringify(value));
    } catch {
      // No room, or not allowed: the draft on the platform has to do.
    }
  };

  // A page that says that something was saved says so of what was sent last, and of nothing else.
  if (document.querySelector(".message.success")) {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX) && read(key).sent) sessionStorage.removeItem(key);
    }
  }

  let sending = null; // the key of the form that is being sent, where it is one that is followed
  addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX) && key !== sending) write(key, { ...read(key), sent: false });
    }
    sending = null;
  });

  const follow = (form) => {
    const key = `${PREFIX}${location.pathname} ${form.elements.written_by.value}`;
    const QUIET = 1500; // milliseconds without a key before a draft is sent
    const LONGEST_WAIT = 60000;
    const STOPPED = 15000;
    const state = form.querySelector(".draft-state");
    const others = document.getElementById("others-at-work");
    let timer = null;
    let wait = QUIET;
    let changes = 0;
    let request = null;
    let sent = false;

    const fields = () => [...new FormData(form)].filter(([name, value]) => !OURS.has(name) && typeof value === "string");
    // What the page came with, whatever the browser has put back into it since.
    const served = () =>
      [...form.elements].flatMap((element) => {
        const { name, type, value } = element;
        if (!name || OURS.has(name) || ["submit", "button", "file", "fieldset"].includes(type)) return [];
        if (type === "checkbox" || type === "radio") return element.defaultChecked ? [[name, value]] : [];
        if (!element.options) return [[name, element.defaultValue]];
        const chosen = [...element.options].filter((option) => option.defaultSelected);
        if (!chosen.length && !element.multiple) chosen.push(element.options[0]);
        return chosen.map((option) => [name, option.value]);
      });
    const isHidden = ([name]) => form.elements[name]?.type === "hidden";
    const visible = (all) => JSON.stringify(all.filter((field) => !isHidden(field)));
    const remember = (more = {}) => write(key, { fields: fields(), ...more });
    const forget = () => sessionStorage.removeItem(key);

    const recall = () => {
      const stored = read(key);
      if (!stored) return;
      // The draft that the page shows is this one, or one that was typed later elsewhere.
      const isOvertaken = stored.kept && Number(form.dataset.kept || 0) >= stored.kept;
      const isServed = visible(stored.fields) === visible(served());
      if (isServed && document.querySelector(".error-summary")) return remember(); // not saved yet
      if (isOvertaken || isServed) return forget();
      for (const element of form.elements) {
        if (OURS.has(element.name)) continue;
        const values = stored.fields.filter(([name]) => name === element.name).map(([, value]) => value);
        if (element.type === "checkbox" || element.type === "radio") {
          element.checked = values.includes(element.value);
        } else if (element.multiple && element.options) {
          for (const option of element.options) option.selected = values.includes(option.value);
        } else if (values.length && element.type !== "file") {
          element.value = values[0];
        }
      }
      const notice = document.createElement("div");
      notice.className = "message warning";
      notice.setAttribute("role", "status");
      const text = document.createElement("p");
      text.textContent = words.restored;
      const discard = document.createElement("button");
      discard.type = "button";
      discard.className = "button secondary";
      discard.textContent = words.discard;
      discard.addEventListener("click", () => {
        forget();
        location.reload();
      });
      notice.append(text, discard);
      form.before(notice);
      changes += 1;
      later();
    };

    const later = () => {
      clearTimeout(timer);
      if (form.dataset.draft) timer = setTimeout(keep, wait);
    };

    const tell = (answer) => {
      state.textContent = answer.message;
      if ("others_at_work" in answer) {
        others.textContent = answer.others_at_work;
        others.hidden = !answer.others_at_work;
      }
    };

    const keep = async () => {
      if (sent || request) return;
      const upTo = changes;
      let again = false;
      request = new AbortController();
      try {
        const response = await fetch(form.dataset.draft, {
          method: "POST",
          body: new URLSearchParams(new FormData(form)),
          redirect: "error",
          signal: request.signal,
        });
        if (response.headers.get("Content-Type")?.startsWith("application/json")) {
          const answer = await response.json();
          tell(answer);
          if (response.ok && upTo === changes) remember({ kept: answer.kept });
        } else if (response.status < 500) {
          tell({ message: words.outdated });
        } else {
          throw new Error(response.status);
        }
        wait = QUIET;
        again = response.ok && upTo !== changes;
      } catch {
        if (!sent) tell({ message: words.unreachable });
        wait = Math.min(wait * 2, LONGEST_WAIT);
        again = true;
      }
      request = null;
      if (again && !sent) later();
    };

    form.addEventListener("input", () => {
      changes += 1;
      remember();
      later();
    });
    form.addEventListener("submit", (event) => {
      if (sent) return event.preventDefault(); // a second click sends nothing twice
      sent = true;
      setTimeout(() => (sent = false), STOPPED); // one may have stopped the browser
      sending = key;
      clearTimeout(timer);
      request?.abort();
      remember({ sent: true });
    });
    for (const discard of document.querySelectorAll("a[href='?discard'], [data-discard] button")) {
      discard.addEventListener("click", forget);
    }
    addEventListener("pageshow", (event) => {
      sent = false;
      if (!event.persisted) recall();
    });
  };

  for (const writer of document.querySelectorAll("form[method=post] input[name=written_by]")) {
    follow(writer.form);
  }
}
