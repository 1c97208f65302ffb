// What is typed in a form and not sent yet; it outlives a reload of the page, and not the window.

const PREFIX = "draft:";

/** The draft of one view, by block. Drafts of views before it are forgotten: a person has one form before them. */
export function draft(view) {
  const name = PREFIX + view;
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && key !== name) sessionStorage.removeItem(key);
  }
  const read = () => JSON.parse(sessionStorage.getItem(name) ?? "{}");
  const write = (all) => sessionStorage.setItem(name, JSON.stringify(all));
  return {
    get: (block) => read()[block],
    set: (block, words) => write({ ...read(), [block]: words }),
    drop: (block) => write(Object.fromEntries(Object.entries(read()).filter(([key]) => key !== block))),
    forget: () => sessionStorage.removeItem(name),
  };
}
