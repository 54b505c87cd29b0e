// The stepper of a scene: buttons, a slider and a play button over positions 0 .. count.
//
// Arrow keys anywhere in the scene step too, unless something there needs them.

const PLAY_MILLISECONDS = 700;

function stepper({ count, at, text, show }) {
  let timer = null;
  const range = h('input', {
    type: 'range', min: 0, max: count, step: 1, value: at, 'aria-label': say('step.slider'), oninput: () => go(Number(range.value)),
  });
  const place = h('span', { class: 'place', 'aria-hidden': 'true' });
  const button = (key, symbol, act) =>
    h('button', { type: 'button', class: `step ${key}`, 'aria-label': key === 'play' ? null : say(`step.${key}`), onclick: act }, symbol);
  const play = button('play', say('step.play'), () => (timer === null ? start() : stop()));
  const buttons = [
    button('first', '|◀', () => go(0)), button('back', '◀', () => go(at - 1)), play,
    button('next', '▶', () => go(at + 1)), button('last', '▶|', () => go(count)),
  ];
  const element = h('div', { class: 'stepper', role: 'group', 'aria-label': say('step.group') }, buttons, range, place);

  function go(to) {
    at = Math.max(0, Math.min(count, to));
    range.value = at;
    range.setAttribute('aria-valuetext', text(at));
    place.textContent = `${at} / ${count}`;
    buttons[0].disabled = buttons[1].disabled = at === 0;
    buttons[3].disabled = buttons[4].disabled = at === count;
    if (at === count) stop();
    show(at);
  }

  function start() {
    if (at === count) go(0);
    timer = setInterval(() => (element.isConnected ? go(at + 1) : stop()), PLAY_MILLISECONDS);
    play.textContent = say('step.pause');
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = say('step.play');
  }

  go(at);
  return { element, go, back: () => go(at - 1), next: () => go(at + 1) };
}

/** Lets the arrow keys step a scene from wherever its focus is. */
function stepByKeys(host, current) {
  host.onkeydown = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    if (event.target.closest('input, select, [role=grid]')) return;
    if (event.key === 'ArrowRight') current().next();
    else if (event.key === 'ArrowLeft') current().back();
    else return;
    event.preventDefault();
  };
}
