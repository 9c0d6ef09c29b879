// Results follow what is chosen, in place; the address follows too, so that a list can be
// shared and the back button works. Whatever goes wrong, the browser opens the page itself.

const form = document.querySelector("form.browse");
const filters = form.querySelector("details.browse-filters");
const count = form.querySelector(".result-count");

// On a narrow screen the filters start closed, so that the results are near.
if (matchMedia("(max-width: 51.99rem)").matches) {
  filters.open = false;
}

let asked = null; // the request under way

function addressOfForm() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value.trim() !== "") {
      query.append(name, value);
    }
  }
  const words = query.toString();
  return form.action + (words ? "?" + words : "");
}

// Which element of the form has the focus, in words that hold after it is made anew.
function focused() {
  const element = document.activeElement;
  if (!form.contains(element)) {
    return null;
  }
  if (element.name && element.type !== "search") {
    return `[name="${CSS.escape(element.name)}"][value="${CSS.escape(element.value)}"]`;
  }
  return element.closest("[data-updated]") ? ".result-count" : null;
}

function show(page) {
  const focus = focused();
  const open = new Map();
  for (const facet of form.querySelectorAll("[data-facet]")) {
    open.set(facet.dataset.facet, facet.open);
  }
  for (const part of document.querySelectorAll("[data-updated]")) {
    const made = page.querySelector(`[data-updated="${part.dataset.updated}"]`);
    part.replaceChildren(...document.adoptNode(made).childNodes);
  }
  filters.querySelector("summary").replaceChildren(
    ...document.adoptNode(page.querySelector(".browse-filters > summary")).childNodes,
  );
  for (const facet of form.querySelectorAll("[data-facet]")) {
    facet.open = open.get(facet.dataset.facet) ?? facet.open;
  }
  // A status that is changed, not replaced, is read out.
  count.textContent = page.querySelector(".result-count").textContent;
  for (const [mine, theirs] of languages(page)) {
    mine.href = theirs.getAttribute("href");
  }
  if (focus !== null) {
    (form.querySelector(focus) ?? count).focus({ preventScroll: focus !== ".result-count" });
  }
}

function languages(page) {
  const links = (of) => [...of.querySelectorAll(".languages a")];
  const theirs = links(page);
  return links(document).map((link, place) => [link, theirs[place]]);
}

// *remember* is what to do with the address: "asked" keeps it as it is, "shown" as the page has it.
async function open(address, remember = null) {
  asked?.abort();
  asked = new AbortController();
  count.textContent = form.dataset.loading;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: asked.signal, headers: { Accept: "text/html" } });
    if (!answer.ok) {
      throw new Error(answer.status);
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (remember !== null) {
      const shown = page.querySelector('[data-updated="results"]').dataset.address;
      history.pushState(null, "", remember === "asked" ? address : shown);
    }
    const words = form.elements.q; // partnerships are not searched by words
    // What is being typed stays; but who goes back has the words of that page again.
    if (words && (remember === null || document.activeElement !== words)) {
      words.value = new URL(address, location).searchParams.get("q") ?? "";
    }
    show(page);
    form.removeAttribute("aria-busy");
  } catch (failure) {
    if (failure.name !== "AbortError") {
      location.assign(address);
    }
  }
}

form.addEventListener("change", (event) => {
  if (event.target.matches("input[type=checkbox], input[type=radio]") && event.target.form === form) {
    open(addressOfForm(), "shown");
  }
});

form.addEventListener("submit", (event) => {
  if (event.submitter?.formAction && event.submitter.hasAttribute("formaction")) {
    return;
  }
  event.preventDefault();
  open(addressOfForm(), "shown");
});

// Links that only change what is shown here: removed filters, ways out, pages.
form.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (
    link === null || event.button !== 0 ||
    event.metaKey || event.ctrlKey || event.shiftKey || event.altKey ||
    new URL(link.href).pathname !== new URL(form.action).pathname
  ) {
    return;
  }
  event.preventDefault();
  open(link.href, "asked");
});

addEventListener("popstate", () => open(location.href));
