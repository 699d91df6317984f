// The review desk: every page of it works without this file; it only shortens the way.

const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
const keysOff = "desk-keys-off";
const help = document.querySelector("[data-keys]");
const on = () => localStorage.getItem(keysOff) === null;

// The picture: larger, smaller, turned.
const figure = document.querySelector("[data-figure]");
let size = 0;
let turn = 0;
const look = () => {
  figure.className = `size-${size} turn-${turn}`;
  document.querySelector("[data-view-said]").textContent = figure.dataset.said
    .replace("%(size)s", size + 1)
    .replace("%(turn)s", turn * 90);
};
const views = {
  larger: () => (size = Math.min(size + 1, 3)),
  smaller: () => (size = Math.max(size - 1, 0)),
  turn: () => (turn = (turn + 1) % 4),
};
const view = (name) => {
  views[name]();
  look();
};
if (figure) {
  document.querySelector("[data-view-tools]").hidden = false;
  for (const button of document.querySelectorAll("[data-view]")) {
    button.addEventListener("click", () => view(button.dataset.view));
  }
}

// The queue: a line to stand on.
const rows = [...document.querySelectorAll("[data-rows] tr")];
let at = -1;
const stand = (place) => {
  rows[at]?.classList.remove("at");
  at = Math.max(0, Math.min(place, rows.length - 1));
  rows[at]?.classList.add("at");
  rows[at]?.querySelector("a.btn").focus();
};

const go = (id) => () => {
  const place = document.getElementById(id);
  place?.scrollIntoView();
  place?.focus();
};
let leaf = 0;
const nextLeaf = () => {
  const leaves = document.querySelectorAll(".leaf");
  leaf = (leaf + 1) % leaves.length;
  leaves[leaf].scrollIntoView({ block: "nearest" });
};
const keys = {
  "?": () => {
    help.open = !help.open;
    help.querySelector("summary").focus();
  },
  q: () => document.querySelector(".brand").click(),
  ...(rows.length && { j: () => stand(at + 1), k: () => stand(at - 1) }),
  ...(document.getElementById("id_flag") && { f: go("id_flag") }),
  ...(figure && {
    "+": () => view("larger"),
    "-": () => view("smaller"),
    r: () => view("turn"),
    n: nextLeaf,
    t: go("transcription"),
    a: go("alerts"),
    d: go("decision"),
    s: () => document.querySelector("[data-save]")?.click(),
  }),
};
if (help) {
  help.hidden = false;
  const button = help.querySelector("[data-keys-switch]");
  const name = () => (button.textContent = on() ? button.dataset.off : button.dataset.on);
  button.addEventListener("click", () => {
    if (on()) localStorage.setItem(keysOff, "1");
    else localStorage.removeItem(keysOff);
    name();
  });
  name();
  document.addEventListener("keydown", (event) => {
    if (!on() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

// What is typed is kept a moment after each change, so that a claim that runs out loses nothing.
const sheet = document.querySelector("[data-sheet]");
if (sheet) {
  const said = sheet.querySelector("[data-sheet-said]");
  let waiting;
  const keep = async () => {
    const data = new FormData(sheet);
    data.set("do", "autosave");
    try {
      const answer = await fetch(location.pathname, { method: "POST", body: data });
      const time = new Date().toLocaleTimeString();
      // Somebody who was signed out meanwhile is sent to the sign-in, and nothing was kept.
      if (answer.redirected) said.textContent = sheet.dataset.lost;
      else said.textContent = answer.ok ? `${sheet.dataset.saved} ${time}` : await answer.text();
    } catch {
      said.textContent = sheet.dataset.lost;
    }
  };
  sheet.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 1500);
  });
  sheet.addEventListener("submit", () => clearTimeout(waiting));
}
