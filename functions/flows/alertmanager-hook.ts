// The webhook of Alertmanager: its Watchdog alert is the pulse of the house, and its other alerts become incidents.
// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Word } from '../domain/hear.ts';
import type { Severity } from '../domain/severity.ts';
import { WatchdogError } from '../kit/error.ts';
import { oneLine, type Said } from './heartbeat-words.ts';

/** The alert that always fires: while it comes, Prometheus, Alertmanager and the way to us work. */
const pulseName = 'Watchdog';
const mostAlerts = 500;

const texts = z.record(z.string(), z.string());

const alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: texts,
  annotations: texts.default({}),
  startsAt: z.iso.datetime({ offset: true }),
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/)
    .optional()
    .catch(undefined),
});
type RawAlert = z.output<typeof alert>;

const payload = z.object({
  version: z.literal('4', { error: 'must be "4", as Alertmanager sends it' }),
  alerts: z.array(z.unknown()).min(1).max(mostAlerts),
});

const severityOf: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['page', 'critical'],
  ['error', 'critical'],
  ['warning', 'warning'],
  ['info', 'info'],
  ['none', 'info'],
]);

/** The same labels have the same fingerprint, whoever sends them. */
function fingerprintOf({ fingerprint, labels }: RawAlert): string {
  if (fingerprint !== undefined) return fingerprint.slice(0, 16);
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

function nameOf({ labels }: RawAlert): string {
  const name = (labels['alertname'] ?? '').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  return name.slice(0, 40) || 'alert';
}

const said = ({ annotations, labels }: RawAlert): string =>
  [annotations['summary'], annotations['message'], annotations['description'], labels['alertname']]
    .map((text) => oneLine(text ?? ''))
    .find((text) => text !== '') ?? 'an alert without a word';

const untold = new Set(['alertname', 'severity', 'prometheus', 'receiver']);

const labelsOf = ({ labels }: RawAlert): string =>
  oneLine(
    Object.entries(labels)
      .filter(([name]) => !untold.has(name))
      .map(([name, value]) => `${name}=${value}`)
      .join(', '),
    300,
  );

const wordOf = (raw: RawAlert): Word['alerts'][number] => ({
  id: `${nameOf(raw)}-${fingerprintOf(raw)}`,
  severity: severityOf.get((raw.labels['severity'] ?? '').toLowerCase()) ?? 'warning',
  summary: said(raw),
  labels: labelsOf(raw),
  since: Date.parse(raw.startsAt),
  isFiring: raw.status === 'firing',
});

/** `problem` names what could not be read, by its place; whatever could be read counts all the same. */
export type HookWord = { readonly said: Said; readonly problem: string | null };

function problemOf(place: number, error: z.ZodError): string {
  const [issue] = error.issues;
  const path = ['alerts', place, ...(issue?.path ?? [])].map(String).join('.');
  return `${path}: ${issue?.message ?? 'is not as expected'}`;
}

/** Throws ERR_REQUEST when nothing of it can be read. */
export function readAlertmanager(value: unknown): HookWord {
  const parsed = payload.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.map(String).join('.') || 'the body';
    throw new WatchdogError(
      'ERR_REQUEST',
      `no webhook of Alertmanager: ${place}: ${issue?.message ?? 'wrong'}`,
    );
  }
  const alerts: RawAlert[] = [];
  const problems: string[] = [];
  for (const [place, each] of parsed.data.alerts.entries()) {
    const one = alert.safeParse(each);
    if (one.success) alerts.push(one.data);
    else problems.push(problemOf(place, one.error));
  }
  const problem = problems.length === 0 ? null : problems.slice(0, 3).join('; ');
  if (alerts.length === 0) throw new WatchdogError('ERR_REQUEST', problem ?? 'there is no alert in it');
  const isPulse = ({ labels }: RawAlert): boolean => labels['alertname'] === pulseName;
  const isWell = alerts.some((each) => isPulse(each) && each.status === 'firing');
  const others = alerts.filter((each) => !isPulse(each)).map(wordOf);
  return { said: { says: isWell ? 'well' : 'lives', alerts: others }, problem };
}
