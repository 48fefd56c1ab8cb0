// Acknowledgement: somebody has taken an incident on, so nobody else is woken for it, as long as it does not get worse.
import { type Incident, record } from './incident.ts';
import { compareSeverity, type Severity } from './severity.ts';

/** Given for one severity: a rise above it clears it. */
export type Acknowledgement = {
  /** A name or the channel that it came by, as it is told to others. */
  readonly by: string;
  readonly at: number;
  readonly severity: Severity;
  /** When it is worth nothing any more; null for never. */
  readonly until: number | null;
  /** People have been told of it. */
  readonly isTold: boolean;
};

/** True while nobody is to be woken: the acknowledgement was given for what the incident is now, or for worse, and holds. */
export function isAcknowledged(incident: Pick<Incident, 'ack' | 'severity'>, at: number): boolean {
  const { ack, severity } = incident;
  return (
    ack !== null && compareSeverity(severity, ack.severity) <= 0 && (ack.until === null || at < ack.until)
  );
}

/**
 * The incident as somebody has acknowledged it, or null when that changes nothing: it is over, it is acknowledged already, or it has got
 * worse than what the acknowledgement was given for. `criticalMs` is how long one of a critical incident holds. Taking the same
 * acknowledgement in twice is harmless.
 */
export function acknowledge(
  incident: Incident,
  given: { readonly by: string; readonly at: number; readonly severity: Severity },
  now: { readonly at: number; readonly criticalMs: number },
): Incident | null {
  const { by, at, severity } = given;
  const until = severity === 'critical' ? at + now.criticalMs : null;
  const ack: Acknowledgement = { by, at, severity, until, isTold: false };
  if (incident.resolvedAt !== null || isAcknowledged(incident, now.at)) return null;
  if (!isAcknowledged({ ack, severity: incident.severity }, now.at)) return null;
  return { ...record(incident, now.at, 'acknowledged', `by ${by}`), ack };
}
