// The review desk: every page of it works without this file; it only shortens the way.

const typing = (target) =>
  target.closest("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]");
const keysOff = "desk-keys-off";
const help = document.querySelector("[data-keys]");
const sheet = document.querySelector("[data-sheet]");
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
const press = (what) => () => document.querySelector(what)?.click();

// The sheet: what is still open, in the order of the page.
const isOpen = (control) => {
  if (control.matches("[data-needed]")) return !control.querySelector(":checked");
  if (control.matches(".same")) {
    return ![...control.querySelectorAll("input")].some((each) => each.checked || (each.type !== "checkbox" && each.value));
  }
  return control.offsetParent !== null && !control.value && !control.matches("[name$=-note]");
};
const openIn = (section) =>
  [...section.querySelectorAll("[data-needed], .same, select, .input")]
    .filter((control) => !control.closest("details:not([open]), [data-needed] *") && !control.parentElement.closest(".same"))
    .find(isOpen);
const enter = (id) => {
  const section = document.getElementById(id)?.closest("section");
  const control = section && openIn(section);
  if (!control) return false;
  section.scrollIntoView();
  (control.querySelector("input") ?? control).focus({ preventScroll: true });
  return true;
};
const toDecision = () => {
  const approve = document.querySelector("[name=decision][value=approve]");
  if (!approve) return;
  if (!document.querySelector("[name=decision]:checked")) approve.checked = true;
  const record = document.querySelector("[data-record]");
  record.scrollIntoView({ block: "center" });
  record.focus({ preventScroll: true });
};
// A digit chooses in a row of answers and goes on to the next that is open.
const choose = (event) => {
  const row = event.target.closest?.("[data-codes]");
  const wanted = row?.querySelectorAll("input")[event.key - 1];
  if (!wanted) return false;
  wanted.checked = true;
  wanted.dispatchEvent(new Event("input", { bubbles: true }));
  const rows = [...row.closest("section").querySelectorAll("[data-codes]")];
  const next = rows.slice(rows.indexOf(row) + 1).find(isOpen);
  (event.key === "1" && next ? next.querySelector("input") : wanted).focus();
  return true;
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
  q: press(".brand"),
  ...(rows.length && {
    j: () => stand(at + 1),
    k: () => stand(at - 1),
    n: press("[data-next-case]"),
    "/": go("id_find"),
  }),
  ...(document.getElementById("id_flag") && { f: go("id_flag") }),
  ...(figure && {
    "+": () => view("larger"),
    "-": () => view("smaller"),
    r: () => view("turn"),
    n: nextLeaf,
    b: press("[data-claim]"),
    t: () => enter("transcription") || go("transcription")(),
    a: () => enter("alerts") || go("alerts")(),
    s: press("[data-save]"),
    l: () => press("[value=sign-legal]")(),
    c: () => press("[value=sign-clinical]")(),
    y: toDecision,
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
    // With Ctrl, also out of a field: keep what was typed, and on to what is open.
    if (event.ctrlKey && event.key === "Enter" && sheet) {
      event.preventDefault();
      const part = event.target.closest("section")?.querySelector("h2[id]")?.id;
      if (part === "alerts") enter("alerts") || enter("legal");
      else press("[data-save]")();
      return;
    }
    if (event.key === "Escape" && typing(event.target)) return event.target.blur();
    if (!on() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (choose(event)) return event.preventDefault();
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

// What is typed is kept a moment after each change, so that a claim that runs out loses nothing.
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
  // On a wide window whoever comes to the sheet stands where it goes on; the browser goes to the
  // part that the address names first.
  const goOn = () => {
    const part = location.hash.slice(1) || "transcription";
    if (part === "decision") toDecision();
    else if (!enter(part) && part === "alerts") enter("legal");
  };
  if (matchMedia("(min-width: 64rem)").matches && !document.querySelector("[role=alert]")) {
    addEventListener("load", () => setTimeout(goOn));
  }
}
