// Shows how far machine translations are, without reloading the page.
const section = document.querySelector("[data-progress]");
const pause = 3000; // milliseconds

function show(run) {
  const row = section.querySelector(`[data-language="${run.language}"][data-open]`);
  if (!row) return;
  const bar = row.querySelector("progress");
  bar.max = run.all;
  bar.value = run.is_open ? run.done : run.all;
  row.querySelector(".machine-progress").textContent = run.progress;
  const sentence = row.querySelector(".machine-sentence");
  if (sentence.textContent !== run.sentence) sentence.textContent = run.sentence;
  if (!run.is_open) {
    row.removeAttribute("data-open");
    row.querySelector("form").hidden = true;
  }
}

async function follow() {
  try {
    const response = await fetch(section.dataset.progress);
    if (response.redirected || response.status === 403 || response.status === 404) return;
    if (response.ok) (await response.json()).runs.forEach(show);
  } catch {
    // The network may come back: the next look tells.
  }
  if (section.querySelector("[data-open]")) setTimeout(follow, pause);
}

if (section?.querySelector("[data-open]")) setTimeout(follow, pause);
