// Prints a message where the watchdog runs: for the lab, and for a machine that somebody looks at.
import { z } from 'zod';
import type { Channel } from './channel.ts';

const schema = z.strictObject({});

export const console = {
  schema,
  send: async (_options, message, context) => {
    if (context.signal.aborted) {
      return { sent: false, again: true, reason: 'aborted', detail: 'the run ended first' };
    }
    const lines = message.body.split('\n').map((line) => `    ${line}`.trimEnd());
    context.print([`>>> ${message.title}`, ...lines, ''].join('\n'));
    return { sent: true, detail: 'printed' };
  },
} satisfies Channel<z.output<typeof schema>>;
