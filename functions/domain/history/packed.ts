// Whole numbers as short printable text: five bits a character, so that small ones, which are the most, take one.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const digits = new Map(Array.from(alphabet).map((character, value) => [character, value]));
const more = 32;
const mostDigits = 6;

/** The largest number that is packed; sums stop there. */
export const largest = 2 ** 30 - 1;

function packOne(number: number): string {
  let text = '';
  let rest = number;
  while (rest >= more) {
    text += alphabet[more + (rest % more)];
    rest = Math.floor(rest / more);
  }
  return text + alphabet[rest];
}

/** Of whole numbers from 0 to `largest`. The same numbers are always the same text. */
export const pack = (numbers: readonly number[]): string => numbers.map(packOne).join('');

/** Null for a text that `pack` did not make. */
export function unpack(text: string): number[] | null {
  const numbers: number[] = [];
  let [number, scale, length] = [0, 1, 0];
  for (const character of text) {
    const digit = digits.get(character);
    length += 1;
    if (digit === undefined || length > mostDigits) return null;
    number += (digit % more) * scale;
    scale *= more;
    if (digit >= more) continue;
    if (digit === 0 && length > 1) return null;
    numbers.push(number);
    [number, scale, length] = [0, 1, 0];
  }
  return length === 0 ? numbers : null;
}
