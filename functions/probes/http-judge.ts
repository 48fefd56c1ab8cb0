// Whether an HTTP answer is what the operator expects.
import type { ProbeFacts } from '../domain/sample.ts';
import { meets } from './condition.ts';
import type { Answer } from '../kit/net/exchange.ts';
import { failed } from '../kit/net/failure.ts';
import type { Failure, Outcome } from './outcome.ts';
import type { HttpOptions } from './http-options.ts';

type Expectation = HttpOptions['expect'];

/** Judges status, headers and body, in this order. No value of a header and no text of a body enters a detail. */
export function judgeAnswer(expect: Expectation, answer: Answer): Outcome {
  const failure =
    wrongStatus(expect, answer) ??
    wrongHeader(expect, answer) ??
    wrongText(expect, answer) ??
    wrongJson(expect, answer);
  return failure ?? { ok: true, facts: factsOf(answer) };
}

function factsOf(answer: Answer): ProbeFacts {
  const { certificateDaysLeft } = answer;
  return {
    status: answer.status,
    bytes: answer.body.length,
    ...(certificateDaysLeft === undefined ? {} : { certificateDaysLeft }),
  };
}

function wrongStatus({ status }: Expectation, answer: Answer): Failure | null {
  const isGood = status.some((good) =>
    typeof good === 'number'
      ? good === answer.status
      : good.startsWith(String(Math.floor(answer.status / 100))),
  );
  return isGood ? null : failed('status', `answered ${answer.status}, expected ${status.join(' or ')}`);
}

function wrongHeader({ headers = {} }: Expectation, answer: Answer): Failure | null {
  for (const [name, wanted] of Object.entries(headers)) {
    const value = answer.headers[name.toLowerCase()];
    if (value === undefined) return failed('body', `the header ${name} is missing`);
    const isMet = meets(value, wanted);
    if (isMet === 'too-slow') return failed('body', `the pattern for the header ${name} takes too long`);
    if (!isMet) return failed('body', `the header ${name} is not as expected`);
  }
  return null;
}

function wrongText({ body }: Expectation, answer: Answer): Failure | null {
  if (body === undefined) return null;
  const isMet = meets(textOf(answer), body);
  if (isMet === true) return null;
  if (isMet === 'too-slow') return failed('body', 'the pattern for the body takes too long');
  if (isCompressed(answer)) return failed('body', 'the body is compressed although identity was asked for');
  const where = answer.isWhole ? 'the body' : `the first ${answer.body.length} bytes of a longer body`;
  return failed('body', `${where} do${answer.isWhole ? 'es' : ''} not hold what is expected`);
}

function wrongJson({ json }: Expectation, answer: Answer): Failure | null {
  if (json === undefined) return null;
  const value = parsed(textOf(answer));
  if (value === undefined) return failed('body', `expected JSON, got ${insteadOfJson(answer)}`);
  for (const [path, wanted] of Object.entries(json)) {
    const found = at(value, path);
    if (found !== wanted) return failed('body', `${path} ${difference(found, wanted)}`);
  }
  return null;
}

function insteadOfJson(answer: Answer): string {
  const type = /^[a-z0-9.+-]{1,40}\/[a-z0-9.+-]{1,60}/i.exec(answer.headers['content-type'] ?? '')?.[0];
  if (isCompressed(answer)) return 'a compressed body although identity was asked for';
  if (type !== undefined && !/json/i.test(type)) return type;
  if (!answer.isWhole) return `more than ${answer.body.length} bytes; raise maxBodyBytes`;
  return answer.body.length === 0 ? 'an empty body' : 'something that does not parse';
}

function isCompressed(answer: Answer): boolean {
  return !['', 'identity'].includes(answer.headers['content-encoding'] ?? '');
}

function textOf(answer: Answer): string {
  return new TextDecoder().decode(answer.body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined;
    return Object.getOwnPropertyDescriptor(inner, key)?.value;
  }, value);
}

function difference(found: unknown, wanted: unknown): string {
  if (found === undefined) return 'is missing';
  if (typeof found === 'number' || typeof found === 'boolean' || found === null) {
    return `is ${String(found)}${typeof wanted === 'string' ? ', expected a text' : `, expected ${String(wanted)}`}`;
  }
  return typeof found === 'string' ? 'is another text' : 'is a list or an object';
}
