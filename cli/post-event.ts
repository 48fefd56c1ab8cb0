// Tells the function `ack` what a person has decided: to take an incident on, a mute, or its end, the cause of a doubt, a standby, a drill. The next tick takes it in.
import type { Command } from 'commander';
import { z } from 'zod';
import type {
  AckEvent,
  ClearEvent,
  DrillEvent,
  MuteEvent,
  StandbyEvent,
  UnmuteEvent,
} from '../functions/domain/event.ts';
import { ask, errorWords, jsonOf } from './ask.ts';
import { broken, targetOf, urlAt, wrong, type Door, type Refused } from './door.ts';
import type { Context } from './context.ts';

export const ackUrlVariable = 'WATCHDOG_ACK_URL';
export const ackTokenVariable = 'WATCHDOG_ACK_TOKEN';

/** What is posted; the function gives it an id and a time. */
export type PostedEvent =
  | Omit<MuteEvent, 'id' | 'at'>
  | Omit<UnmuteEvent, 'id' | 'at'>
  | (Pick<AckEvent, 'kind' | 'incident'> & { readonly by?: string })
  | (Pick<ClearEvent, 'kind' | 'incident' | 'why'> & { readonly by?: string })
  | Omit<StandbyEvent, 'id' | 'at' | 'site'>
  | (Pick<DrillEvent, 'kind' | 'signer' | 'why' | 'by'> & { readonly mode?: DrillEvent['mode'] });

/** Given by a command that has options for them. */
export type PostOptions = { readonly url?: string; readonly tokenEnv?: string };

/** Adds the options that `PostOptions` are read from, and `--json`. */
export const addPostOptions = (command: Command): Command =>
  command
    .option('--url <url>', `address of the function ack; ${ackUrlVariable} if left out`)
    .option(
      '--token-env <name>',
      `environment variable that holds the token; ${ackTokenVariable} if left out`,
    )
    .option('--json', 'for scripts');

/** `ids` are those that the function gave; `over` are incidents that were over, and signers of which what was said was so, already. */
export type Posted =
  | { readonly ok: true; readonly ids: readonly string[]; readonly over: readonly string[] }
  | Refused;

const door: Door = { name: 'ack', urlVariable: ackUrlVariable, tokenVariable: ackTokenVariable };
const doorWithOptions: Door = { ...door, options: { url: '--url', tokenEnv: '--token-env' } };

const taken = z.object({ ids: z.array(z.string()).min(1), over: z.array(z.string()).default([]) });

function refusal(code: number, text: string, host: string): Refused {
  if (code === 401 || code === 403) {
    return wrong(
      `${host} does not accept the token (${code}); put the operator's token into the environment variable ${ackTokenVariable}`,
    );
  }
  if (code >= 300 && code < 400) {
    return wrong(
      `${host} answered with a redirect (${code}), which is not followed; put the address that it leads to into ${ackUrlVariable}`,
    );
  }
  // It counts its events, and here there is one only.
  const words = errorWords(text)?.replace(/^event 0: /, '') ?? null;
  if (code >= 400 && code < 500) {
    return wrong(
      words === null
        ? `${host} refused it (${code}); is ${ackUrlVariable} the address of the function ack?`
        : `${host} refused it (${code}): ${words}`,
    );
  }
  return broken(`${host} answered with ${code}; nothing may have been taken in: look with watchdog status`);
}

/**
 * Posts one event. Never rejects for what a user or a network can do; no message holds the token or more of the address than the host.
 * An answer that got lost may mean that the event was taken in.
 */
export async function postEvent(
  event: PostedEvent,
  context: Context,
  options?: PostOptions,
): Promise<Posted> {
  const found =
    options === undefined ? targetOf(door, {}, context) : targetOf(doorWithOptions, options, context);
  if (!found.ok) return found;
  const { url, token } = found.target;
  if (token === null) {
    return wrong(
      `only the operator may do that: put the operator's token of the function ack into the environment variable ${ackTokenVariable}`,
    );
  }
  const reply = await ask({ url: urlAt(url, '/events'), token }, { body: event }, context);
  if (!reply.ok) return reply;
  if (reply.code !== 200) return refusal(reply.code, reply.text, url.host);
  const json = jsonOf(reply.text);
  if (!json.ok) {
    return broken(
      `${url.host} answered with ${json.what}; is ${ackUrlVariable} the address of the function ack?`,
    );
  }
  const parsed = taken.safeParse(json.value);
  return parsed.success
    ? { ok: true, ...parsed.data }
    : broken(
        `the answer of ${url.host} is none that this version knows; is ${ackUrlVariable} the address of the function ack?`,
      );
}
