// How a value comes in without standing in a command line, a history or on a screen: typed without echo, or through a pipe.
import type { ReadStream, WriteStream } from 'node:tty';

export type SecretInput = {
  /** True where somebody can type. */
  readonly isTerminal: boolean;
  /** Null when it was closed, or broken off with Ctrl-C. A key in PEM may be pasted whole. */
  readonly hidden: (question: string) => Promise<string | null>;
  /** All of what comes through a pipe; null when it is more than a secret can be. */
  readonly piped: () => Promise<string | null>;
};

const mostBytes = 65_536;

/** What typing comes to; `rest` was typed after it. */
type Typed = {
  readonly end: 'going-on' | 'given' | 'broken-off';
  readonly text: string;
  readonly rest: string;
};

const isOpenPem = (text: string): boolean =>
  text.startsWith('-----BEGIN ') && !/-----END [A-Z ]+-----\n?$/.test(text);

/** Enter ends it, Ctrl-C and Ctrl-D break it off, Backspace takes one back, Ctrl-U all; other control characters are nobody's secret. */
export function typed(before: string, input: string): Typed {
  let text = before;
  const characters = Array.from(input);
  for (const [index, character] of characters.entries()) {
    const rest = characters.slice(index + 1).join('');
    if (character === '\u0003' || character === '\u0004') return { end: 'broken-off', text: '', rest };
    if (character === '\r' || character === '\n') {
      if (!isOpenPem(text)) return { end: 'given', text, rest };
      text += '\n';
      if (!isOpenPem(text)) return { end: 'given', text, rest };
    } else if (character === '\u007f' || character === '\b') text = Array.from(text).slice(0, -1).join('');
    else if (character === '\u0015') text = '';
    else if (character >= ' ') text += character;
  }
  return { end: 'going-on', text, rest: '' };
}

/** `output` is where questions go: they are no result. */
export function openSecretInput(input: ReadStream, output: WriteStream): SecretInput {
  let waiting = '';
  const isTerminal = Boolean(input.isTTY) && Boolean(output.isTTY);
  return {
    isTerminal,
    hidden: async (question) => {
      if (!isTerminal) return null;
      output.write(question);
      input.setRawMode(true);
      input.setEncoding('utf8');
      let state = typed('', waiting);
      try {
        if (state.end === 'going-on') {
          for await (const chunk of input.iterator({ destroyOnReturn: false })) {
            state = typed(state.text, String(chunk));
            if (state.end !== 'going-on') break;
          }
        }
      } finally {
        waiting = state.rest;
        input.setRawMode(false);
        input.pause();
        output.write('\n');
      }
      return state.end === 'given' ? state.text : null;
    },
    piped: async () => {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of input) {
        const bytes = Buffer.from(chunk);
        size += bytes.length;
        if (size > mostBytes) return null;
        chunks.push(bytes);
      }
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}
