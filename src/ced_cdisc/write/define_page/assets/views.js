// One view at a time; the others stay hidden from sight, and the browser's own search still finds them.
const at = (id) => document.getElementById(id);
const make = (tag, text = "", kind = "") => {
  const node = document.createElement(tag);
  if (text) node.textContent = text;
  if (kind) node.className = kind;
  return node;
};
const main = at("main");
const views = [...main.querySelectorAll(":scope > .view")];
const links = new Map([...at("nav").querySelectorAll("a")].map((a) => [a.getAttribute("href").slice(1), a]));
let current = null;
let marked = null;

const show = (view) => {
  for (const one of views) {
    if (one === view) one.removeAttribute("hidden");
    else if (!one.hasAttribute("hidden")) one.setAttribute("hidden", "until-found");
    one.classList.toggle("shown", one === view);
  }
  if (current) links.get(current.id)?.removeAttribute("aria-current");
  current = view;
  const link = links.get(view.id);
  link?.setAttribute("aria-current", "page");
  if (link) reveal(link);
  equip(view);
  count();
};

// Scrolls the navigation alone, and leaves the place where the next Tab starts.
const reveal = (link) => {
  const nav = at("nav");
  const [top, frame] = [link.getBoundingClientRect(), nav.getBoundingClientRect()];
  if (top.top < frame.top) nav.scrollTop -= frame.top - top.top + 40;
  else if (top.bottom > frame.bottom) nav.scrollTop += top.bottom - frame.bottom + 40;
};

// The buttons of a view are made when it is first seen.
const equip = (view) => {
  if (view.dataset.equipped) return;
  view.dataset.equipped = "yes";
  for (const head of view.querySelectorAll("th[data-levels]")) {
    const button = make("button", head.dataset.levels, "quick");
    button.type = "button";
    button.setAttribute("aria-expanded", "true");
    button.addEventListener("click", () => fold(head.parentElement, button));
    head.append(button);
  }
  for (const row of view.querySelectorAll("tr[data-from], tr[data-raw]")) {
    const button = make("button", "Lineage", "quick");
    button.type = "button";
    button.setAttribute("aria-label", `Lineage of ${row.id}`);
    button.addEventListener("click", () => openLineage(row, button));
    row.lastElementChild.append(button);
  }
};

const levelsOf = (row) => {
  const found = [];
  for (let next = row.nextElementSibling; next?.dataset.of === row.id; next = next.nextElementSibling) found.push(next);
  return found;
};

const fold = (row, button) => {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  button.textContent = open ? `Show ${row.firstElementChild.dataset.levels}` : row.firstElementChild.dataset.levels;
  for (const level of levelsOf(row)) level.classList.toggle("shut", open);
};

const unfold = (row) => {
  if (!row.classList.contains("shut")) return;
  const parent = at(row.dataset.of);
  fold(parent, parent.querySelector("button[aria-expanded]"));
};

const mark = (element) => {
  marked?.classList.remove("target");
  marked = element;
  marked?.classList.add("target");
};

const say = (text) => {
  if (at("status").textContent !== text) at("status").textContent = text;
};

let gone = "";
const visit = (hash) => {
  if (location.hash !== hash) history.pushState(null, "", hash);
  go(true);
};

// What the address names is shown: a view, something in it, or a codelist in the panel.
const go = (focus) => {
  gone = location.hash;
  const id = decodeURIComponent(location.hash.slice(1)) || "start";
  const target = at(id);
  const view = target?.closest("main > .view");
  if (!view) {
    show(at("start"));
    say(`Nothing here is named ${id}.`);
    return;
  }
  if (target.matches(".codelist")) {
    show(current ?? view);
    openCodelist(target, focus);
    return;
  }
  if (!follow(target)) closePanel(false);
  show(view);
  if (target.matches("tr")) {
    unfold(target);
    if (filtered(target)) choose("");
  }
  mark(target.matches("tr") ? target : null);
  if (target === view) scrollTo(0, 0);
  else target.scrollIntoView({ block: target.matches("tr") ? "center" : "start" });
  if (focus) (target.querySelector("h2, h3, h4, th a") ?? target).focus({ preventScroll: true });
};

const filtered = (row) => main.dataset.origin && !row.dataset.o.split(" ").includes(main.dataset.origin);

const choose = (origin) => {
  at("origin").value = origin;
  if (origin) main.dataset.origin = origin;
  else delete main.dataset.origin;
  for (const view of views) {
    const shown = links.get(view.id)?.querySelector(".count");
    if (!shown) continue;
    const rows = view.querySelectorAll(origin ? `tr.v[data-o~="${origin}"]` : "tr.v").length;
    shown.textContent = rows;
    links.get(view.id).classList.toggle("nothing", !rows);
  }
  count();
};

const count = () => {
  const origin = main.dataset.origin;
  const rows = current?.querySelectorAll("tr.v").length;
  if (!origin || !rows) return say("");
  const kept = current.querySelectorAll(`tr.v[data-o~="${origin}"]`).length;
  say(`${kept} of ${rows} variables of ${current.id} have the origin ${origin}.`);
};
