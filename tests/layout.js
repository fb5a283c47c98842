// What is wrong with how the page lies in its window, a line for each fault. `main` names the control that the person needs
// now, `dark` is the theme that was asked for; both may be left out.
([main, dark]) => {
  const CONTROLS = "button, a[href], summary, input, textarea, select, [role=tab], fieldset label";
  const PRESSED = "button, a[href], summary, [role=tab], fieldset label";
  const found = [];
  const named = (element) =>
    `${element.tagName.toLowerCase()}${element.id ? "#" + element.id : ""} “${(element.innerText || element.ariaLabel || element.placeholder || "").trim().replace(/\s+/g, " ").slice(0, 20)}”`;
  // What screen readers alone are to find is a pixel wide.
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 2 && box.height > 2 && element.checkVisibility({opacityProperty: true, visibilityProperty: true});
  };
  const around = (element) => {
    const parents = [];
    for (let at = element; at && getComputedStyle(at).position !== "fixed" && at !== document.body; at = at.parentElement) parents.push(at.parentElement);
    return parents.filter((parent) => parent && parent !== document.body && parent !== document.documentElement);
  };
  // The part of a box that its surroundings leave to be seen.
  const left = (element, box) => {
    let {left, right, top, bottom} = box;
    for (const parent of around(element)) {
      const style = getComputedStyle(parent);
      const edge = parent.getBoundingClientRect();
      if (style.overflowX !== "visible") [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
      if (style.overflowY !== "visible") [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
    }
    return {left, right, top, bottom};
  };
  const controls = [...document.querySelectorAll(CONTROLS)].filter(seen);

  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);

  for (const element of controls) {
    const box = element.getBoundingClientRect();
    const rest = left(element, box);
    if (rest.left < -1 || rest.right > innerWidth + 1 || rest.left > box.left + 1 || rest.right < box.right - 1) {
      found.push(`cut off at a side: ${named(element)}`);
    }
  }

  // Words that stick out of their window, their frame, or (by more than the corner of a turned sign) their button.
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (words.nextNode()) {
    const parent = words.currentNode.parentElement;
    if (!words.currentNode.textContent.trim() || !seen(parent) || parent.closest("option, script, style, .katex")) continue;
    range.selectNodeContents(words.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || parent.closest(".for-screen-readers")) continue;
    const outward = [parent, ...around(parent)];
    // Code, tables and formulas may scroll to the side within their frame; nothing else may have to.
    const scroller = outward.findIndex((at) => at.matches("pre, code, table, .katex-display, math") && ["auto", "scroll"].includes(getComputedStyle(at).overflowX));
    const frames = scroller < 0 ? outward : outward.slice(0, scroller);
    const cuts = frames.some((at) => {
      const edge = at.getBoundingClientRect();
      return edge.width > 2 && getComputedStyle(at).overflowX !== "visible" && (box.right > edge.right + 1 || box.left < edge.left - 1);
    });
    if (cuts || (scroller < 0 && (box.right > innerWidth + 1 || box.left < -1))) found.push(`words cut off: ${named(parent)}`);
    const button = parent.closest(PRESSED);
    const edge = button?.getBoundingClientRect();
    if (button && getComputedStyle(button).display !== "inline" && (box.right > edge.right + 4 || box.left < edge.left - 4)) found.push(`words beyond their button: ${named(button)}`);
  }

  const pressed = controls.filter((element) => element.matches(PRESSED));
  const pieces = pressed.map((element) => [...element.getClientRects()].map((box) => left(element, box)).filter((box) => box.right > box.left && box.bottom > box.top));
  for (let i = 0; i < pressed.length; i++) {
    for (let j = i + 1; j < pressed.length; j++) {
      if (pressed[i].contains(pressed[j]) || pressed[j].contains(pressed[i])) continue;
      const over = pieces[i].some((a) => pieces[j].some((b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1));
      if (over) found.push(`${named(pressed[i])} lies over ${named(pressed[j])}`);
    }
  }

  // Each control, scrolled to, is what the pointer meets in its middle, or a message that goes away by itself.
  const places = new Map();
  const middle = (element) => {
    const box = left(element, element.getClientRects()[0]);
    return [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  };
  const reached = (element) => {
    const parents = around(element);
    parents.forEach((parent) => places.has(parent) || places.set(parent, [parent.scrollLeft, parent.scrollTop]));
    const meets = () => {
      const at = document.elementFromPoint(...middle(element));
      return Boolean(at) && (element.contains(at) || at.closest(".toast-wrap") || [...(element.labels || [])].some((label) => label.contains(at)));
    };
    if (meets()) return true;
    element.scrollIntoView({block: "start", inline: "nearest", behavior: "instant"});
    return meets();
  };
  const start = [scrollX, scrollY];
  for (const element of controls) if (!reached(element)) found.push(`cannot be pressed: ${named(element)}`);
  const needed = main && document.querySelector(main);
  if (main && !(needed && reached(needed))) found.push(`not in sight: ${main}`);
  places.forEach(([x, y], parent) => parent.scrollTo({left: x, top: y, behavior: "instant"}));
  scrollTo({left: start[0], top: start[1], behavior: "instant"});

  // How light a colour is, from 0 to 1, whatever way it is written.
  const brush = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const light = (colour) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
    return alpha < 128 ? null : (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const here = light(getComputedStyle(at).backgroundColor);
      if (here !== null) return here;
    }
    return 1;
  };
  if (dark !== null) {
    for (const element of [document.body, needed?.parentElement].filter(Boolean)) {
      const [below, above] = [ground(element), light(getComputedStyle(element).color)];
      if (dark ? below > 0.25 || above < 0.6 : below < 0.85 || above > 0.5) found.push(`not the ${dark ? "dark" : "light"} theme: ${named(element)}`);
    }
  }
  return [...new Set(found)];
}
