// What scripts add to pages that work without them. The page holds their words.
(function () {
  'use strict';
  const one = (s, from) => (from || document).querySelector(s);
  const all = (s) => Array.from(document.querySelectorAll(s));
  const say = (words) => { one('#live').textContent = words; };
  const words = document.body.dataset;

  // A form goes out once, until one comes back to the page or 8 s are over.
  const release = (form) => { delete form.dataset.sent; say(''); };
  function send(form) {
    form.dataset.sent = '1';
    say(words.busy);
    setTimeout(release, 8000, form);
  }
  document.addEventListener('submit', (e) => {
    const form = e.target;
    if (form.getAttribute('method') !== 'post' || e.defaultPrevented) return;
    if (navigator.onLine === false) {
      e.preventDefault();
      say(words.offline);
      scrollTo(0, 0);
    } else if (form.dataset.sent) {
      e.preventDefault();
    } else if (!proof(form, e)) {
      send(form);
    }
  });
  addEventListener('pageshow', (e) => {
    all('form').forEach(release);
    if (e.persisted && one('[data-now],[data-wait]')) location.reload();
  });

  // The proof of work begins with the page; Kirim waits for it.
  const proofs = all('input[name=altcha]').map(begin)[0];
  let picture = false;
  document.addEventListener('click', (e) => { picture = !!e.target.closest('[name=captcha]'); });
  function begin(field) {
    const d = field.dataset, line = one('.proof');
    const work = { field, state: 'busy' }, task = { salt: d.salt, challenge: d.challenge, max: +d.max };
    const show = (text) => { line.hidden = false; line.textContent = text; };
    function end(number) {
      if (work.state !== 'busy') return;
      line.dataset.state = work.state = number < 0 ? 'failed' : 'ready';
      show(d[work.state]);
      if (number < 0) return say('');
      const { algorithm, challenge, salt, signature } = d;
      field.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
      if (work.waiting) { send(field.form); field.form.submit(); }
    }
    function chunks() {
      const script = document.createElement('script');
      script.src = d.src;
      script.onerror = () => end(-1);
      script.onload = () => {
        const step = self.pulihSearch(task);
        (function go() {
          const found = step(500);
          if (found === undefined) setTimeout(go, 0); else end(found);
        })();
      };
      document.head.append(script);
    }
    show(d.busy);
    try {
      const worker = new Worker(d.src);
      worker.onmessage = (e) => { end(e.data); worker.terminate(); };
      worker.onerror = () => { worker.terminate(); chunks(); };
      worker.postMessage(task);
    } catch { chunks(); }
    return work;
  }
  function proof(form, e) {
    if (!proofs || proofs.field.form !== form || picture || proofs.state !== 'busy') return false;
    e.preventDefault();
    proofs.waiting = true;
    say(words.busy);
    return true;
  }

  // Mistakes are read first.
  const mistakes = one('[data-focus]');
  if (mistakes) mistakes.focus();

  // The confirm section becomes a dialog; after Esc and Batal the focus returns.
  const popup = one('dialog[data-popup]');
  if (popup && popup.showModal) {
    popup.open = false;
    popup.className = 'modal';
    popup.showModal();
    (one('[aria-invalid]', popup) || one('h2', popup)).focus();
    one('[data-cancel]', popup).addEventListener('click', (e) => { e.preventDefault(); popup.close(); });
    popup.addEventListener('close', () => {
      history.replaceState(null, '', popup.dataset.popup);
      one('#opener button').focus();
    });
  }

  all('[data-print]').forEach((b) => { b.hidden = false; b.onclick = () => print(); });

  // Kirim ulang counts down by the server's seconds.
  all('[data-wait]').forEach((line) => {
    const end = performance.now() + line.dataset.wait * 1000;
    (function tick() {
      const left = Math.ceil((end - performance.now()) / 1000);
      line.hidden = left <= 0;
      line.textContent = line.dataset.words.replace('{n}', left);
      if (left > 0) setTimeout(tick, 1000);
    })();
  });

  // A linked question is opened.
  function unfold() {
    const to = location.hash && document.getElementById(location.hash.slice(1));
    if (to && 'open' in to) { to.open = true; to.scrollIntoView(); }
  }
  addEventListener('hashchange', unfold);
  unfold();

  // How far this clock is off: the page was written on the way.
  const offset = one('#offset');
  if (offset) {
    const d = offset.dataset, [nav] = performance.getEntriesByType('navigation');
    const arrived = performance.timeOrigin + (nav ? (nav.requestStart + nav.responseStart) / 2 : performance.now());
    const off = Math.round((arrived - d.now) / 1000), far = Math.abs(off);
    const minutes = Math.floor(far / 60);
    const span = (minutes < 60 ? d.span : d.long)
      .replace('{h}', Math.floor(minutes / 60)).replace('{m}', minutes % 60).replace('{s}', far % 60);
    offset.textContent = far < 10 ? d.good : (off > 0 ? d.fast : d.slow).replace('{n}', span);
    offset.className = 'notice ' + (far < 10 ? 'good' : 'wait');
  }
})();
