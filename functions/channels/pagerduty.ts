// Opens, acknowledges and resolves alerts in PagerDuty: one alert for each thread of messages.
import { z } from 'zod';
import { secretReference } from '../kit/secret.ts';
import { apiAddress, under } from './address.ts';
import type { Channel, Message } from './channel.ts';
import { postJson } from './post.ts';
import { fit, linksOf } from './text.ts';

const schema = z.strictObject({
  routingKey: secretReference.describe('Integration key of a service, for the Events API v2.'),
  api: apiAddress(
    'the Events API (https://events.eu.pagerduty.com for accounts in the EU)',
    'https://events.pagerduty.com',
  ),
});

/** Characters: https://developer.pagerduty.com/docs/send-alert-event. The whole event may have 512 KB. */
const longest = { summary: 1024, details: 20_000 } as const;

type Action = 'trigger' | 'acknowledge' | 'resolve';

/** What a message comes to; null when PagerDuty need not hear of it. */
function actionOf({ kind, isThreadOver }: Message): Action | null {
  switch (kind) {
    case 'opened':
    case 'raised':
    case 'escalated':
    case 'reminder':
    case 'lowered':
    case 'direct':
      return 'trigger';
    case 'acknowledged':
      return 'acknowledge';
    // It is no news of the alert itself, and a trigger would call people anew.
    case 'progress':
      return null;
    case 'resolved':
      return isThreadOver ? 'resolve' : null;
    // Resolving what was never open is accepted and changes nothing: the way there is tested, and nobody is woken.
    case 'report':
      return 'resolve';
  }
}

function alertOf(message: Message): Record<string, unknown> {
  const { kind, severity, site, incidents, title, body, at } = message;
  const links = linksOf(message).map(({ label, url }) => ({ href: url, text: label }));
  return {
    payload: {
      // An empty summary is refused.
      summary: fit({ body: title === '' ? kind : title }, { limit: longest.summary }),
      source: site,
      severity,
      timestamp: new Date(at).toISOString(),
      class: kind,
      custom_details: { text: fit({ body }, { limit: longest.details }), incidents },
    },
    client: 'basement-watchdog',
    ...(links.length === 0 ? {} : { links }),
  };
}

/** https://developer.pagerduty.com/docs/send-alert-event. The thread is the key that keeps what belongs together in one alert. */
export const pagerduty = {
  schema,
  send: async (options, message, context) => {
    if (context.signal.aborted) {
      return { sent: false, again: true, reason: 'aborted', detail: 'the run ended first' };
    }
    const action = actionOf(message);
    if (action === null) {
      const why =
        message.kind === 'progress' ? 'it is no news of the alert' : 'others of the alert are still open';
      return { sent: true, detail: `not posted: ${why}` };
    }
    const event = {
      routing_key: context.secret(options.routingKey),
      event_action: action,
      dedup_key: message.thread,
      ...(action === 'trigger' ? alertOf(message) : {}),
    };
    return postJson(under(options.api, 'v2/enqueue'), event, context);
  },
} satisfies Channel<z.output<typeof schema>>;
