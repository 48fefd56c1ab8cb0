// Where messages lead to: what is to be acknowledged carries a link and a code for exactly that, and nothing else does.
import { describe, expect, test } from 'vitest';
import { noticeKinds } from '../../functions/domain/notice.ts';
import { linksBy, type LinkSetup } from '../../functions/flows/message-links.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { linkKeys, readCode, subjectOfCode, verifyLink } from '../../functions/kit/signed-link.ts';
import { verifyViewLink } from '../../functions/kit/view-link.ts';
import { notice, noticeItem, someTime } from '../support/documents.ts';

const keys = linkKeys('k'.repeat(32), null);
const setup: LinkSetup = {
  status: 'https://status.example/',
  view: null,
  runbook: 'https://docs.example/runbook',
  acknowledge: { url: 'https://ack.example/ack', validForMs: 1_000, keys: () => keys },
};

describe('a link to acknowledge', () => {
  test('stands for the thread and the severity of its notice, and for as long as was configured', () => {
    const told = notice({ thread: 'home.target.a.1', severity: 'warning', items: [noticeItem()] });
    const { links, code, problem } = linksBy(setup)(told);
    const [url, token = ''] = links.acknowledge?.split('#') ?? [];
    const claim = { incident: 'home.target.a.1', severity: 'warning', until: someTime + 1_000 };
    expect({ url, problem }).toEqual({ url: 'https://ack.example/ack', problem: null });
    expect(verifyLink(token, keys, someTime)).toEqual({ ok: true, claim });
    expect(subjectOfCode(readCode(code ?? '') ?? '', [claim], keys)).toBe(claim);
  });

  test('is the same in every try of a message', () => {
    expect(linksBy(setup)(notice())).toEqual(linksBy(setup)(notice()));
  });

  test.each(noticeKinds)('is in %s only when that is to be acknowledged', (kind) => {
    const { links, code } = linksBy(setup)(notice({ kind }));
    const isAsked = !['resolved', 'acknowledged', 'progress', 'report', 'direct'].includes(kind);
    expect([links.acknowledge !== undefined, code !== null]).toEqual([isAsked, isAsked]);
    expect(links).toMatchObject({
      status: 'https://status.example/',
      runbook: 'https://docs.example/runbook#dark',
    });
  });

  test('that cannot be signed is missing, and the message is told why without the secret', () => {
    const broken = (): never => {
      throw new WatchdogError('ERR_SECRET', 'the secret in environment variable ACK_KEY is missing or empty');
    };
    const { links, code, problem } = linksBy({
      ...setup,
      acknowledge: { url: 'https://ack.example/ack', validForMs: 1_000, keys: broken },
    })(notice());
    expect(links).toEqual({
      status: 'https://status.example/',
      runbook: 'https://docs.example/runbook#dark',
    });
    expect([code, problem]).toEqual([null, expect.stringContaining('ERR_SECRET: the secret in environment')]);
  });

  test('is not there when nobody can acknowledge, nor is any other that is not configured', () => {
    expect(
      linksBy({ status: undefined, view: null, runbook: undefined, acknowledge: null })(notice()),
    ).toEqual({
      links: {},
      code: null,
      problem: null,
    });
  });
});

describe('a link to the status', () => {
  const signing = { ...setup, view: { validForMs: 5_000, keys: () => keys } };

  test.each(noticeKinds)('opens it in %s, for as long as was configured and no longer', (kind) => {
    const { links, problem } = linksBy(signing)(notice({ kind }));
    const [url, token = ''] = links.status?.split('#') ?? [];
    expect({ url, problem }).toEqual({ url: 'https://status.example/enter', problem: null });
    const until = someTime + 5_000;
    const viewKeys = { token: null, link: keys };
    expect(verifyViewLink(token, viewKeys, until - 1)).toEqual({ ok: true, until });
    expect(verifyViewLink(token, viewKeys, until)).toEqual({ ok: false, reason: 'expired' });
  });

  test('is the same in every try of a message', () => {
    expect(linksBy(signing)(notice())).toEqual(linksBy(signing)(notice()));
  });

  test.each([
    ['https://status.example', 'https://status.example/enter'],
    ['https://example.org/status/', 'https://example.org/status/enter'],
    ['https://example.org/status?a=b', 'https://example.org/status/enter?a=b'],
  ])('to %s is below it', (status, address) => {
    const { links } = linksBy({ ...signing, status })(notice());
    expect(links.status?.split('#')[0]).toBe(address);
  });

  test('that cannot be signed leads there without opening it, and both problems are told', () => {
    const broken = (name: string) => (): never => {
      throw new WatchdogError('ERR_SECRET', `the secret in environment variable ${name} is missing or empty`);
    };
    const { links, problem } = linksBy({
      ...signing,
      view: { validForMs: 1, keys: broken('VIEW_KEY') },
      acknowledge: { url: 'https://ack.example/ack', validForMs: 1_000, keys: broken('ACK_KEY') },
    })(notice());
    expect(links.status).toBe('https://status.example/');
    expect(problem).toMatch(/without a link to acknowledge: ERR_SECRET.*ACK_KEY.*does not open it.*VIEW_KEY/);
  });

  test('is not there when it leads nowhere, whoever could sign it', () => {
    expect(linksBy({ ...signing, status: undefined })(notice()).links).not.toHaveProperty('status');
  });
});
