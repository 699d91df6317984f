// Hide what is not asked of this patient, and say no to what is still empty in a topic, without asking
// the shop. Enhancement only: without this file the shop does both when the form comes back.

const GROWN_UP = 30; // as long as the age is not known

const fieldsOf = (name) => [...document.getElementsByName(name)];
const said = (name) => {
  const fields = fieldsOf(name);
  const chosen = fields[0]?.type === "radio" ? fields.find((field) => field.checked) : fields[0];
  return chosen?.value ?? "";
};
const rulesOf = (text) =>
  (text ?? "")
    .split(";")
    .filter(Boolean)
    .map((rule) => rule.split("="))
    .map(([name, codes]) => codes.split(",").includes(said(name)));

const age = () => {
  const [day, month, year] = ["day", "month", "year"].map((part) => Number(said(`date_of_birth_${part}`)));
  if (!(day && month && year > 999)) return undefined;
  const today = new Date();
  const isAhead = today.getMonth() + 1 < month || (today.getMonth() + 1 === month && today.getDate() < day);
  return today.getFullYear() - year - isAhead;
};

const isAsked = ({ dataset }) => {
  const [youngest, oldest] = (dataset.ages || "0-999").split("-").map(Number);
  const years = age() ?? GROWN_UP;
  return (
    rulesOf(dataset.if).every(Boolean) &&
    !rulesOf(dataset.unless).some(Boolean) &&
    years >= youngest &&
    years <= oldest
  );
};

const hideWhatIsNotAsked = () => {
  for (const part of document.querySelectorAll("[data-asked]")) part.hidden = !isAsked(part);
};

const sayNone = (fold) => {
  for (const part of fold.querySelectorAll("[data-asked][data-none]:not([hidden])")) {
    const choices = [...part.querySelectorAll("input[type=radio]")];
    const none = choices.find(({ value }) => value === part.dataset.none);
    if (none && !choices.some(({ checked }) => checked)) none.checked = true;
  }
};

if (document.querySelector("[data-fold]")) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=none]");
    if (!button) return;
    event.preventDefault();
    sayNone(button.closest("[data-fold]"));
    button.dispatchEvent(new Event("input", { bubbles: true })); // keeps what is typed
    hideWhatIsNotAsked();
  });
  document.addEventListener("input", hideWhatIsNotAsked);
  document.addEventListener("drawn", hideWhatIsNotAsked); // the form was replaced
  addEventListener("pageshow", hideWhatIsNotAsked); // back and forward restore answers late
  hideWhatIsNotAsked();
}
// Choose, look at and remove files, send them with progress, keep what is typed. Enhancement only:
// without this file the form is sent as it is. Nothing stays in the browser: answers are health data.

const SAVE_AFTER = 1000;
const STALLED_AFTER = 120_000;

let chosen = []; // outlives the form, which the answer of the shop replaces
let form;
let input;
let timer;
let saving = new AbortController();

const part = (name) => form.querySelector(`[data-${name}]`);
const readableSize = (bytes) =>
  bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
const same = (one, other) =>
  one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

const picture = (look, file) => {
  const kind = document.createElement("span");
  kind.className = "kind";
  kind.textContent = file.name.split(".").pop().slice(0, 4).toUpperCase();
  look.append(kind);
  look.disabled = true;
  if (!file.type.startsWith("image/")) return;
  const image = new Image();
  image.alt = "";
  image.addEventListener("load", () => {
    kind.replaceWith(image);
    look.disabled = false;
    URL.revokeObjectURL(image.src);
  });
  image.addEventListener("error", () => URL.revokeObjectURL(image.src)); // HEIC, in most browsers
  image.src = URL.createObjectURL(file);
};

const itemOf = (file, place) => {
  const item = part("file").content.firstElementChild.cloneNode(true);
  for (const name of item.querySelectorAll("[data-name]")) name.textContent = file.name;
  item.querySelector("[data-size]").textContent = readableSize(file.size);
  item.querySelector("[data-too-large]").hidden = file.size <= form.dataset.maxBytes;
  item.querySelector("[data-too-many]").hidden = place < form.dataset.maxFiles;
  const look = item.querySelector("[data-look]");
  picture(look, file);
  look.addEventListener("click", () =>
    look.setAttribute("aria-pressed", look.getAttribute("aria-pressed") !== "true"),
  );
  item.querySelector("[data-remove]").addEventListener("click", () => {
    chosen = chosen.filter((other) => other !== file);
    show();
    say(file, "removed");
    (part("remove") ?? input).focus();
  });
  return item;
};

const show = () => {
  const transfer = new DataTransfer();
  for (const file of chosen) transfer.items.add(file);
  input.files = transfer.files;
  part("files").replaceChildren(...chosen.map(itemOf));
  part("files").hidden = chosen.length === 0;
};

const say = (file, what) => {
  const word = form.querySelector(`[data-said="${what}"]`).content.textContent;
  part("files-said").textContent = `${file.name} ${word}`;
};

const add = (files) => {
  for (const file of files) {
    if (!chosen.some((other) => same(file, other))) chosen.push(file);
    say(file, "added");
  }
  show();
};

const acceptFiles = () => {
  const drop = part("drop");
  const camera = part("camera");
  part("drop-hint").hidden = false;
  input.addEventListener("change", () => add([...input.files]));
  camera.addEventListener("change", () => {
    add([...camera.files]);
    camera.value = "";
  });
  for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    drop.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", type === "dragenter" || type === "dragover");
    });
  }
  drop.addEventListener("drop", (event) => add([...event.dataTransfer.files]));
};

const save = async () => {
  clearTimeout(timer);
  timer = undefined;
  const typed = new FormData(form);
  for (const name of [input.name, "consent"]) typed.delete(name);
  const { signal } = saving;
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      body: new URLSearchParams(typed),
      keepalive: true,
      redirect: "error",
      signal,
    });
    part("saved").hidden = !answer.ok;
  } catch {
    part("saved").hidden = true; // tried again with the next letter
  }
};

const saveSoon = ({ target }) => {
  if (target.type === "file" || !form.dataset.draft) return;
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_AFTER);
};

const stopSaving = () => {
  clearTimeout(timer);
  timer = undefined;
  saving.abort();
  saving = new AbortController();
};

const lost = (why) => {
  part("sending").hidden = true;
  part("send").hidden = true; // "Try again" takes its place
  for (const reason of form.querySelectorAll("[data-why]")) {
    reason.hidden = reason.dataset.why !== why;
  }
  part("lost").hidden = false;
  part("lost").focus();
  saveSoon({ target: form });
};

const arrived = (request) => {
  if (request.status === 413) return lost("size");
  if (request.status >= 400) return lost("shop");
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const isOver = !page.querySelector("form[data-upload]");
  if (isOver && request.responseURL !== form.action) return location.assign(request.responseURL);
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  if (isOver) return document.querySelector(".call")?.focus(); // says why it was not sent
  start();
  part("again")?.remove(); // the files are still here
  document.querySelector(".errsum:not([data-lost])")?.focus();
};

const send = (event) => {
  event.preventDefault();
  if (!part("sending").hidden) return;
  stopSaving();
  const request = new XMLHttpRequest();
  let stalled = setTimeout(() => request.abort(), STALLED_AFTER);
  part("lost").hidden = true;
  part("send").hidden = true;
  part("arrived").hidden = true;
  part("sending").hidden = false;
  part("sending").focus();
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    clearTimeout(stalled);
    stalled = setTimeout(() => request.abort(), STALLED_AFTER);
    part("sending").querySelector("progress").value = (100 * loaded) / total;
  });
  request.upload.addEventListener("load", () => {
    part("arrived").hidden = false;
  });
  request.addEventListener("loadend", () => {
    clearTimeout(stalled);
    if (request.status) arrived(request);
    else lost("connection");
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
};

const start = () => {
  form = document.querySelector("form[data-upload]");
  input = form.querySelector("input[type=file]:not([data-camera])");
  acceptFiles();
  show();
  form.addEventListener("input", saveSoon);
  form.addEventListener("submit", send);
  document.dispatchEvent(new Event("drawn"));
};

if (document.querySelector("form[data-upload]")) {
  start();
  addEventListener("pagehide", () => timer && save());
}
