// Whoever chooses a language by hand finds it again at the next visit.
for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", () => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `efus_language=${link.hreflang}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  });
}
