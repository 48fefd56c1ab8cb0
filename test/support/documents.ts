// Documents to test with: small, complete, and changed where a test says so.
import type { AckEvent } from '../../functions/domain/event.ts';
import { emptyGlance } from '../../functions/domain/glance.ts';
import type { DayRollup } from '../../functions/domain/history/history.ts';
import { emptyHistory } from '../../functions/domain/history/rollup.ts';
import type { Incident } from '../../functions/domain/incident.ts';
import type { SiteState } from '../../functions/domain/memory.ts';
import type { Notice, NoticeItem } from '../../functions/domain/notice.ts';
import type { OutboxRow } from '../../functions/domain/outbox.ts';
import type { SiteChange, Store } from '../../functions/stores/store.ts';
import { powerFact } from './site.ts';

/** 2026-12-01T02:14:07Z */
export const someTime = Date.UTC(2026, 11, 1, 2, 14, 7);

export function siteState(over: Partial<SiteState> = {}): SiteState {
  const site = over.site ?? 'home';
  return {
    site,
    createdAt: someTime - 86_400_000,
    tick: { scheduledAt: someTime - 7_000, at: someTime, count: 1440 },
    facts: {
      site,
      at: someTime,
      targets: [
        {
          id: 'rpc',
          role: 'inbound',
          quality: 'bad',
          reason: 'timeout',
          detail: 'no answer within 5 s',
          totalMs: 5003,
          witness: { word: 'agreed', since: someTime },
          lease: null,
          since: someTime,
        },
      ],
      heartbeats: [
        { source: 'alertmanager', sentAt: someTime - 30_000, freshMs: 150_000, isDoubtful: false },
      ],
      power: powerFact('on-battery', someTime - 20_000),
      signers: [
        {
          id: 'eth',
          chain: 'ethereum',
          state: 'unknown',
          actAt: null,
          silentSince: null,
          keys: { total: 1, silent: 0, inactive: 0, left: [] },
          stake: null,
          holder: null,
          heldSince: null,
          detail: null,
        },
      ],
      chains: [{ id: 'ethereum', state: 'moving', detail: 'head 3 s old' }],
      inboundBadSince: someTime,
      lastDarkAt: someTime,
    },
    judgement: {
      site,
      at: someTime,
      verdict: 'dark',
      certain: true,
      because: 'all inbound bad',
      passed: [{ verdict: 'ok', when: 'all inbound good', unmet: 'inbound is all-bad' }],
      signals: {
        references: 'working',
        inbound: 'all-bad',
        exit: 'none',
        life: 'none',
        signers: 'none-silent',
        power: 'no-news',
      },
      life: [],
      signers: { eth: 'unknown' },
      chains: { ethereum: 'moving' },
    },
    verdictSince: someTime,
    signing: {
      eth: {
        keys: ['7'],
        wasActive: [0],
        slashings: [],
        traces: {
          'rpc-a': {
            next: 321,
            tip: '0x01',
            freshAt: someTime,
            through: 8,
            stake: 32_000_000_000,
            open: [{ unit: 9, at: someTime, blocks: 7, seen: [0] }],
            keys: [
              {
                acts: [{ unit: 9, at: someTime }],
                absent: null,
                standing: 'active',
                balance: { unit: 9, gwei: 32_000_000_000 },
              },
            ],
          },
        },
      },
    },
    week: {
      from: someTime - 86_400_000,
      ticks: 1440,
      worstLatenessMs: 7_000,
      worstGapMs: 61_000,
      opened: 1,
      pages: 2,
    },
    mutes: [],
    cleared: {},
    wanted: {},
    subjects: {},
    nextDueAt: null,
    history: emptyHistory(someTime),
    glance: emptyGlance,
    ...over,
  };
}

export function incident(over: Partial<Incident> = {}): Incident {
  return {
    id: 'home.site.home.20261201T021407Z',
    site: 'home',
    subject: { kind: 'site', id: 'home' },
    kind: 'dark',
    severity: 'critical',
    summary: 'dark or cut off: nothing answers and nothing shows life',
    evidence: ['inbound 0/1 good', 'no life sign since'],
    since: someTime - 60_000,
    openedAt: someTime,
    resolvedAt: null,
    announced: 'critical',
    held: null,
    thread: 'home.site.home.20261201T021407Z',
    ack: null,
    cause: null,
    climb: { from: someTime, told: ['pager'], wokenAt: someTime },
    told: ['pager'],
    lastMessage: { pager: 'home.site.home.20261201T021407Z.0.pager' },
    messages: ['home.site.home.20261201T021407Z.0.pager'],
    rounds: 1,
    timeline: [{ at: someTime, event: 'opened', text: 'dark: nothing answers' }],
    doing: {},
    ...over,
  };
}

/** A site's state that says that the incident is open. */
export function stateWith(open: readonly Incident[], over: Partial<SiteState> = {}): SiteState {
  return siteState({
    subjects: Object.fromEntries(
      open.map((each) => [
        `${each.subject.kind}/${each.subject.id}`,
        { phase: 'open' as const, kind: each.kind, severity: each.severity, incident: each.id },
      ]),
    ),
    ...over,
  });
}

export function noticeItem(over: Partial<NoticeItem> = {}): NoticeItem {
  const { id, subject, kind, summary, evidence, since } = incident();
  return {
    incident: id,
    subject,
    problem: kind,
    summary,
    evidence,
    since,
    changes: [],
    costs: [],
    doing: [],
    ...over,
  };
}

export function notice(over: Partial<Notice> = {}): Notice {
  return {
    kind: 'opened',
    severity: 'critical',
    site: 'home',
    siteName: 'Home',
    timezone: 'Europe/Berlin',
    at: someTime,
    thread: 'home.site.home.20261201T021407Z',
    isThreadOver: false,
    acknowledgedBy: null,
    told: [],
    before: null,
    items: [noticeItem()],
    ...over,
  };
}

export function row(over: Partial<OutboxRow> = {}): OutboxRow {
  return {
    id: 'home.site.home.20261201T021407Z.0.pager',
    site: 'home',
    channel: 'pager',
    notice: notice(),
    after: [],
    createdAt: someTime,
    state: 'waiting',
    dueAt: someTime,
    lease: null,
    attempts: 0,
    outcome: null,
    settledAt: null,
    ...over,
  };
}

/** Writes a site with incidents and rows as a tick would. */
export async function commit(
  store: Pick<Store, 'loadSite' | 'commitSite'>,
  written: {
    readonly state?: SiteState;
    readonly touched?: SiteChange['touched'];
    readonly rows?: SiteChange['rows'];
    readonly wanted?: SiteChange['wanted'];
    readonly drills?: SiteChange['drills'];
    readonly filed?: readonly DayRollup[];
  },
): Promise<'committed' | 'conflict'> {
  const { state = siteState(), touched = [], rows = [], wanted = [], drills = [], filed = [] } = written;
  const { base } = await store.loadSite(state.site);
  return store.commitSite({ base, memory: { state, incidents: {} }, touched, rows, wanted, drills, filed });
}

export function ackEvent(over: Partial<AckEvent> = {}): AckEvent {
  return {
    kind: 'ack',
    id: 'event-1',
    site: 'home',
    at: someTime,
    by: 'Maria',
    incident: incident().id,
    severity: 'critical',
    ...over,
  };
}
