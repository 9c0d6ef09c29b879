// Says in words that a passkey could not be made or used; the library only tells the console.
(function () {
  "use strict";
  const refused = document.getElementById("passkey-refused");
  const known = document.getElementById("passkey-known");
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    const isKnown = event.detail.exception.name === "InvalidStateError";
    refused.hidden = isKnown;
    known.hidden = !isKnown;
  });
})();
