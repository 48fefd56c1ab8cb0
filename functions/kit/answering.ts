// Functions that answer with values: what they say is decided without a socket, and whom they listen to without a body.
import type { Response } from '@google-cloud/functions-framework';
import { clientAddress } from './client-address.ts';
import { admitBySize, type Admit, type Head, headOf, wasAdmitted } from './early.ts';
import { type Answer, type Asked, jsonAnswer } from './http-answer.ts';
import { bodyBytes, httpFunction, type HttpFunction, type Told } from './http-function.ts';
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

export type Guards = {
  /** Sees every request, also when nobody let it look early. */
  readonly admit?: Admit;
  /** How an error is answered; as JSON when it is absent. */
  readonly refuse?: (head: Head, told: Told) => Answer;
};

const asJson = (_: Head, { status, error }: Told): Answer => jsonAnswer(status, { error });

/** A function that answers with values. What is thrown becomes an answer as in `httpFunction`. */
export function answering(
  log: Log,
  methods: readonly string[],
  run: (asked: Asked) => Promise<Answer>,
  { admit = admitBySize, refuse = asJson }: Guards = {},
): HttpFunction {
  const send = (response: Response, { status, headers, body }: Answer): void => {
    response.set(headers).status(status).send(body);
  };
  const answer = httpFunction(
    log,
    methods,
    async (request, response) => {
      const refusal = wasAdmitted(request) ? null : await admit(headOf(request));
      const asked: Asked = {
        method: request.method,
        path: request.path,
        url: request.url,
        query: queryOf(request.url),
        client: clientAddress(request.get('x-forwarded-for') ?? '', request.socket.remoteAddress),
        header: (name) => request.get(name) ?? '',
        body: (mostBytes) => bodyBytes(request, mostBytes),
      };
      send(response, refusal ?? (await run(asked)));
    },
    (request, response, told) => send(response, refuse(headOf(request), told)),
  );
  admits.set(answer, admit);
  return answer;
}
