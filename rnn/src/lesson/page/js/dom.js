// What the engine computed.

const DATA = JSON.parse(document.getElementById('data').textContent);

// Elements, made in one line: h('p', { class: 'note' }, 'text', child).

function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'html') element.innerHTML = value;
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

/** An element of SVG. */
function svg(tag, properties = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
  element.append(...children.flat());
  return element;
}

/** Whole numbers from 0. */
const upTo = (count) => Array.from({ length: count }, (_, index) => index);

let choices = 0;

/** A labelled choice among `options`, a list of texts. */
function choice(label, options, chosen, onchange) {
  const id = `choice-${choices++}`;
  const select = h('select', { id, onchange: () => onchange(Number(select.value)) },
    options.map((text, index) => h('option', { value: index, selected: index === chosen }, text)));
  return h('span', { class: 'choice' }, h('label', { for: id }, label), select);
}

/** One of a few ways, all of them in sight. */
function radios(legend, options, chosen, onchange) {
  const name = `choice-${choices++}`;
  const option = ([value, text]) => h('label', {},
    h('input', { type: 'radio', name, value, checked: value === chosen, onchange: () => onchange(value) }), h('span', {}, text));
  return h('fieldset', { class: 'radios' }, h('legend', {}, legend), options.map(option));
}

/** A labelled slider over `count` places; `text` says what a place means. */
function slider(label, count, at, text, oninput) {
  const id = `choice-${choices++}`;
  const output = h('output', { for: id }, text(at));
  const input = h('input', {
    id, type: 'range', min: 0, max: count - 1, step: 1, value: at, 'aria-valuetext': text(at),
    oninput: () => {
      const place = Number(input.value);
      input.setAttribute('aria-valuetext', text(place));
      output.textContent = text(place);
      oninput(place);
    },
  });
  return h('span', { class: 'slider' }, h('label', { for: id }, label), input, output);
}
