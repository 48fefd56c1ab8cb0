// Whole numbers as short printable text: five bits a character, so that small ones, which are the most, take one.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** By the code of a character, what it stands for; -1 for all others. */
const digits: readonly number[] = Array.from({ length: 128 }, (_, code) =>
  alphabet.indexOf(String.fromCharCode(code)),
);
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
export function pack(numbers: readonly number[]): string {
  let text = '';
  for (const number of numbers) text += packOne(number);
  return text;
}

/** Null for a text that `pack` did not make. */
export function unpack(text: string): number[] | null {
  const numbers: number[] = [];
  let number = 0;
  let scale = 1;
  let length = 0;
  for (let place = 0; place < text.length; place += 1) {
    const digit = digits[text.charCodeAt(place)] ?? -1;
    length += 1;
    if (digit === -1 || length > mostDigits) return null;
    number += (digit % more) * scale;
    scale *= more;
    if (digit >= more) continue;
    if (digit === 0 && length > 1) return null;
    numbers.push(number);
    number = 0;
    scale = 1;
    length = 0;
  }
  return length === 0 ? numbers : null;
}
