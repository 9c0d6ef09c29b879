// A button beside each text that people take along.
const { copy, copied, failed } = document.currentScript.dataset;

for (const text of document.querySelectorAll("[data-copied-by]")) {
  const row = document.createElement("p");
  const button = document.createElement("button");
  const outcome = document.createElement("span");
  button.type = "button";
  button.className = "button secondary";
  button.textContent = copy;
  button.setAttribute("aria-describedby", text.dataset.copiedBy);
  outcome.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.innerText.trim());
      outcome.textContent = ` ${copied}`;
    } catch {
      outcome.textContent = ` ${failed}`;
    }
  });
  row.append(button, outcome);
  text.after(row);
}
