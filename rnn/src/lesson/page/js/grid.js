// The triangle as a grid of cells: s to the right, t downwards; one cell has the focus, and arrow keys move it.

/**
 * Draws the grid. `look(t, s)` gives a cell's classes, mark and label; `visit(t, s)` is called when the pointer or the focus
 * comes to a cell, `visit(null)` when the pointer leaves.
 */
function triangleGrid({ size, label, look, visit }) {
  const cells = upTo(size).map((t) => upTo(t + 1).map((s) => {
    const { classes, mark, says } = look(t, s);
    return h('div', {
      role: 'gridcell', class: `tile ${classes}`, tabindex: t === size - 1 && s === 0 ? 0 : -1, 'aria-label': says,
      onpointerenter: () => visit(t, s), onclick: () => visit(t, s), onfocus: () => visit(t, s),
      onkeydown: (event) => move(event, t, s),
    }, mark);
  }));

  function move(event, t, s) {
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [0, 0];
    const next = cells[t + down]?.[s + right];
    if (!(down || right) || !next) return;
    cells[t][s].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  }

  const axis = (text) => h('div', { class: 'axis', 'aria-hidden': 'true' }, text);
  const rows = cells.map((row, t) => h('div', { role: 'row', class: 'tiles' },
    axis(t + 1), row, upTo(size - t - 1).map(() => h('div', { class: 'tile empty', 'aria-hidden': 'true' }))));
  const bottom = h('div', { class: 'tiles', 'aria-hidden': 'true' }, axis('t ╱ s'), upTo(size).map((s) => axis(s + 1)));
  const element = h('div', { role: 'grid', class: 'grid', 'aria-label': label, style: `--size:${size}`, onpointerleave: () => visit(null) }, rows, bottom);
  return { element, cells };
}
