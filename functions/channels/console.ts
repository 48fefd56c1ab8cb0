// Prints a message where the watchdog runs: for the lab, and for a machine that somebody looks at.
import { z } from 'zod';
import { isPage } from '../domain/notice.ts';
import type { Channel } from './channel.ts';

const schema = z.strictObject({
  bell: z
    .boolean()
    .optional()
    .describe('Ring the terminal bell with each message that pages. Default: false.'),
});

export const console = {
  schema,
  send: async (options, message, context) => {
    if (context.signal.aborted) {
      return { sent: false, again: true, reason: 'aborted', detail: 'the run ended first' };
    }
    const lines = message.body.split('\n').map((line) => `    ${line}`.trimEnd());
    const bell = options.bell === true && isPage(message.kind) ? '\u0007' : '';
    context.print([`${bell}>>> ${message.title}`, ...lines, ''].join('\n'));
    return { sent: true, detail: 'printed' };
  },
} satisfies Channel<z.output<typeof schema>>;
