// Enhancement only: every page works without this file. No framework, no eval, no inline handlers.

const buy = document.querySelector("[data-buy]");
if (buy) {
  const sum = buy.querySelector(".sum");
  const total = sum.querySelector("output");
  const what = sum.querySelector("[data-what]");
  const bar = document.querySelector(".bar");
  const show = () => {
    const strength = buy.querySelector("[name=strength]:checked");
    const pack = buy.querySelector(`[name="pack-${strength.value}"]:checked`);
    sum.hidden = !pack;
    if (!pack) return;
    const size = pack.closest(".pack").querySelector(".q").textContent.trim().replace(/,$/, "");
    what.textContent = `${strength.labels[0].textContent.trim()}, ${size}`;
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

document.querySelector(".errsum")?.focus();
