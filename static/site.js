// Enhancement only: every page works without this file. No framework, no eval, no inline handlers.

const buy = document.querySelector("[data-buy]");
if (buy) {
  const sum = buy.querySelector(".sum");
  const total = sum.querySelector("output");
  const what = sum.querySelector("[data-what]");
  const bar = document.querySelector(".bar");
  const show = () => {
    const strength = buy.elements.strength.value;
    const pack = buy.querySelector(`[name="pack-${strength}"]:checked`);
    sum.hidden = !pack;
    if (!pack) return;
    const tablets = pack.closest(".pack").querySelector(".q").textContent.trim().replace(/,$/, "");
    what.textContent = `${strength} mg, ${tablets}`;
    total.textContent = pack.dataset.total;
    if (bar) bar.querySelector("[data-bar]").textContent = `${what.textContent}: ${pack.dataset.total}`;
  };
  buy.addEventListener("change", show);
  addEventListener("pageshow", show); // back and forward restore radios late
  show();
  if (bar && "IntersectionObserver" in window) {
    new IntersectionObserver(([entry]) => {
      bar.hidden = entry.isIntersecting || entry.boundingClientRect.top > 0;
    }).observe(buy);
  }
}

const readableSize = (bytes) =>
  bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`;

const listFiles = (input, list) => {
  list.replaceChildren(
    ...[...input.files].map((file) => {
      const item = document.createElement("li");
      const size = document.createElement("span");
      size.textContent = readableSize(file.size);
      item.append(file.name, size);
      return item;
    }),
  );
};

for (const drop of document.querySelectorAll("[data-drop]")) {
  const input = drop.querySelector("input[type=file]");
  const list = document.getElementById(drop.dataset.drop);
  input.addEventListener("change", () => listFiles(input, list));
  for (const type of ["dragenter", "dragover"]) {
    drop.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const type of ["dragleave", "drop"]) {
    drop.addEventListener(type, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    listFiles(input, list);
  });
}

document.querySelector(".errsum")?.focus();
