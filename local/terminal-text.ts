// Text for a terminal: colour only where it is shown, and nothing from outside that could steer it.
import { styleText } from 'node:util';

const styles = {
  good: 'green',
  bad: 'red',
  doubt: 'yellow',
  dim: 'dim',
  strong: 'bold',
} as const;
export type Style = keyof typeof styles;

/** A piece of a line, with or without a style. */
export type Part = string | { readonly style: Style; readonly text: string };

// Control, format and line characters: what arrives from a network must not move the cursor or turn the text around.
const steering = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Text that can be shown: characters that steer a terminal become U+FFFD. */
export const plain = (text: string): string => text.replace(steering, '\uFFFD');

/** The piece as it is written: plain, and coloured when it has a style and the stream is a terminal. */
export function paint(part: Part, stream: NodeJS.WriteStream): string {
  if (typeof part === 'string') return plain(part);
  return styleText(styles[part.style], plain(part.text), { stream });
}
