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
