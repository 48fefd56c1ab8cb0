// The message that a house sends each minute while all is well.

/** As Alertmanager sends its Watchdog. */
export const watchdogAlert = {
  version: '4',
  groupKey: '{}:{alertname="Watchdog"}',
  status: 'firing',
  receiver: 'watchdog',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'Watchdog', severity: 'none' },
      annotations: { summary: 'This alert always fires.' },
      startsAt: '2026-11-27T00:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: '0123456789abcdef',
    },
  ],
};
