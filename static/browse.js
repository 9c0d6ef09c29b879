// On a narrow screen the filters start closed, so that the results are near.
if (matchMedia("(max-width: 51.99rem)").matches) {
  for (const facet of document.querySelectorAll("details.facet")) {
    facet.open = facet.querySelector("input:checked") !== null;
  }
}
