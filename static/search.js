// While one types, the search box offers cities, themes and practices in which a word begins so.
// It stays the field that it is: Enter without a choice sends the form. The pattern is that of
// an editable combobox with a list (WAI-ARIA).
{
  const { address, label } = document.currentScript.dataset;
  const PAUSE = 200; // milliseconds
  const SHORTEST = 2; // characters

  const element = (name, attributes, text = "") => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
  };

  const enhance = (input) => {
    const list = element("div", { id: `${input.id}-suggestions`, class: "suggestions", role: "listbox", "aria-label": label });
    const status = element("p", { class: "visually-hidden", role: "status" });
    const frame = element("div", { class: "suggesting" });
    let chosen = -1;
    let waiting;
    let asked;

    list.hidden = true;
    input.replaceWith(frame);
    frame.append(input, list, status);
    for (const [key, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-controls": list.id,
      "aria-expanded": "false",
    })) {
      input.setAttribute(key, value);
    }

    const options = () => [...list.querySelectorAll("[role=option]")];

    const choose = (number) => {
      chosen = number;
      input.removeAttribute("aria-activedescendant");
      for (const [place, option] of options().entries()) {
        option.setAttribute("aria-selected", String(place === chosen));
        if (place === chosen) {
          input.setAttribute("aria-activedescendant", option.id);
          option.scrollIntoView({ block: "nearest" });
        }
      }
    };

    const open = (shown) => {
      list.hidden = !shown;
      input.setAttribute("aria-expanded", String(shown));
      choose(-1);
    };

    // Whatever is on its way is no longer wanted.
    const close = () => {
      clearTimeout(waiting);
      asked?.abort();
      open(false);
    };

    const show = ({ status: words, groups }) => {
      let number = 0;
      list.replaceChildren(
        ...groups.map((group, place) => {
          const heading = element("span", { id: `${list.id}-group-${place}`, class: "suggestions-group", role: "presentation" }, group.label);
          const part = element("div", { role: "group", "aria-labelledby": heading.id });
          const links = group.suggestions.map((each) =>
            element("a", { id: `${list.id}-${number++}`, role: "option", tabindex: "-1", href: each.address, lang: each.language, "aria-selected": "false" }, each.label),
          );
          part.append(heading, ...links);
          return part;
        }),
      );
      open(number > 0);
      status.textContent = words;
    };

    const ask = async () => {
      asked?.abort();
      asked = new AbortController();
      try {
        const answer = await fetch(`${address}?q=${encodeURIComponent(input.value)}`, { signal: asked.signal });
        if (answer.ok) show(await answer.json());
        else open(false);
      } catch (error) {
        if (error.name !== "AbortError") open(false); // without suggestions one can search as well
      }
    };

    input.addEventListener("input", () => {
      clearTimeout(waiting);
      choose(-1);
      if (input.value.trim().length < SHORTEST) {
        close();
        status.textContent = "";
      } else waiting = setTimeout(ask, PAUSE);
    });

    input.addEventListener("keydown", (event) => {
      const all = options();
      if (event.key === "Enter") {
        if (list.hidden || chosen < 0) {
          close();
          return; // the form is sent
        }
        event.preventDefault();
        all[chosen].click();
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault(); // what is typed stays; pressed once more, it goes
        close();
      } else if (["ArrowDown", "ArrowUp"].includes(event.key) && all.length) {
        event.preventDefault();
        if (list.hidden) open(true);
        // After the last one comes none, so that one is back at what was typed.
        const step = event.key === "ArrowDown" ? 1 : -1;
        choose(((chosen + 1 + step + all.length + 1) % (all.length + 1)) - 1);
      }
    });

    // A press on a suggestion does not take the focus away before it is followed.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    frame.addEventListener("focusout", close);
    addEventListener("pagehide", close);
  };

  for (const input of document.querySelectorAll("input[type=search][name=q]")) enhance(input);
}
