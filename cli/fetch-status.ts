// Asks a running watchdog for its status; what comes back is not trusted before it has been parsed.
import type { Status } from '../functions/views/status.ts';
import {
  addressOf,
  askFunction,
  broken,
  jsonOf,
  longestMs,
  troubleOf,
  type AskedFunction,
  type AskOptions,
  type Trouble,
} from './ask-function.ts';
import type { Context } from './context.ts';
import { firstIssue, statusAnswer } from './record.ts';

export type Fetched = { readonly ok: true; readonly status: Status } | Trouble;

/** The options of every command that asks for a status. */
export type StatusOptions = AskOptions;

export const urlVariable = 'WATCHDOG_STATUS_URL';
export const tokenVariable = 'WATCHDOG_STATUS_TOKEN';

const asked: AskedFunction = { name: 'status', urlVariable, tokenVariable };

function parse(value: unknown, host: string): Fetched {
  const parsed = statusAnswer.safeParse(value);
  if (parsed.success) return { ok: true, status: parsed.data };
  return broken(
    `the answer of ${host} is no status that this version knows (${firstIssue(parsed.error)}); is this the address of the function status, and are both of one version?`,
  );
}

/** Never rejects for what a user or a network can do. No message holds the token or more of the address than the host. */
export async function fetchStatus(
  options: StatusOptions,
  context: Context,
  deadlineMs = longestMs,
): Promise<Fetched> {
  const address = addressOf(options, context, asked);
  if (!address.ok) return address;
  const { host } = address.url;
  const reply = await askFunction(address, null, { name: asked.name, context, deadlineMs });
  if (!reply.ok) return reply;
  if (reply.status !== 200) {
    const instead = `${host} answered with ${reply.status} instead of a status; the log of the function says why`;
    return troubleOf(reply.status, address, asked) ?? broken(instead);
  }
  const json = jsonOf(reply, host, asked.name);
  return 'value' in json ? parse(json.value, host) : json;
}
