// Reads the file of a configuration: text of a sane size, or why there is none.
import { readFileSync, statSync } from 'node:fs';
import { codeOf } from '../kit/error.ts';

const mostBytes = 1_000_000;

const sentences: Readonly<Record<string, string>> = {
  TOO_LARGE: `is over ${mostBytes} bytes; that is no configuration`,
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text; save it as UTF-8',
};

/** `code` is the system's, or TOO_LARGE; `message` goes behind the file's name. */
export type TextOfFile =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly code: string; readonly message: string };

function refused(code: string): TextOfFile {
  return { ok: false, code, message: sentences[code] ?? `cannot be read (${code})` };
}

export function readText(path: string, most = mostBytes): TextOfFile {
  try {
    if (statSync(path).size > most) return refused('TOO_LARGE');
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    return refused(codeOf(error) || 'unknown');
  }
}
