'use strict';
// Draws what the world holds, and does what a person presses. All state is the world's; reload at any time.
const $ = (id) => document.getElementById(id);
const el = (tag, attributes = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), attributes);
  node.append(...children.filter(Boolean));
  return node;
};
let me = sessionStorage.me || 'U0ALICE';
let world = null;
let drawn = {};

async function call(path, body, method = 'POST') {
  const reply = await fetch(path, method === 'GET' ? {} : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) });
  const text = await reply.text();
  const json = text ? JSON.parse(text) : null;
  if (!reply.ok) throw new Error(json?.error ?? `${reply.status}`);
  return json;
}
function toast(words) {
  $('toast').textContent = words;
  $('toast').classList.add('shown');
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => $('toast').classList.remove('shown'), 4000);
}
const act = (body) => call('/control/act', { user: me, ...body }).catch((fault) => toast(fault.message)).finally(refresh);

const person = (id) => world.people.find((one) => one.slack?.id === id);
const nameOf = (id) => person(id)?.name ?? id;
const nameOfOkta = (id) => world.people.find((one) => one.okta?.id === id)?.name ?? id;

// --- Block Kit, as far as the bot uses it ---
const EMOJI = { hourglass_flowing_sand: '⏳', large_green_circle: '🟢', warning: '⚠️', alarm_clock: '⏰', rotating_light: '🚨' };
function day(at, zone, now) {
  const of = (date) => date.toLocaleDateString('en-CA', { timeZone: zone });
  const days = Math.round((Date.parse(of(at)) - Date.parse(of(now))) / 864e5);
  return { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[days] ?? at.toLocaleDateString('en-GB', { timeZone: zone, day: 'numeric', month: 'short', year: 'numeric' });
}
function date(element) {
  const zone = person(me)?.slack.tz || 'UTC';
  const at = new Date(element.timestamp * 1000);
  const time = at.toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  return el('time', { dateTime: at.toISOString(), title: element.fallback }, element.format.replace('{date_short_pretty}', day(at, zone, new Date(world.now))).replace('{time}', time));
}
function run(element) {
  switch (element.type) {
    case 'text': {
      const style = element.style ?? {};
      return style.code ? el('code', {}, element.text) : style.bold ? el('b', {}, element.text) : document.createTextNode(element.text);
    }
    case 'user': return el('span', { className: 'mention' }, `@${nameOf(element.user_id)}`);
    case 'emoji': return document.createTextNode(EMOJI[element.name] ?? `:${element.name}:`);
    case 'date': return date(element);
    default: return document.createTextNode(`[${element.type}]`);
  }
}
function rich(element) {
  const children = (element.elements ?? []).map(element.type === 'rich_text_list' ? (item) => el('li', {}, ...item.elements.map(run)) : run);
  switch (element.type) {
    case 'rich_text_quote': return el('blockquote', {}, ...children);
    case 'rich_text_list': return el(element.style === 'ordered' ? 'ol' : 'ul', {}, ...children);
    default: return el('p', {}, ...children);
  }
}
const unescape = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
function block(one, press) {
  switch (one.type) {
    case 'rich_text': return el('div', {}, ...one.elements.map(rich));
    case 'context': return el('p', { className: 'context' }, ...one.elements.map((element) => unescape(element.text ?? '')));
    case 'actions': return el('div', { className: 'row actions' }, ...one.elements.map((element) => button(element, one.block_id, press)));
    case 'header': return el('h3', {}, one.text.text);
    case 'section': return el('p', {}, unescape(one.text?.text ?? ''));
    case 'divider': return el('hr');
    default: return el('p', { className: 'context' }, `[${one.type}]`);
  }
}
function button(element, block_id, press) {
  const node = el('button', { type: 'button', className: element.style ?? '' }, element.text.text);
  node.dataset.action = element.action_id;
  node.onclick = async () => {
    if (element.confirm && !(await sure(element.confirm))) return;
    node.disabled = true;
    press({ action_id: element.action_id, block_id, value: element.value });
  };
  return node;
}
function sure(confirm) {
  return new Promise((answer) => {
    const dialog = $('confirm');
    const close = (yes) => () => { dialog.close(); answer(yes); };
    dialog.replaceChildren(el('h2', { id: 'confirm-title' }, confirm.title.text), el('p', {}, confirm.text.text),
      el('footer', {}, el('button', { type: 'button', onclick: close(false) }, confirm.deny.text), el('button', { type: 'button', id: 'sure', className: 'primary', onclick: close(true) }, confirm.confirm.text)));
    dialog.oncancel = close(false);
    dialog.showModal();
  });
}

// --- The conversation ---
function message(one, reply) {
  const press = (pressed) => act({ act: 'click', channel: one.channel, ts: one.ts, press: pressed });
  const shown = one.blocks.length ? one.blocks.map((b) => block(b, press)) : [el('p', {}, unescape(one.text))];
  const node = el('article', { className: reply ? 'reply' : '' }, ...shown);
  node.dataset.ts = one.ts;
  return node;
}
function aside(note) {
  const press = (pressed) => act({ act: 'click', channel: note.channel, ts: note.ts, press: pressed });
  return el('article', { className: 'private' }, el('div', { className: 'only' }, 'Only visible to you'), ...(note.blocks.length ? note.blocks.map((b) => block(b, press)) : [el('p', {}, unescape(note.text))]));
}
function conversation() {
  const messages = world.slack.dms[me]?.messages ?? [];
  const notes = world.slack.ephemerals.filter((note) => note.user === me && !note.deleted);
  const all = [...messages.map((one) => [Number(one.ts), message(one, one.thread_ts && one.thread_ts !== one.ts)]), ...notes.map((note) => [Number(note.ts), aside(note)])];
  all.sort((a, b) => a[0] - b[0]);
  return all.length ? all.map(([, node]) => node) : [el('p', { className: 'hint' }, 'Nothing here yet.')];
}

// --- Forms ---
function field(input, view) {
  const element = input.element;
  const id = `field-${input.block_id}`;
  const held = view.values[input.block_id]?.[element.action_id] ?? {};
  const fill = (value) => act({ act: 'fill', block_id: input.block_id, action_id: element.action_id, value });
  let node;
  if (element.type === 'static_select' || element.type === 'external_select') {
    node = el('select', { id });
    const chosen = held.selected_option?.value;
    if (!chosen) node.append(el('option', { value: '', disabled: true, selected: true }, element.placeholder?.text ?? 'Choose'));
    const option = (one) => el('option', { value: one.value, selected: one.value === chosen, title: one.description?.text ?? '' }, one.text.text);
    for (const group of element.option_groups ?? []) node.append(el('optgroup', { label: group.label.text }, ...group.options.map(option)));
    node.append(...(element.options ?? []).map(option));
    node.onchange = () => fill(node.value);
  } else {
    node = el(element.multiline ? 'textarea' : 'input', { id, value: held.value ?? '', placeholder: element.placeholder?.text ?? '', rows: 3 });
    if (element.max_length) node.maxLength = element.max_length;
    const send = () => fill(node.value);
    node.onchange = send;
    if (!element.multiline) node.onkeydown = (event) => { if (event.key === 'Enter') { event.preventDefault(); send(); } };
  }
  const error = view.errors[input.block_id];
  if (error) { node.setAttribute('aria-invalid', 'true'); node.setAttribute('aria-describedby', `${id}-error`); }
  return el('div', { className: 'field' }, el('label', { htmlFor: id }, input.label.text + (input.optional ? ' (optional)' : '')), node,
    error && el('div', { className: 'error', id: `${id}-error` }, error), input.hint && el('div', { className: 'hint' }, input.hint.text));
}
function form() {
  const dialog = $('modal');
  const view = world.slack.modals[me]?.at(-1);
  if (!view) { if (dialog.open) dialog.close(); return; }
  const focus = document.activeElement?.id;
  const press = (pressed) => act({ act: 'click_in_view', press: pressed });
  const body = view.body.blocks.map((b) => (b.type === 'input' ? field(b, view) : block(b, press)));
  const submit = view.body.submit && el('button', { type: 'button', id: 'submit', className: 'primary' }, view.body.submit.text);
  if (submit) submit.onclick = async () => {
    submit.disabled = true;
    for (const node of dialog.querySelectorAll('textarea, input')) {
      const input = view.body.blocks.find((b) => `field-${b.block_id}` === node.id);
      if ((view.values[input.block_id]?.[input.element.action_id]?.value ?? '') !== node.value) await call('/control/act', { user: me, act: 'fill', block_id: input.block_id, action_id: input.element.action_id, value: node.value }).catch((fault) => toast(fault.message));
    }
    const answer = await call('/control/act', { user: me, act: 'submit' }).catch((fault) => toast(fault.message));
    if (answer?.kind === 'incomplete') toast(Object.values(answer.shows).join(' '));
    refresh();
  };
  dialog.replaceChildren(el('h2', { id: 'modal-title' }, view.body.title.text), ...body, ...(view.trouble ? [el('p', { className: 'error' }, view.trouble)] : []),
    el('footer', {}, el('button', { type: 'button', id: 'close', onclick: () => act({ act: 'close' }) }, view.body.close?.text ?? 'Close'), submit || null));
  dialog.oncancel = (event) => { event.preventDefault(); act({ act: 'close' }); };
  if (!dialog.open) dialog.showModal();
  if (focus && focus.startsWith('field-')) $(focus)?.focus();
}

// --- Behind the scenes ---
const INTERESTING = /PROD|STAGING/;
function groups() {
  return world.okta.groups.filter((group) => INTERESTING.test(group.id)).flatMap((group) => {
    const inside = el('dd', { className: group.members.length ? 'in' : '' }, group.members.map(nameOfOkta).join(', ') || 'nobody');
    inside.dataset.group = group.id;
    return [el('dt', {}, `${group.name} · ${group.id}`), inside];
  });
}
function line(entry) {
  const sealed = entry.sealed;
  const names = [...sealed.events.map((event) => event.event), ...sealed.effects.map((effect) => `→ ${effect.effect}`)].map((name) => name.replaceAll('_', ' '));
  return el('li', { value: sealed.seq }, el('details', {}, el('summary', {}, el('time', {}, sealed.at.slice(11, 19)), ` ${names.join(', ')}`), el('pre', {}, JSON.stringify(entry, null, 1))));
}
function put(id, key, make) {
  if (drawn[id] === key) return;
  drawn[id] = key;
  $(id).replaceChildren(...make());
}
function draw(bot, journal) {
  const served = world.people.filter((one) => one.slack && !one.slack.deleted);
  put('people', me + JSON.stringify(served.map((one) => [one.slack.id, unread(one.slack.id)])), () => served.map((one) => {
    const id = one.slack.id;
    const node = el('button', { type: 'button', onclick: () => become(id) }, one.name, unread(id) > 0 ? el('span', { className: 'new' }, ` ${unread(id)} new`) : null);
    node.dataset.person = id;
    node.setAttribute('aria-current', String(id === me));
    return node;
  }));
  $('me').textContent = nameOf(me);
  const zone = person(me)?.slack.tz || 'UTC';
  $('clock').textContent = `It is ${new Date(world.now).toLocaleString('en-GB', { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })} for ${nameOf(me)}`;
  const key = me + JSON.stringify([world.slack.dms[me], world.slack.ephemerals.filter((note) => note.user === me), world.now.slice(0, 10)]);
  if (drawn.messages !== key) {
    const log = $('messages');
    const low = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    put('messages', key, conversation);
    if (low) log.scrollTop = log.scrollHeight;
  }
  const modal = me + JSON.stringify(world.slack.modals[me] ?? null);
  if (drawn.modal !== modal) { drawn.modal = modal; form(); }
  put('groups', JSON.stringify(world.okta.groups), groups);
  put('journal', JSON.stringify(journal[0]?.hash ?? ''), () => journal.map(line));
  $('bot').textContent = bot.pid ? `Running, process ${bot.pid}` : 'Not running';
  $('bot').dataset.running = String(Boolean(bot.pid));
  $('kill').disabled = !bot.pid;
  $('start').disabled = Boolean(bot.pid);
  $('log').textContent = bot.log.join('\n');
  for (const vendor of ['okta', 'slack']) {
    const down = world.down.includes(vendor);
    const name = vendor === 'okta' ? 'Okta' : 'Slack';
    $(vendor).textContent = down ? `Bring ${name} back` : `Take ${name} down`;
    $(vendor).onclick = () => call(`/control/vendors/${vendor}/${down ? 'up' : 'down'}`).finally(refresh);
  }
}
function unread(id) {
  return (world.slack.dms[id]?.messages ?? []).filter((one) => one.unread_by.includes(id)).length;
}
function become(id) {
  me = sessionStorage.me = id;
  drawn = {};
  refresh();
}

// --- The loop: the world tells when it changes, the bot and its journal are looked at each second ---
let version = 0;
let busy = null;
async function look() {
  const [state, bot, journal] = await Promise.all([call('/control/state', null, 'GET'), call('/bot', null, 'GET'), call('/journal', null, 'GET')]);
  world = state;
  version = state.version;
  draw(bot, journal);
  if (unread(me)) await call('/control/act', { user: me, act: 'read' });
}
function refresh() {
  busy ??= look()
    .catch((fault) => {
      console.error(fault);
      $('clock').textContent = 'The sandbox does not answer.';
    })
    .finally(() => { busy = null; });
  return busy;
}
async function follow() {
  await refresh();
  setInterval(refresh, 1000);
  for (;;) {
    const changed = await call(`/control/changes?since=${version}`, null, 'GET').catch(() => null);
    if (changed) await refresh();
    else await new Promise((done) => setTimeout(done, 1000));
  }
}
$('typed').onsubmit = (event) => {
  event.preventDefault();
  const [command, ...rest] = $('line').value.trim().split(/\s/);
  if (!command.startsWith('/')) return toast('Jitney listens to /jit. Try /jit help.');
  act({ act: 'slash', command, text: $('line').value.trim().slice(command.length).trim() });
};
for (const node of document.querySelectorAll('[data-advance]')) node.onclick = () => call('/clock', { secs: Number(node.dataset.advance) }).finally(refresh);
$('kill').onclick = () => call('/bot/kill').finally(refresh);
$('start').onclick = () => call('/bot/start').finally(refresh);
$('drop').onclick = () => call('/control/sockets', { order: 'drop' }).finally(refresh);
follow();
