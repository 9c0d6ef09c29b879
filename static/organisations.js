// Organisations are found by typing a part of their name. The list that is there without this
// script stays what is sent.
{
  const words = document.currentScript.dataset;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  const enhance = (select) => {
    const options = [...select.options].filter((option) => option.value);
    const choose = (option) => {
      const value = option ? option.value : "";
      if (select.value === value) return;
      select.value = value;
      select.dispatchEvent(new Event("input", { bubbles: true })); // so that it is kept
    };
    accessibleAutocomplete.enhanceSelectElement({
      selectElement: select,
      name: "",
      defaultValue: select.value ? select.selectedOptions[0].text : "",
      showAllValues: true,
      autoselect: false,
      confirmOnBlur: false,
      displayMenu: "overlay",
      source: (typed, show) => show(options.map((option) => option.text).filter((name) => plain(name).includes(plain(typed)))),
      onConfirm: (name) => name && choose(options.find((option) => option.text === name)),
      tNoResults: () => words.none,
      tAssistiveHint: () => words.hint,
      tStatusQueryTooShort: () => "",
      tStatusNoResults: () => words.none,
      tStatusSelectedOption: (name, length, index) => `${name} (${index + 1}/${length})`,
      tStatusResults: (length, content) => `${words.found} ${length}. ${content}`,
    });
    const input = select.parentElement.querySelector("input[role=combobox]");
    for (const name of ["aria-invalid", "aria-required"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    // Who only types, and does not choose, means the one of that name, or the only one like it.
    input.addEventListener("blur", () => {
      const typed = plain(input.value.trim());
      const like = options.filter((option) => typed && plain(option.text).includes(typed));
      choose(like.find((option) => plain(option.text) === typed) || (like.length === 1 ? like[0] : null));
    });
  };

  addEventListener(
    "pageshow",
    () => {
      for (const select of document.querySelectorAll(".partner-row select[name$=organisation]")) {
        enhance(select);
      }
    },
    { once: true },
  );
}
