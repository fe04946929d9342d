// Finds the number of an ALTCHA proof of work: SHA-256(salt ‖ number) = challenge.
// A worker, or a function where workers are not to be had.
(function (root) {
  'use strict';
  const K = new Int32Array(64), START = new Int32Array(8);
  // FIPS 180-4 §4.2.2, §5.3.3: roots of the first primes
  for (let n = 2, i = 0; i < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
    if (!prime) continue;
    const bits = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
    if (i < 8) START[i] = bits(Math.sqrt(n));
    K[i++] = bits(Math.cbrt(n));
  }
  const W = new Int32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  function block(state, bytes, at) {
    for (let i = 0; i < 16; i++, at += 4) {
      W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i++) {
      const p = W[i - 15], q = W[i - 2];
      W[i] = ((turn(p, 7) ^ turn(p, 18) ^ (p >>> 3)) + W[i - 7] + (turn(q, 17) ^ turn(q, 19) ^ (q >>> 10)) + W[i - 16]) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const s = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const t = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + s) | 0; d = c; c = b; b = a; a = (s + t) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }
  // The salt's whole blocks are hashed once.
  function search(task) {
    const salt = new TextEncoder().encode(task.salt), whole = salt.length & ~63, tail = salt.length - whole;
    const base = START.slice(), state = new Int32Array(8), wanted = new Int32Array(8), buffer = new Uint8Array(192);
    for (let i = 0; i < whole; i += 64) block(base, salt, i);
    for (let i = 0; i < 8; i++) wanted[i] = parseInt(task.challenge.substr(i * 8, 8), 16) | 0;
    let n = 0;
    return function (tries) {
      for (const end = Math.min(n + tries, task.max + 1); n < end; n++) {
        const digits = String(n), length = tail + digits.length, size = length < 56 ? 64 : 128;
        buffer.fill(0);
        buffer.set(salt.subarray(whole));
        for (let i = 0; i < digits.length; i++) buffer[tail + i] = digits.charCodeAt(i);
        buffer[length] = 128;
        const bits = (whole + length) * 8;
        buffer[size - 3] = bits >>> 16; buffer[size - 2] = bits >>> 8; buffer[size - 1] = bits;
        state.set(base);
        block(state, buffer, 0);
        if (size > 64) block(state, buffer, 64);
        if (state[0] === wanted[0] && state.every((x, i) => x === wanted[i])) return n;
      }
      return n > task.max ? -1 : undefined;
    };
  }
  if (typeof document === 'undefined') {
    root.onmessage = (e) => root.postMessage(search(e.data)(Infinity));
  } else {
    root.pulihSearch = search;
  }
})(self);
