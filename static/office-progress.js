// Shows how far a run of mails is, without reloading the page.
const section = document.querySelector("[data-progress]");
const pause = 3000; // milliseconds

function show(run) {
  const bar = section.querySelector("progress");
  bar.max = run.all;
  bar.value = run.done;
  section.querySelector(".run-progress").textContent = run.progress;
  for (const [state, number] of Object.entries(run.numbers)) {
    const cell = section.querySelector(`[data-number="${state}"]`);
    if (cell) cell.textContent = number;
  }
  const sentence = section.querySelector(".run-sentence");
  if (sentence.textContent !== run.sentence) sentence.textContent = run.sentence;
  if (!run.is_open) section.removeAttribute("data-open");
}

async function follow() {
  try {
    const response = await fetch(section.dataset.progress);
    if (response.redirected || response.status === 403 || response.status === 404) return;
    if (response.ok) show(await response.json());
  } catch {
    // The network may come back: the next look tells.
  }
  if (section.hasAttribute("data-open")) setTimeout(follow, pause);
}

if (section?.hasAttribute("data-open")) setTimeout(follow, pause);
