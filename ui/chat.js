// The chat's manners: keys, an instant sign that a reply is on its way, the draft kept, focus, and what a screen reader hears.
// Runs once when the page loads; Gradio makes and drops the parts as it goes, so each is looked up when it is needed.
() => {
  const DRAFT = "interviewer-draft";
  const KEYS = {KeyI: "act-dont_know", KeyH: "act-hint", KeyS: "act-skip", KeyR: "act-repeat", KeyE: "act-stop"};
  const SLOW_MS = 1500;
  const GIVE_UP_MS = 20000;
  const find = (selector) => document.querySelector(selector);
  const box = () => find("#reply textarea");
  const sentCount = () => document.querySelectorAll('#chat [data-testid="user"]').length;
  const shown = (element) => Boolean(element && element.offsetParent);
  const isPhone = matchMedia("(pointer: coarse)");

  // One region of our own speaks: Gradio's log would read every step of a text that streams in.
  const region = (role) => {
    const element = document.createElement("div");
    element.className = "for-screen-readers";
    element.setAttribute("role", role);
    element.setAttribute("aria-live", "polite");
    return element;
  };
  const news = region("log");
  const status = region("status");
  news.id = "chat-news";
  news.setAttribute("aria-label", say("room.new_messages"));
  (find("main") || document.body).append(news, status);

  let thinkingFrom = null;
  let timers = [];
  const think = () => {
    const chat = find("#chat");
    // While a reply is being answered Gradio takes no other, and the buttons are off.
    if (!chat || thinkingFrom !== null || !find("#act-skip:not(:disabled)")) return;
    thinkingFrom = sentCount();
    chat.classList.add("thinking");
    const log = chat.querySelector('[role="log"]');
    log.scrollTop = log.scrollHeight;
    timers = [
      setTimeout(() => (status.textContent = say("room.being_read")), SLOW_MS),
      setTimeout(rest, GIVE_UP_MS),
    ];
  };
  const rest = () => {
    thinkingFrom = null;
    timers.forEach(clearTimeout);
    find("#chat")?.classList.remove("thinking");
    status.textContent = "";
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === box() && !event.isComposing) {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        find("#send").click();
      } else if (event.shiftKey && box().value.trim()) think();
    }
    const button = event.altKey && !event.ctrlKey && !event.metaKey && KEYS[event.code] && find("#" + KEYS[event.code]);
    if (shown(button)) {
      event.preventDefault();
      if (!button.disabled) button.click();
    }
  }, true);
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("#send, [id^='act-']");
    if (pressed && !pressed.disabled && (pressed.id !== "send" || box()?.value.trim())) think();
    if (event.target.closest?.("#start, #new, #practise, [data-do]")) localStorage.removeItem(DRAFT);
  }, true);

  // What is being written outlives a reload and a closed tab.
  const keepDraft = () => {
    const area = box();
    if (!area) return;
    const kept = localStorage.getItem(DRAFT) || "";
    if (area.dataset.draft === undefined) {
      area.dataset.draft = "kept";
      if (kept && !area.value) {
        area.value = kept;
        area.dispatchEvent(new Event("input", {bubbles: true}));
      }
    } else if (area.value !== kept) {
      if (area.value) localStorage.setItem(DRAFT, area.value);
      else localStorage.removeItem(DRAFT);
    }
  };
  document.addEventListener("input", (event) => event.target === box() && keepDraft());

  const textOf = (message) => {
    const copy = message.cloneNode(true);
    // A formula is there twice, to be seen and to be read.
    copy.querySelectorAll("button, .katex-html").forEach((part) => part.remove());
    return copy.textContent.trim();
  };
  const lastSaid = () => {
    const messages = [...document.querySelectorAll('#chat [data-testid="bot"], #chat [data-testid="user"]')];
    const last = messages.findLastIndex((message) => message.dataset.testid === "user");
    return messages.slice(last + 1).map(textOf).join("\n");
  };

  let heard = "";
  // Not only whether something is to be done next: an interview may end before it was seen to be busy.
  let wasNext = null;
  const follow = () => {
    if (thinkingFrom !== null && (sentCount() > thinkingFrom || find(".toast-body.error"))) rest();
    for (const message of document.querySelectorAll('#chat [data-testid="bot"]')) {
      message.classList.toggle("dots", message.textContent.trim() === "…");
    }
    keepDraft();
    const over = shown(find("#headline .headline"));
    const waiting = over || (shown(box()) && find("#act-skip:not(:disabled)") !== null && thinkingFrom === null);
    if (waiting) {
      const said = sentCount() + lastSaid();
      if (said !== heard && shown(find("#chat"))) {
        heard = said;
        const line = document.createElement("p");
        line.textContent = lastSaid();
        news.replaceChildren(line);
      }
    }
    const next = over ? "report" : waiting ? "reply" : null;
    if (next && next !== wasNext) takeFocus(over);
    wasNext = next;
  };
  // Back to where the next thing is done, unless the person has gone elsewhere meanwhile.
  const takeFocus = (over) => {
    const at = document.activeElement;
    if (at && at !== document.body && !at.closest("#composer, #start, #practise, #chat")) return;
    if (over) {
      const report = find("#report");
      report.tabIndex = -1;
      report.focus({preventScroll: true});
    } else if (!isPhone.matches) box().focus({preventScroll: true});
  };

  let due = false;
  const soon = () => {
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      follow();
    }, 30);
  };
  new MutationObserver(soon).observe(document.body, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["disabled"],
  });
  soon();
}
