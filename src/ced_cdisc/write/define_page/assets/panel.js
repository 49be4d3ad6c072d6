// The panel beside the view: a codelist, or the lineage of a variable.
const panel = at("panel");
const inside = at("panel-body");
let opener = null;
let traced = null;
let termOf = null;
let users = null;

const openPanel = (title, content, from, focus) => {
  if (from) opener = from;
  at("panel-title").textContent = title;
  inside.replaceChildren(...content);
  panel.hidden = false;
  panel.scrollTop = 0;
  if (focus) at("panel-title").focus({ preventScroll: true });
};

const closePanel = (back) => {
  if (panel.hidden) return;
  panel.hidden = true;
  traced = null;
  inside.replaceChildren();
  if (!back) return;
  if (location.hash.startsWith("#codelist.") && current) history.replaceState(null, "", (gone = `#${current.id}`));
  if (opener?.isConnected) opener.focus();
  opener = null;
};

const openCodelist = (block, focus) => {
  const copy = block.cloneNode(true);
  copy.removeAttribute("id");
  const title = copy.querySelector("h3").textContent;
  copy.querySelector("h3").remove();
  traced = null;
  const from = document.activeElement?.matches("a.cl") ? document.activeElement : null;
  openPanel(title, [copy, usedBy(block.id)], from, focus);
  if (termOf?.[0] === block.id) {
    const row = copy.querySelectorAll("tbody tr")[termOf[1]];
    row?.classList.add("target");
    row?.scrollIntoView({ block: "center" });
  }
  termOf = null;
};

const usedBy = (id) => {
  const part = make("div");
  const rows = [...main.querySelectorAll(`tr a.cl[href="#${CSS.escape(id)}"]`)].map((a) => a.closest("tr"));
  part.append(make("h3", "Used by"), listed(rows.map((row) => [row.id, `#${row.id}`])));
  return part;
};

const listed = (pairs) => {
  const list = make("ul");
  for (const [name, href] of pairs) {
    const line = make("li");
    const node = make(href ? "a" : "span", name, "mono");
    if (href) node.href = href;
    line.append(node);
    list.append(line);
  }
  return list;
};

const lines = (row, name) => (row?.dataset[name] ?? "").split("\n").filter(Boolean);
const sources = (row) => [
  ...lines(row, "from").map((line) => {
    const [name, target] = line.split(" ");
    return { name, href: target === "-" ? "" : (target ?? `#${name}`), raw: false };
  }),
  ...lines(row, "raw").map((name) => ({ name, href: "", raw: true })),
];
const rowOf = (node) => (node.href.startsWith("#") ? at(node.href.slice(1)) : null);

const readers = (id) => {
  if (!users) {
    users = new Map();
    for (const row of main.querySelectorAll("tr[data-from]")) {
      for (const node of sources(row)) {
        if (!node.href.startsWith("#")) continue;
        const known = users.get(node.href) ?? [];
        known.push({ name: row.id, href: `#${row.id}`, raw: false });
        users.set(node.href, known);
      }
    }
  }
  return users.get(`#${id}`) ?? [];
};

// What a variable is made from, what that is made from, and what reads the variable on this page.
const openLineage = (row, from = null, focus = true) => {
  traced = row;
  const near = sources(row);
  const seen = new Set([row.id, ...near.map((node) => node.name)]);
  const far = [];
  const edges = near.map((node) => [node.name, row.id]);
  for (const node of near) {
    for (const older of sources(rowOf(node))) {
      if (!seen.has(older.name)) {
        seen.add(older.name);
        far.push(older);
      }
      if (far.some((one) => one.name === older.name)) edges.push([older.name, node.name]);
    }
  }
  const later = readers(row.id);
  edges.push(...later.map((node) => [row.id, `> ${node.name}`]));
  const own = { name: row.id, href: `#${row.id}`, self: true };
  const columns = [["Further back", far], ["Made from", near], ["", [own]], ["Read by", later]];
  const content = [graph(columns, edges)];
  const add = (title, pairs) => {
    if (pairs.length) content.push(make("h3", title), listed(pairs));
  };
  add("Made from", near.map((node) => [node.name, node.href]));
  add("Read by, in this package", later.map((node) => [node.name, node.href]));
  add("Lines of the specs", lines(row, "spec").map((place) => [place, ""]));
  openPanel(`Lineage of ${row.id}`, content, from, focus);
};

const follow = (target) => {
  if (!traced || !target.matches("tr[data-from], tr[data-raw], tr[data-spec]")) return false;
  openLineage(target, null, false);
  return true;
};

const SVG = "http://www.w3.org/2000/svg";
const draw = (tag, attributes, ...children) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
const [WIDE, HIGH, GAP, STEP, MOST, LETTERS] = [122, 22, 26, 30, 14, 18];

const graph = (columns, edges) => {
  const kept = columns.filter(([, nodes]) => nodes.length);
  const tallest = Math.max(...kept.map(([, nodes]) => Math.min(nodes.length, MOST + 1)));
  const [width, height] = [4 * WIDE + 3 * GAP, 22 + tallest * STEP];
  const place = new Map();
  const boxes = [];
  kept.forEach(([title, nodes], number) => {
    const x = number * (WIDE + GAP);
    const shown = nodes.slice(0, MOST);
    const over = nodes.length - shown.length;
    const top = 22 + ((tallest - shown.length - (over ? 1 : 0)) * STEP) / 2;
    boxes.push(draw("text", { x, y: 12, class: "head" }, title));
    shown.forEach((node, i) => {
      const y = top + i * STEP;
      place.set(title === "Read by" ? `> ${node.name}` : node.name, [x, y + HIGH / 2]);
      const text = node.name.length > LETTERS ? `${node.name.slice(0, LETTERS - 1)}…` : node.name;
      const box = draw(
        node.href ? "a" : "g",
        { ...(node.href ? { href: node.href, tabindex: -1 } : {}), class: node.self ? "self" : node.raw ? "raw" : "variable" },
        draw("title", {}, node.name),
        draw("rect", { x: x + 0.5, y: y + 0.5, width: WIDE - 1, height: HIGH, rx: 4 }),
        draw("text", { x: x + 6, y: y + 15 }, text),
      );
      boxes.push(box);
    });
    if (over) boxes.push(draw("text", { x: x + 6, y: top + shown.length * STEP + 14, class: "head" }, `and ${over} more`));
  });
  const paths = edges.flatMap(([from, to]) => {
    const [a, b] = [place.get(from), place.get(to)];
    if (!a || !b || a[0] >= b[0]) return [];
    const [x, y] = [a[0] + WIDE, (a[0] + WIDE + b[0]) / 2];
    return [draw("path", { class: "edge", d: `M${x} ${a[1]}C${y} ${a[1]} ${y} ${b[1]} ${b[0]} ${b[1]}` })];
  });
  // The lists below say the same in words.
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...paths, ...boxes);
};
