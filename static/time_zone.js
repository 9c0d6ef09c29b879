// Offers a visitor the time zone of their browser, where nothing was chosen yet.
for (const field of document.querySelectorAll("select[data-guess]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...field.options].some((option) => option.value === zone)) {
    field.value = zone;
  }
}
