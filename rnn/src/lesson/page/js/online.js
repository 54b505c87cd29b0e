// Scene e: learning while reading, after every year or once a window.

const online = (() => {
  const data = DATA.online;
  const STRIDE = 11;
  const last = data.years.length - 1;
  const count = Math.ceil(last / STRIDE);
  const state = { at: 0, k: 3 };
  const year = (at) => Math.min(last, at * STRIDE);

  function sentence(at) {
    const i = year(at);
    const K = data.windows[state.k];
    return say('e.at', {
      year: data.years[i], n: i + 1, K, updates: Math.floor((i + 1) / K), back: Math.min(data.back, i + 1),
      rtrl: number(data.errors[0][i], 3), bptt: number(data.errors[state.k][i], 3),
    });
  }

  return {
    id: 'e',
    facts: { d: data.units, from: data.from },
    draw(host) {
      const says = h('p', { class: 'says', role: 'status' });
      const errors = chart(data.chart, say('e.chart', { back: data.back, starts: data.starts }));
      const key = h('div', {});
      const table = h('table', {}, h('caption', {}, say('e.whole', { tried: data.tried })), h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'K'), h('th', { scope: 'col' }, 'RMSE'), h('th', { scope: 'col' }, say('e.rate')))),
        h('tbody', {}, data.windows.map((K, k) => h('tr', {}, h('th', { scope: 'row' }, K === 1 ? '1 (RTRL)' : K), h('td', {}, number(data.whole[k])), h('td', {}, data.rates[k]))), h('tr', {}, h('th', { scope: 'row' }, say('e.persistence')), h('td', {}, number(data.whole_persistence)), h('td', {}, '–'))));
      const update = () => {
        const i = year(state.at);
        says.innerHTML = rich(sentence(state.at));
        const K = data.windows[state.k];
        const entries = [[0, 'line-1', say('e.rtrl'), data.errors[0]], [state.k, 'line-0', say('e.bptt', { K }), data.errors[state.k]], [data.windows.length, 'line-5 dashed', say('e.persistence'), data.persistence]];
        errors.show(entries.map(([index, look]) => [index, look]), { upTo: i + 1, at: i });
        key.replaceChildren(legend(entries.map(([, look, text, list]) => [look, text, number(list[i], 3)])));
      };
      const control = stepper({ count, at: state.at, text: (at) => plain(sentence(at)), show(at) { state.at = at; update(); } });
      stepByKeys(host, () => control);
      const windows = slider(say('e.K'), data.windows.length - 1, state.k - 1, (place) => `K = ${data.windows[place + 1]}`, (place) => { state.k = place + 1; update(); });
      host.append(control.element, h('div', { class: 'controls' }, windows), says,
        h('figure', {}, key, errors.element, h('figcaption', {}, say('e.chart', { back: data.back, starts: data.starts }))), table);
    },
  };
})();
