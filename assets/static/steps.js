// What scripts add to sign-in, activation and account: they copy, and warn before a step ends. The page holds the words.
(function () {
  'use strict';
  const one = (s, from) => (from || document).querySelector(s);

  document.querySelectorAll('[data-copy]').forEach((button) => {
    const from = document.getElementById(button.dataset.copy), told = button.nextElementSibling;
    const text = Array.from(from.children, (part) => part.textContent).join(from.tagName === 'OL' ? '\n' : '');
    const tell = (good) => { told.textContent = button.dataset[good ? 'done' : 'failed']; };
    button.hidden = !navigator.clipboard;
    button.onclick = () => navigator.clipboard.writeText(text).then(() => tell(true), () => tell(false));
  });

  // Time left is counted from the page's arrival: the device's own clock may be wrong.
  const form = one('form[data-ends]');
  if (!form) return;
  const d = form.dataset;
  const bar = document.createElement('div'), line = document.createElement('p'), stay = document.createElement('button');
  let end, told, timer;
  bar.className = 'notice wait ending';
  stay.className = 'second';
  stay.type = 'button';
  stay.textContent = d.stay;
  function count() {
    end = Date.now() + (d.ends - d.at);
    told = 0;
    clearInterval(timer);
    timer = setInterval(look, 1000);
  }
  function say(words, ask) {
    bar.remove();
    bar.setAttribute('role', 'alert');
    line.textContent = words;
    bar.textContent = '';
    bar.append(line);
    if (ask) bar.append(stay);
    form.before(bar);
  }
  function look() {
    const left = end - Date.now();
    if (left <= 0) { clearInterval(timer); say(d.over); } else if (left <= 120000 && !told) { told = 1; say(d.warn, true); }
  }
  stay.onclick = () => {
    const sent = new URLSearchParams({ step: d.step });
    for (const name of ['csrf', 'form', 'user_id', 'user_type']) {
      const field = form.elements[name];
      if (field) sent.set(name, field.value);
    }
    fetch(d.keep, { method: 'POST', body: sent }).then((answer) => answer.text()).then((html) => {
      const page = new DOMParser().parseFromString(html, 'text/html'), fresh = one('form[data-ends]', page);
      if (!fresh || fresh.dataset.step !== d.step) { clearInterval(timer); return say(d.over); }
      // the step of the code has no form token
      if (fresh.elements.form) form.elements.form.value = fresh.elements.form.value;
      d.ends = fresh.dataset.ends;
      d.at = fresh.dataset.at;
      one('#until').textContent = one('#until', page).textContent;
      bar.remove();
      count();
      one('input:not([type=hidden]):not([hidden])', form).focus();
    }).catch(() => say(document.body.dataset.offline, true));
  };
  count();
})();
