/** @typedef {{ readonly title: string, readonly install: string, readonly files: readonly { readonly name: string, readonly code: string }[] }} Framework */

/**
 * Tabs with one framework each. The left and right arrow keys, Home and End go from tab to tab; Tab goes to the code.
 *
 * @param {HTMLElement} tablist
 * @param {HTMLElement} panels
 */
export async function showFrameworks(tablist, panels) {
  const response = await fetch("frameworks.json");
  if (!response.ok) throw new Error(`frameworks.json: ${response.status}`);
  /** @type {readonly Framework[]} */
  const frameworks = await response.json();
  const tabs = frameworks.map(({ title }, index) => tabOf(title, index));
  tablist.replaceChildren(...tabs);
  panels.replaceChildren(...frameworks.map(panelOf));
  select(tabs, 0);

  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => select(tabs, index));
    tab.addEventListener("keydown", (event) => {
      const next = neighbour(event.key, index, tabs.length);
      if (next === undefined) return;
      event.preventDefault();
      select(tabs, next);
      tabs[next]?.focus({ preventScroll: true });
      tabs[next]?.scrollIntoView({ block: "nearest", inline: "center" });
    });
  }
}

/**
 * @param {string} key
 * @param {number} index
 * @param {number} count
 * @returns {number | undefined}
 */
function neighbour(key, index, count) {
  if (key === "ArrowRight") return (index + 1) % count;
  if (key === "ArrowLeft") return (index + count - 1) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return undefined;
}

/**
 * @param {readonly HTMLElement[]} tabs
 * @param {number} chosen
 */
function select(tabs, chosen) {
  for (const [index, tab] of tabs.entries()) {
    const selected = index === chosen;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
    const panel = document.getElementById(panelId(index));
    if (panel !== null) panel.hidden = !selected;
  }
}

/**
 * @param {string} title
 * @param {number} index
 */
function tabOf(title, index) {
  const tab = element("button", title);
  tab.type = "button";
  tab.id = tabId(index);
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", panelId(index));
  return tab;
}

/**
 * @param {Framework} framework
 * @param {number} index
 */
function panelOf({ install, files }, index) {
  const panel = document.createElement("div");
  panel.id = panelId(index);
  panel.tabIndex = 0;
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", tabId(index));
  panel.append(element("pre", install));
  for (const { name, code } of files) panel.append(element("h3", name), element("pre", code));
  return panel;
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} text
 */
function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** @param {number} index */
function tabId(index) {
  return `framework-${index}`;
}

/** @param {number} index */
function panelId(index) {
  return `framework-code-${index}`;
}
