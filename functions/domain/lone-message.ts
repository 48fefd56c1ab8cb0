// A message that is about no incident: one thing said to every channel of a site.
import type { Notice, NoticeItem } from './notice.ts';
import { channelsOf } from './observe-own.ts';
import { messageId, newRow, type OutboxRow } from './outbox.ts';
import type { SiteRules } from './policy.ts';

type Lone = Pick<Notice, 'kind' | 'severity' | 'at' | 'thread' | 'isThreadOver'> & {
  /** What tells it from others of its thread. */
  readonly id: string;
  readonly item: Omit<NoticeItem, 'incident' | 'changes' | 'costs'>;
};

/** One row for each channel of the site. */
export function loneRows(rules: SiteRules, { id, item, ...lone }: Lone): OutboxRow[] {
  const { id: site, name: siteName, timezone } = rules;
  return channelsOf(rules).map((channel) =>
    newRow({
      id: messageId(id, 0, channel),
      channel,
      notice: {
        ...lone,
        site,
        siteName,
        timezone,
        acknowledgedBy: null,
        told: [],
        before: null,
        items: [{ ...item, incident: lone.thread, changes: [], costs: [] }],
      },
      after: [],
    }),
  );
}
