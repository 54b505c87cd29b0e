// In the page: what is wrong with the texts of its drawings.

/** Every text of a drawing that is cut off at its edge, or lies on another text. */
export function unreadable() {
  // Above and below its letters a text has some room, in pixels.
  const ROOM = 3;
  const found = [];
  for (const drawing of document.querySelectorAll('svg')) {
    if (!drawing.checkVisibility()) continue;
    const edge = drawing.getBoundingClientRect();
    const texts = [...drawing.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
    for (const [index, [name, box]] of texts.entries()) {
      const cut = box.left < edge.left - 0.5 || box.right > edge.right + 0.5 || box.top < edge.top - ROOM || box.bottom > edge.bottom + ROOM;
      if (cut) found.push(`cut off: ${name}`);
      for (const [other, beside] of texts.slice(index + 1)) {
        const apart = box.right <= beside.left || beside.right <= box.left || box.bottom <= beside.top + ROOM || beside.bottom <= box.top + ROOM;
        if (!apart) found.push(`${name} on ${other}`);
      }
    }
  }
  return found;
}
