/**
 * Updates an element to match another and keeps the nodes that stay, so that focus, scroll position, and
 * typed text survive. Nodes with the same id are the same node. `data-own` names attributes that belong to
 * the browser. `data-keep` marks an element that belongs to the browser with all its content.
 */
export function morph(from, to) {
  if (from.nodeType === Node.TEXT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  if (from.nodeType !== Node.ELEMENT_NODE || from.isEqualNode(to)) return;
  if ("keep" in from.dataset) return;
  morphAttributes(from, to);
  const chosen = from instanceof HTMLSelectElement ? from.value : undefined;
  morphChildren(from, to);
  if (chosen !== undefined) keepChosen(from, to, chosen);
}

function morphAttributes(from, to) {
  const own = new Set(["open", "data-own", ...(from.dataset.own ?? "").split(" ")]);
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !own.has(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (!own.has(name) && from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}

const isSame = (one, other) =>
  one.nodeType === other.nodeType && one.nodeName === other.nodeName && (one.id ?? "") === (other.id ?? "");

function morphChildren(from, to) {
  const byId = new Map(
    [...from.children].filter((child) => child.id !== "").map((child) => [child.id, child]),
  );
  const remaining = new Set([...to.children].map((child) => child.id));
  let current = from.firstChild;
  for (const next of [...to.childNodes]) {
    while (current?.id && !remaining.has(current.id)) current = removed(current);
    const kept = matchingNode(byId, current, next);
    if (kept === undefined) {
      from.insertBefore(next, current);
      continue;
    }
    if (kept === current) current = current.nextSibling;
    else from.insertBefore(kept, current);
    morph(kept, next);
  }
  while (current !== null) current = removed(current);
}

/** Returns the node on the page that becomes `next`: the one with its id or, without ids, the current one. */
function matchingNode(byId, current, next) {
  const sameId = next.id ? byId.get(next.id) : undefined;
  if (sameId !== undefined && isSame(sameId, next)) return sameId;
  return current !== null && !current.id && !next.id && isSame(current, next) ? current : undefined;
}

function removed(node) {
  const after = node.nextSibling;
  node.remove();
  return after;
}

/** Keeps the selection if the option is still there, even at another position. */
function keepChosen(select, fresh, chosen) {
  select.value = [...select.options].some((option) => option.value === chosen) ? chosen : fresh.value;
}
