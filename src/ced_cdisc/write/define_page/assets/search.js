// The index is read from the page itself, once.
let index = null;
let hits = [];
let active = -1;
const box = at("search");
const list = at("found");
const LIMIT = 60;

const entry = (kind, name, label, more, target, row = null) => ({
  kind, name, label, more, target, row,
  parts: [name.toLowerCase(), label.toLowerCase(), ...more.map(([, text]) => text.toLowerCase())],
});
const text = (node) => (node ? node.textContent.trim() : "");

const read = () => {
  const found = [];
  for (const link of links.values()) {
    const view = at(link.getAttribute("href").slice(1));
    const name = text(view.querySelector("h2 .name"));
    if (!name) continue;
    const more = [["Dataset", text(view.querySelector(".structure"))], ["Comment", text(view.querySelector(".note"))]];
    found.push(entry("Dataset", name, text(view.querySelector("h2 .label")), more, view));
  }
  for (const row of main.querySelectorAll("tr.v, tr.vl")) {
    const [head, label, , list_, origin, words] = row.children;
    const said = (kind, chosen) => [kind, [...words.querySelectorAll(chosen)].map(text).join(" ")];
    const more = [said("Method", ".method, code"), said("Comment", ".comment"), ["Codelist", text(list_.querySelector("a"))], ["Origin", text(origin)]];
    const name = row.matches(".v") ? row.id : `${row.dataset.of} ${text(head.querySelector("a"))}`;
    found.push(entry(row.matches(".v") ? "Variable" : "Value", name, label.firstChild?.data ?? "", more, row));
  }
  for (const block of at("codelists").querySelectorAll(".codelist")) {
    const title = text(block.querySelector("h3"));
    const more = [["Codelist", text(block.querySelector(".quiet"))], ["Comment", text(block.querySelector(".comment"))]];
    found.push(entry("Codelist", block.id.slice(3), title, more, block));
    let number = 0;
    for (const row of block.querySelectorAll("tbody tr")) {
      const cells = [...row.children];
      const name = cells[0].firstChild?.data ?? "";
      found.push(entry("Term", name, cells.slice(1).map(text).join(" "), [["Term", title]], block, number++));
    }
  }
  for (const block of main.querySelectorAll(".display, .result")) {
    const head = block.querySelector("h3, h4");
    const name = text(head.querySelector(".name"));
    const more = block.matches(".result") ? [["Method", text(block.querySelector(".method"))]] : [];
    found.push(entry("Result", name, text(head).slice(name.length).trim(), more, block));
  }
  return found;
};

// Every word of the question must be there; names count before labels, labels before sentences.
const rank = (one, words, whole) => {
  const [name, label] = one.parts;
  let best = 9;
  for (const word of words) {
    const where = one.parts.findIndex((part) => part.includes(word));
    if (where < 0) return -1;
    best = Math.min(best, where + 3);
  }
  const short = name.slice(name.indexOf(".") + 1);
  if (name === whole || short === whole) return one.kind === "Dataset" ? 0 : 1;
  if (name.startsWith(whole) || short.startsWith(whole)) return one.kind === "Term" ? 3 : 2;
  return label.includes(whole) ? Math.min(best, 3) : best;
};

const excerpt = (one, words) => {
  for (let i = 0; i < one.more.length; i++) {
    const word = words.find((w) => one.parts[i + 2].includes(w) && !one.parts[0].includes(w) && !one.parts[1].includes(w));
    if (word) {
      const start = Math.max(0, one.parts[i + 2].indexOf(word) - 40);
      return [one.more[i][0], (start ? "…" : "") + one.more[i][1].slice(start, start + 160)];
    }
  }
  return one.kind === "Term" ? ["Term", one.more[0][1]] : ["", ""];
};

const highlighted = (tag, value, words, kind = "") => {
  const node = make(tag, "", kind);
  const low = value.toLowerCase();
  let i = 0;
  while (i < value.length) {
    const next = words.map((w) => [low.indexOf(w, i), w.length]).filter(([p]) => p >= 0).sort((a, b) => a[0] - b[0])[0];
    if (!next) break;
    node.append(value.slice(i, next[0]), make("mark", value.slice(next[0], next[0] + next[1])));
    i = next[0] + next[1];
  }
  node.append(value.slice(i));
  return node;
};

const search = () => {
  const whole = box.value.trim().toLowerCase();
  if (!whole) return shut();
  index ??= read();
  const words = whole.split(/\s+/);
  const ranked = [];
  index.forEach((one, i) => {
    const score = rank(one, words, whole);
    if (score >= 0) ranked.push([score, i]);
  });
  ranked.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  hits = ranked.slice(0, LIMIT).map(([, i]) => index[i]);
  list.replaceChildren(...hits.map((one, i) => item(one, i, words)));
  if (!hits.length) list.append(make("li", `Nothing holds ${words.join(" and ")}.`, "none"));
  else if (ranked.length > LIMIT) list.append(make("li", `${ranked.length - LIMIT} more: add a word.`, "none"));
  for (const none of list.querySelectorAll(".none")) none.setAttribute("role", "presentation");
  list.hidden = false;
  box.setAttribute("aria-expanded", "true");
  select(hits.length ? 0 : -1);
};

const item = (one, number, words) => {
  const node = make("li");
  node.id = `found-${number}`;
  node.setAttribute("role", "option");
  const [kind, more] = excerpt(one, words);
  const line = make("span");
  line.append(highlighted("span", one.name, words, "mono"), " ", highlighted("span", one.label, words));
  node.append(make("span", one.kind === "Term" || !kind ? one.kind : kind, "kind"), line);
  if (more) node.append(highlighted("span", more, words, "more"));
  node.addEventListener("mousedown", (event) => event.preventDefault());
  node.addEventListener("click", () => take(number));
  return node;
};

const select = (number) => {
  list.children[active]?.removeAttribute("aria-selected");
  active = number;
  const node = hits.length ? list.children[active] : null;
  node?.setAttribute("aria-selected", "true");
  node?.scrollIntoView({ block: "nearest" });
  if (node) box.setAttribute("aria-activedescendant", node.id);
  else box.removeAttribute("aria-activedescendant");
};

const shut = () => {
  list.hidden = true;
  hits = [];
  active = -1;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
};

const take = (number) => {
  const one = hits[number];
  if (!one) return;
  shut();
  if (one.row !== null) termOf = [one.target.id, one.row];
  visit(`#${one.target.id}`);
};

box.addEventListener("input", search);
box.addEventListener("focus", () => {
  index ??= read();
  if (box.value) search();
});
box.addEventListener("blur", shut);
box.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : hits.length - 1;
    if (hits.length) select((active + step) % hits.length);
  } else if (event.key === "Enter") {
    event.preventDefault();
    take(active);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    if (!list.hidden) shut();
    else if (box.value) box.value = "";
    else box.blur();
  }
});
