import { overTheWire, xml } from './dom';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fetchIceServers } from '../src/xmpp/disco';

/** A server that answers everything so, and notes what it was asked. */
function serverThat(answer: () => Promise<Element>) {
  const asked: { type: string; to: string | undefined; payload: Element }[] = [];
  return {
    asked,
    domain: 'example.org',
    request(type: 'get' | 'set', to: string | undefined, payload: Element) {
      asked.push({ type, to, payload: overTheWire(payload) });
      return answer();
    },
  };
}

const answering = (services: string) =>
  serverThat(() =>
    Promise.resolve(
      xml(
        `<iq xmlns='jabber:client' type='result'>` +
          `<services xmlns='urn:xmpp:extdisco:2'>${services}</services></iq>`,
      ),
    ),
  );

describe('STUN and TURN servers', () => {
  test('the own server is asked', async () => {
    const server = answering('');
    assert.deepEqual(await fetchIceServers(server), []);
    assert.equal(server.asked.length, 1);
    const { type, to, payload } = server.asked[0]!;
    assert.deepEqual([type, to], ['get', 'example.org']);
    assert.deepEqual(
      [payload.localName, payload.namespaceURI],
      ['services', 'urn:xmpp:extdisco:2'],
    );
  });

  test('each is used as the server describes it, and what is neither is not', async () => {
    const server = answering(
      `<service type='stun' host='stun.example.org' port='3478' transport='udp'/>` +
        `<service type='turn' host='2001:db8::1' port='80' transport='tcp' restricted='1'` +
        ` username='1767229200:alice@example.org' password='secret'` +
        ` expires='2026-01-01T01:00:00Z'/>` +
        `<service type='turns' host='turn.example.org' username='u' password='p'/>` +
        `<service type='turn' host='turn.example.org' restricted='1'/>` +
        `<service type='ftp' host='ftp.example.org' port='20'/><service type='turn'/>`,
    );
    assert.deepEqual(await fetchIceServers(server), [
      { urls: 'stun:stun.example.org:3478' },
      {
        urls: 'turn:[2001:db8::1]:80?transport=tcp',
        username: '1767229200:alice@example.org',
        credential: 'secret',
      },
      { urls: 'turns:turn.example.org', username: 'u', credential: 'p' },
    ]);
  });

  test('a server that knows none, or does not answer, holds no call up', async () => {
    const refusing = serverThat(() => Promise.reject(new Error('service-unavailable')));
    assert.deepEqual(await fetchIceServers(refusing), []);
    const silent = serverThat(() => new Promise(() => undefined));
    assert.deepEqual(await fetchIceServers(silent, 20), []);
  });
});
