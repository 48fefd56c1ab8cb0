// Functions that answer with values: what they say is decided without a socket, and whom they listen to without a body.
import { clientAddress } from './client-address.ts';
import { admitBySize, type Admit, headOf, wasAdmitted } from './early.ts';
import type { Answer, Asked } from './http-answer.ts';
import { bodyBytes, httpFunction, type HttpFunction } from './http-function.ts';
import type { Log } from './log.ts';

const admits = new WeakMap<HttpFunction, Admit>();

/** What is to look at the head of each request of a function before its body is read; of most only that it is not too large. */
export const admitOf = (run: HttpFunction): Admit => admits.get(run) ?? admitBySize;

function queryOf(url: string): (name: string) => string {
  const start = url.indexOf('?');
  const parameters = new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
  return (name) => {
    const [value = '', ...more] = parameters.getAll(name);
    return more.length === 0 ? value : '';
  };
}

/**
 * A function that answers with values. What is thrown becomes an answer as in `httpFunction`. `admit` sees every request, also when nobody
 * let it look early.
 */
export function answering(
  log: Log,
  methods: readonly string[],
  run: (asked: Asked) => Promise<Answer>,
  admit: Admit = admitBySize,
): HttpFunction {
  const answer = httpFunction(log, methods, async (request, response) => {
    const refusal = wasAdmitted(request) ? null : await admit(headOf(request));
    const { status, headers, body } =
      refusal ??
      (await run({
        method: request.method,
        path: request.path,
        query: queryOf(request.url),
        client: clientAddress(request.get('x-forwarded-for') ?? '', request.socket.remoteAddress),
        header: (name) => request.get(name) ?? '',
        body: (mostBytes) => bodyBytes(request, mostBytes),
      }));
    response.set(headers).status(status).send(body);
  });
  admits.set(answer, admit);
  return answer;
}
