// Starts Oscar's dashboard from a file: its own templates do this with inline scripts, which our CSP refuses.
// Left out on purpose: TinyMCE, select2, date pickers and input masks; browsers have their own.
/* global jQuery, oscar */

jQuery(($) => {
  const dashboard = oscar.dashboard;
  const has = (selector) => document.querySelector(selector) !== null;

  dashboard.options = {};
  dashboard.initForms();
  dashboard.filereader.init();
  dashboard.orders.initTabs();
  if (has("#product_images")) dashboard.initProductImages();
  if (has(".bulk-actions")) dashboard.bulk_actions.init();
  for (const box of document.querySelectorAll('th input[name="select_all"], td input[name^="selected_"]')) {
    const label = document.body.dataset[box.name === "select_all" ? "chooseAll" : "choose"];
    box.setAttribute("aria-label", label);
    box.closest("th")?.setAttribute("aria-label", label);
  }
  if (has("#product-image-modal")) dashboard.product_lists.init();
  if (has("select[name$=option_group]")) dashboard.product_attributes.init();
  if (has("#SearchModal .error-block")) $("#SearchModal").modal("show");

  // A tab with a mistake in it says so, and the first such tab is the one that is open.
  const panes = [...document.querySelectorAll('[data-behaviour="tab-nav-errors"] .tab-pane')];
  const wrong = panes.filter((pane) => pane.querySelector('.error-block:not(:empty), [aria-invalid="true"]'));
  for (const pane of wrong) {
    $(`.tab-nav a[href="#${pane.id}"]`).append('<i class="fas fa-info-circle float-right"></i>');
  }
  if (wrong.length) $(`a[data-toggle="tab"][href="#${wrong[0].id}"]`).tab("show");

  for (const box of document.querySelectorAll('[data-oscarwidget="date"][data-dateformat="YYYY-MM-DD"]')) {
    const input = box.querySelector("input");
    input.type = "date";
    box.querySelector(".input-group-append")?.remove();
  }

  for (const link of document.querySelectorAll("[data-back]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      history.back();
    });
  }
  for (const link of document.querySelectorAll("[data-close]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      window.close();
    });
  }
});
