// Theme, keys, and the first view.
const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = at("theme");
const kept = () => {
  try {
    return localStorage.getItem("define-page-theme");
  } catch {
    return null; // some browsers keep nothing for files
  }
};
const paint = (chosen) => {
  if (chosen) document.documentElement.dataset.theme = chosen;
  theme.setAttribute("aria-pressed", String((chosen ?? (dark.matches ? "dark" : "light")) === "dark"));
};
paint(kept());
dark.addEventListener("change", () => paint(kept()));
theme.addEventListener("click", () => {
  const chosen = theme.getAttribute("aria-pressed") === "true" ? "light" : "dark";
  try {
    localStorage.setItem("define-page-theme", chosen);
  } catch {
    // the choice lasts as long as the page
  }
  paint(chosen);
});

at("origin").addEventListener("change", (event) => choose(event.target.value));
at("panel-close").addEventListener("click", () => closePanel(true));
addEventListener("hashchange", () => go(true));
addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "Escape") closePanel(true);
});
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.classList.contains("skip")) return;
  event.preventDefault();
  visit(link.getAttribute("href"));
});
// The browser's search found something in a hidden view; where the address has changed, go() shows what it names.
for (const view of views) {
  view.addEventListener("beforematch", () => {
    if (location.hash !== gone) return;
    history.replaceState(null, "", (gone = `#${view.id}`));
    show(view);
  });
}
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...main.querySelectorAll("details:not([open])")];
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of folded) one.open = false;
});
go(false);
