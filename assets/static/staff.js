// What scripts add to pages of the desk, which work without them: live updates of the queue, and keys.
(function () {
  'use strict';
  const one = (s, from) => (from || document).querySelector(s);
  const all = (s) => Array.from(document.querySelectorAll(s));
  const say = (words) => { one('#live').textContent = words; };
  const keys = document.body.dataset.keys === 'on';

  // Rows of the queue: one of them is where the keys are.
  const rows = () => all('#queue tr[data-case]');
  const box = (row) => one('input[type=checkbox]', row);
  let here = null;
  const row = () => rows().find((r) => r.dataset.case === here);
  function go(to) {
    rows().forEach((r) => r.classList.toggle('here', r === to));
    here = to ? to.dataset.case : null;
    if (!to) return;
    one('a', to).focus();
    to.scrollIntoView({ block: 'nearest' });
  }
  function move(by) {
    const list = rows(), at = list.indexOf(row());
    if (list.length) go(list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)]);
  }

  // The server tells ids; the page asks again for what its viewer may see, and keeps what was picked.
  let asking = false, again = false;
  async function refresh() {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { 'x-by-itself': '1' }, redirect: 'manual' });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = one('#queue', page), queue = one('#queue'), views = one('.views', page);
      if (answer.ok && fresh && queue) {
        const picked = new Set(rows().filter((r) => box(r).checked).map((r) => r.dataset.case));
        const held = document.activeElement, inside = queue.contains(held), id = held && held.id;
        const to = one('#to') && one('#to').value, at = here;
        queue.replaceChildren(...fresh.childNodes);
        if (views) one('.views').replaceWith(views);
        rows().forEach((r) => { box(r).checked = picked.has(r.dataset.case); });
        if (to && one('#to')) one('#to').value = to;
        here = at;
        if (row()) row().classList.add('here');
        if (inside) {
          const back = (id && document.getElementById(id)) || (row() && one('a', row()));
          if (back) back.focus();
        }
        say(queue.dataset.changed);
      }
    } catch (e) { /* the next change asks again */ }
    asking = false;
    if (again) { again = false; refresh(); }
  }

  // What was changed just before the page was drawn is on it.
  const live = one('[data-live]'), drawn = Date.now();
  if (live && self.EventSource) {
    const source = new EventSource(live.dataset.live);
    source.onmessage = (e) => {
      const cases = JSON.parse(e.data).cases, opened = live.dataset.opened;
      if (!opened) refresh();
      else if (cases.includes(opened) && Date.now() - drawn > 3000) say(live.dataset.changed);
    };
    addEventListener('pagehide', () => source.close());
  }

  // Keys; none of them decides anything but taking a case.
  const help = one('#keys');
  function open() { if (help && !help.open) { help.hidden = false; help.classList.add('modal'); help.showModal(); one('h2', help).focus(); } }
  if (help) {
    all('[data-keys-help]').forEach((b) => { b.hidden = false; b.addEventListener('click', open); });
    one('[data-close]', help).addEventListener('click', () => help.close());
    help.addEventListener('close', () => { help.hidden = true; help.classList.remove('modal'); });
  }
  function into(id) {
    const field = document.getElementById(id);
    if (!field) return;
    const box = field.closest('details');
    if (box) box.open = true;
    field.focus();
  }
  function take() {
    const press = one('#bulk [data-take]');
    if (press) {
      if (!rows().some((r) => box(r).checked)) {
        if (!row()) return;
        box(row()).checked = true;
      }
      press.click();
    } else if (one('[data-take] button')) one('[data-take] button').click();
  }
  const deeds = {
    '?': open,
    '/': () => into('q'),
    j: () => move(1),
    k: () => move(-1),
    x: () => { if (row()) box(row()).checked = !box(row()).checked; },
    a: take,
    r: () => into('reply'),
    c: () => into('note'),
  };
  let before = '';
  document.addEventListener('keydown', (e) => {
    const typing = e.target.closest('input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]');
    if (!keys || typing || e.ctrlKey || e.altKey || e.metaKey || e.repeat || (help && help.open)) return;
    const key = e.key, was = before;
    before = key === 'g' ? 'g' : '';
    if (was === 'g' && key === 'q') { e.preventDefault(); location.href = '/staff/requests'; return; }
    if (key === 'Enter') {
      if (row() && !e.target.closest('a,button,summary')) location.href = one('a', row()).href;
      return;
    }
    const deed = Object.prototype.hasOwnProperty.call(deeds, key) && deeds[key];
    if (deed) { e.preventDefault(); deed(); }
  });
})();
