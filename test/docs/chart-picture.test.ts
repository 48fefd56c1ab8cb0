// What the picture of a release says about who may talk to whom: all of a condition, or it is refused.
import { expect, test } from 'vitest';
import { picture } from '../../docs/generate/chart-picture.ts';

const release = (peer: string): string => `
kind: StatefulSet
metadata: { name: eth-beacon }
spec:
  template:
    metadata: { labels: { app.kubernetes.io/name: beacon } }
    spec: { containers: [{ name: beacon, image: beacon:1 }] }
---
kind: NetworkPolicy
metadata: { name: eth-beacon }
spec:
  podSelector: { matchLabels: { app.kubernetes.io/name: beacon } }
  ingress: [{ from: [${peer}], ports: [{ port: http }] }]
`;

test.each([
  ['{ podSelector: { matchLabels: { app.kubernetes.io/instance: eth } } }', 'every pod of the release'],
  [
    '{ podSelector: { matchLabels: { app.kubernetes.io/instance: eth }, matchExpressions: [{ key: app.kubernetes.io/component, operator: In, values: [validator, test] }] } }',
    'the validator client, the test client',
  ],
])('whoever is let in is named: %s', (peer, who) => {
  expect(picture(release(peer)).split('\n')).toContain(`    http: ${who}`);
});

test.each([
  '{ podSelector: { matchExpressions: [{ key: app.kubernetes.io/component, operator: NotIn, values: [test] }] } }',
  '{ podSelector: { matchExpressions: [{ key: tier, operator: In, values: [web] }] } }',
  '{ podSelector: { matchLabels: { tier: web } } }',
  '{ namespaceSelector: { matchLabels: { team: a } } }',
  '{ podSelector: { matchLabels: { app.kubernetes.io/name: geth }, matchExpressions: [{ key: app.kubernetes.io/component, operator: In, values: [test] }] } }',
])('a condition without words for it is refused: %s', (peer) => {
  expect(() => picture(release(peer))).toThrow(
    /matchExpressions|matchLabels|key|operator|list of components/,
  );
});
