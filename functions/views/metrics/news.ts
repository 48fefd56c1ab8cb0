// Metrics of what comes from the house and what goes out to people: heartbeats and the outbox.
import type { OutboxGlance } from '../../domain/glance.ts';
import type { SiteOverview } from '../overview.ts';
import { byId, gaugesOf, isWatched, seconds } from './families.ts';
import type { Family, Labels } from './open-metrics.ts';

export function heartbeatFamilies(sites: readonly SiteOverview[]): Family[] {
  const beats = sites.flatMap((of) =>
    byId(
      of.heartbeats.map((each) => ({ ...each, id: each.source, site: of.site, isCurrent: isWatched(of) })),
    ),
  );
  const labels = ({ site, source }: { readonly site: string; readonly source: string }): Labels => [
    ['site', site],
    ['source', source],
  ];
  return [
    gaugesOf(beats, labels)(
      'watchdog_heartbeat_sent_timestamp_seconds',
      'When the house sent its last heartbeat of this source.',
      ({ sentAt }) => seconds(sentAt),
    ),
    gaugesOf(beats, labels)(
      'watchdog_heartbeat_fresh',
      'Whether that heartbeat is new enough to count as life: 1 or 0; absent of a site that nobody looks at.',
      ({ isFresh, isCurrent }) => (isCurrent ? Number(isFresh) : null),
      null,
    ),
  ];
}

export function outboxFamilies(sites: readonly SiteOverview[]): Family[] {
  // Before anybody has looked at what became of messages, nothing is known of them.
  const looked = sites.flatMap(({ site, outbox }) =>
    outbox === null || outbox.at === null ? [] : [{ site, outbox, at: outbox.at }],
  );
  const gauge = gaugesOf(looked, ({ site }): Labels => [['site', site]]);
  const channels = (of: (outbox: OutboxGlance) => Readonly<Record<string, number>>) =>
    looked.flatMap(({ site, outbox }) => {
      const times = of(outbox);
      return byId(Object.entries(times).map(([id, at]) => ({ site, id, at })));
    });
  const labels = ({ site, id }: { readonly site: string; readonly id: string }): Labels => [
    ['site', site],
    ['channel', id],
  ];
  const waiting = channels((outbox) => outbox.waiting);
  const failing = channels((outbox) =>
    Object.fromEntries(Object.entries(outbox.failing).map(([channel, { since }]) => [channel, since])),
  );
  return [
    gauge(
      'watchdog_outbox_read_timestamp_seconds',
      'When it was last looked at what became of messages.',
      ({ at }) => seconds(at),
    ),
    gauge(
      'watchdog_outbox_waiting_channels',
      'Channels with a message that waits to be sent.',
      ({ outbox }) => Object.keys(outbox.waiting).length,
      null,
    ),
    gauge(
      'watchdog_outbox_failing_channels',
      'Channels that do not accept messages.',
      ({ outbox }) => Object.keys(outbox.failing).length,
      null,
    ),
    gaugesOf(waiting, labels)(
      'watchdog_outbox_oldest_message_timestamp_seconds',
      'When the oldest message was written that waits for this channel; absent when none waits.',
      ({ at }) => seconds(at),
    ),
    gaugesOf(failing, labels)(
      'watchdog_outbox_channel_failing_since_timestamp_seconds',
      'Since when this channel has accepted no message; absent while it does.',
      ({ at }) => seconds(at),
    ),
  ];
}
