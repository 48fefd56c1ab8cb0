// What `status` does not even read: bodies where none belong, of another kind or too large, and paths that are none.
import { admitBySize, type Admit } from '../kit/early.ts';
import { jsonAnswer, type Answer } from '../kit/http-answer.ts';

const mostBytes = 4 * 1024;
const taken = /^(application\/x-www-form-urlencoded|text\/plain)\s*(;\s*charset="?utf-8"?\s*)?$/i;

const refuse = (status: number, error: string): Answer => jsonAnswer(status, { error });

function isPath(path: string): boolean {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}

/**
 * By the head alone. The platform's framework reads a body by what its header claims it to be, and writes what it cannot read into the log:
 * no such body gets that far. A body without a length is none of ours: a form and our own script tell it.
 */
export const admitToStatus: Admit = (head) => {
  const { method, path, header } = head;
  if (!isPath(path)) return refuse(400, 'the path is not encoded as one');
  const [length, isChunked] = [Number(header('content-length') || 0), header('transfer-encoding') !== ''];
  if (method !== 'POST') {
    return length > 0 || isChunked ? refuse(400, 'nothing is sent to be read; leave the body out') : null;
  }
  if (isChunked) return refuse(411, 'say how long the body is, with content-length');
  if (length > mostBytes) return admitBySize(head) ?? refuse(413, `the body is over ${mostBytes} bytes`);
  if (length === 0) return null;
  const isTaken = taken.test(header('content-type')) && header('content-encoding') === '';
  return isTaken ? null : refuse(415, 'send a form (application/x-www-form-urlencoded) or text/plain');
};
