// Mends what Gradio's markup lacks for the keyboard and for screen readers, whenever parts of the page are made.
() => {
  let count = 0;
  const mends = {
    // A group of choices has a name that only the eye connects with it, and each of its choices is a group of its own,
    // so that arrow keys do not go from one to the next.
    fieldset: (group) => {
      const label = group.querySelector("[data-testid='block-info']");
      count += 1;
      if (label) {
        label.id ||= `group-label-${count}`;
        group.setAttribute("aria-labelledby", label.id);
      }
      group.querySelectorAll("input[type=radio]").forEach((choice) => (choice.name = `group-${count}`));
    },
    // The page has a live region that speaks whole messages; the log is for reading back, and scrolls by keys.
    "#chat [role=log]": (log) => {
      log.setAttribute("aria-live", "off");
      log.setAttribute("aria-label", say("room.conversation"));
      log.tabIndex = 0;
    },
    // A chart is a picture; what it shows stands in words and tables beside it.
    ".js-plotly-plot .svg-container": (chart) => {
      const title = chart.querySelector(".gtitle")?.textContent;
      chart.setAttribute("role", "img");
      chart.setAttribute("aria-label", title ? say("charts.named", {title}) : say("charts.chart"));
    },
    // What tells of a fault is no button to fold it up by: it holds the one that closes it.
    ".toast-header": (header) => ["role", "tabindex"].forEach((name) => header.removeAttribute(name)),
    // A chart that is still to come has a name, and no role that may have one.
    ".empty[aria-label]": (empty) => empty.setAttribute("role", "img"),
    "[id^='act-']": (button) => {
      const key = {"act-dont_know": "I", "act-hint": "H", "act-skip": "S", "act-repeat": "R", "act-stop": "E"}[button.id];
      if (!key) return;
      button.setAttribute("aria-keyshortcuts", `Alt+${key}`);
      button.title = `Alt+${key}`;
    },
  };
  // What scrolls to the side is reached by keys, and nothing else stops them.
  const scrolls = () => {
    for (const element of document.querySelectorAll(".gradio-container :is(pre, table, .katex-display, math[display='block'])")) {
      if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== "visible") element.tabIndex = 0;
      else if (element.tabIndex === 0) element.removeAttribute("tabindex");
    }
  };
  const done = new WeakSet();
  const mend = () => {
    for (const [selector, change] of Object.entries(mends)) {
      for (const element of document.querySelectorAll(selector)) {
        // A group's choices come and go within it; all else is mended once.
        const fresh = selector === "fieldset" ? element.querySelector("input[type=radio]:not([name^='group-'])") : null;
        if (done.has(element) && !fresh) continue;
        done.add(element);
        change(element);
      }
    }
    scrolls();
  };
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      mend();
    }, 50);
  }).observe(document.body, {childList: true, subtree: true, attributes: true, attributeFilter: ["name"]});
  addEventListener("resize", scrolls);
  mend();
}
