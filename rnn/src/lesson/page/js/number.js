// Numbers as people read them: four digits, and a power of ten where the number is very small or very large. No line is
// broken inside of one.

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A whole number, raised. */
function raised(exponent) {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[digit]).join('');
  return (exponent < 0 ? '⁻' : '') + digits;
}

/** A number to so many digits, with a true minus sign. */
function number(x, digits = 4) {
  if (x == null || !Number.isFinite(x)) return '–';
  const size = Math.abs(x);
  let text;
  if (Number.isInteger(x) && size < 1e5) {
    text = String(size);
  } else if (size >= 1e-3 && size < 1e5) {
    text = size.toPrecision(digits);
    if (text.includes('e')) text = String(Math.round(size));
  } else {
    const [mantissa, exponent] = size.toExponential(digits - 1).split('e');
    text = `${mantissa}\u00a0×\u00a010${raised(Number(exponent))}`;
  }
  return (x < 0 ? '−' : '') + text;
}

/** A vector in parentheses; one number stands alone. */
function vector(x) {
  return x.length === 1 ? number(x[0]) : `(${x.map((entry) => number(entry)).join(', ')})`;
}

/** Counts with a narrow space between thousands. */
const count = (x) => String(x).replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** A ratio as a percentage. */
const percent = (x) => (x == null ? '–' : `${number(100 * x, 3)}\u00a0%`);
