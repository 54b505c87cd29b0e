// A chart: the engine's frame at the page's two widths, and lines put into it.
//
// `lines` are [index, class, label?]: which of the frame's lines to show, and how. `upTo` cuts them off, `at` marks a point.

function chart(frames, label) {
  const parts = [['wide', frames.wide], ['narrow', frames.narrow]].filter(([, frame]) => frame).map(([name, frame]) => {
    const part = h('div', { class: name, html: frame.svg });
    part.firstElementChild.setAttribute('aria-label', label);
    const group = svg('g', { class: 'curves' });
    part.firstElementChild.append(group);
    return { part, group, frame };
  });

  function path(places) {
    let pen = 'M';
    let d = '';
    for (const place of places) {
      if (place) d += `${pen}${place[0]} ${place[1]}`;
      pen = place ? 'L' : 'M';
    }
    return d;
  }

  function show(lines, { upTo: end = Infinity, at = null } = {}) {
    for (const { group, frame } of parts) {
      const drawn = lines.flatMap(([index, look]) => {
        const places = frame.lines[index];
        const dot = at === null ? null : places[at];
        return [svg('path', { d: path(places.slice(0, end)), class: look }), ...(dot ? [svg('circle', { cx: dot[0], cy: dot[1], r: 17, class: look })] : [])];
      });
      group.replaceChildren(...drawn);
    }
  }
  return { element: h('div', { class: 'chart' }, parts.map(({ part }) => part)), show };
}

/** What the lines of a chart are, with their numbers where these are known. */
function legend(entries) {
  return h('ul', { class: 'legend' }, entries.map(([look, text, value]) => h('li', {},
    svg('svg', { viewBox: '0 0 30 8', 'aria-hidden': 'true' }, svg('path', { d: 'M0 4H30', class: `${look} key` })),
    h('span', { html: rich(text) }), value === undefined ? null : h('output', {}, value))));
}
