// The page's one way to the sandbox: what it asks, and how it hears of changes.
//
// Law: a page that is hidden holds no connection, so that many windows of one browser do not starve each other.

/** GET, or POST where there is a body. */
export async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  };
  const reply = await fetch(path, options);
  const text = await reply.text();
  if (!reply.ok) throw new Error(errorIn(text) || `${path}: ${reply.status}`);
  return text ? JSON.parse(text) : null;
}

function errorIn(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return text;
  }
}

/**
 * Hears of every change for as long as the page lives; `lost` is told whether the sandbox answers.
 *
 * The mark is asked for first, so that it is never newer than what is drawn; then the world, then what the bot wrote
 * of it, so that what the bot did is never seen without its line.
 */
export async function follow(draw, lost) {
  let since = "";
  for (;;) {
    try {
      const { mark } = await ask(`/sandbox/changes?since=${since}`);
      const world = await ask("/control/state");
      const own = await ask("/sandbox/state");
      since = mark;
      lost(false);
      drawn(draw, world, own);
      await shown();
    } catch (error) {
      console.error(error);
      since = "";
      lost(true);
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

/** A fault in the drawing is no fault of the wire. */
function drawn(draw, world, own) {
  try {
    draw(world, own);
  } catch (error) {
    reportError(error);
  }
}

function shown() {
  if (document.visibilityState === "visible") return Promise.resolve();
  return new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
}
