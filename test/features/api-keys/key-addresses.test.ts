// Address lists of keys as a caller meets them: over HTTP, behind proxies, and only once the secret was proven right.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';
import { openTestHouse, type TestHouse, type TestWorkspace } from '../../support/house.ts';
import { keyAdmin, withOtherSecret, type KeyAdmin } from '../../support/keys.ts';

describeEachEngine('Addresses of a key', (engine) => {
  let house: TestHouse;
  let proxied: TestHouse;
  let workspace: TestWorkspace;
  let admin: KeyAdmin;

  beforeAll(async () => {
    house = await openTestHouse(engine);
    proxied = await openTestHouse(engine, { sharing: house, env: { TRUST_PROXY_HOPS: '1' } });
    workspace = await house.workspace();
    admin = keyAdmin(house, workspace);
  });
  afterAll(async () => {
    await proxied.close();
    await house.close();
  });

  /** What a caller from this address gets, with X-Forwarded-For as given. */
  async function from(
    { app }: TestHouse,
    remoteAddress: string,
    secret: string,
    forwardedFor?: string,
  ): Promise<string> {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${secret}`,
      ...(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }),
    };
    const payload = JSON.stringify({ query: '{ viewer { kind } }' });
    const { statusCode, body } = await app.http.inject({
      ...{ method: 'POST', url: '/graphql', remoteAddress, headers, payload },
    });
    const { errors } = JSON.parse(body) as { errors?: [{ extensions: { reason: string } }] };
    return errors ? `${statusCode} ${errors[0].extensions.reason}` : 'works';
  }

  it('lets in addresses and ranges of both families, and IPv4 callers of a dual-stack socket', async () => {
    const ipAllowlist = ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'];
    const { secret, apiKeyId } = await admin.create({ ipAllowlist });
    expect((await admin.show(apiKeyId)).ipAllowlist).toEqual(ipAllowlist);
    for (const address of [
      ...[
        '192.0.2.0',
        '192.0.2.255',
        '::ffff:192.0.2.9',
        '::ffff:c000:209',
        '2001:db8:ffff::1',
        '198.51.100.7',
      ],
    ]) {
      expect([address, await from(house, address, secret)]).toEqual([address, 'works']);
    }
    for (const address of [
      '192.0.3.0',
      '::ffff:192.0.3.9',
      '2001:db9::1',
      '198.51.100.8',
      '127.0.0.1',
      '::1',
    ]) {
      expect([address, await from(house, address, secret)]).toEqual([address, '401 IP_NOT_ALLOWED']);
    }
  });

  it('takes /0 for every address of its family', async () => {
    const four = await admin.create({ ipAllowlist: ['0.0.0.0/0'] });
    const six = await admin.create({ ipAllowlist: ['::/0'] });
    expect(await from(house, '203.0.113.9', four.secret)).toBe('works');
    expect(await from(house, '2001:db8::1', four.secret)).toBe('401 IP_NOT_ALLOWED');
    expect(await from(house, '2001:db8::1', six.secret)).toBe('works');
    expect(await from(house, '203.0.113.9', six.secret)).toBe('401 IP_NOT_ALLOWED');
  });

  it('refuses invalid entries by their position and makes no key', async () => {
    const before = await admin.send('{ apiKeys { totalCount } }');
    const input = { label: 'Key', scopes: ['read:customers'] };
    const ipAllowlist = ['192.0.2.1', 'office', '192.0.2.0/33', '2001:db8::/32', ''];
    const made = await admin.payload('CreateApiKey', { input: { ...input, ipAllowlist } });
    expect(made.secret).toBeNull();
    expect(
      made.userErrors.map(({ code, field }: { code: string; field: string[] }) => [code, field]),
    ).toEqual([
      ['INVALID', ['input', 'ipAllowlist', '1']],
      ['INVALID', ['input', 'ipAllowlist', '2']],
      ['INVALID', ['input', 'ipAllowlist', '4']],
    ]);
    const tooMany = Array.from({ length: 101 }, (_, index) => `192.0.2.${index}`);
    const refused = await admin.payload('CreateApiKey', { input: { ...input, ipAllowlist: tooMany } });
    expect(refused.userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'ipAllowlist'] }]);
    expect((await admin.send('{ apiKeys { totalCount } }')).data).toEqual(before.data);
  });

  describe('behind proxies', () => {
    it('believes X-Forwarded-For only as far as TRUST_PROXY_HOPS goes', async () => {
      const { secret } = await admin.create({ ipAllowlist: ['203.0.113.9'] });
      const notAllowed = '401 IP_NOT_ALLOWED';
      // No proxy is trusted: the header is anybody's claim.
      expect(await from(house, '10.0.0.1', secret, '203.0.113.9')).toBe(notAllowed);
      expect(await from(house, '203.0.113.9', secret, '10.0.0.1')).toBe('works');
      // One proxy: its last entry counts, whatever the caller wrote before it.
      expect(await from(proxied, '10.0.0.1', secret, '203.0.113.9')).toBe('works');
      expect(await from(proxied, '10.0.0.1', secret, '198.51.100.1, 203.0.113.9')).toBe('works');
      expect(await from(proxied, '10.0.0.1', secret, '203.0.113.9, 198.51.100.1')).toBe(notAllowed);
      expect(await from(proxied, '10.0.0.1', secret)).toBe(notAllowed);
      expect(await from(proxied, '10.0.0.1', secret, 'nonsense')).toBe(notAllowed);
      expect(await from(proxied, '10.0.0.1', secret, '::ffff:203.0.113.9')).toBe('works');
    });

    it('counts two hops from the right', async () => {
      const two = await openTestHouse(engine, { sharing: house, env: { TRUST_PROXY_HOPS: '2' } });
      try {
        const { secret } = await admin.create({ ipAllowlist: ['203.0.113.9'] });
        expect(await from(two, '10.0.0.1', secret, '203.0.113.9, 10.0.0.2')).toBe('works');
        expect(await from(two, '10.0.0.1', secret, '203.0.113.9, 198.51.100.1, 10.0.0.2')).toBe(
          '401 IP_NOT_ALLOWED',
        );
      } finally {
        await two.close();
      }
    });

    it('writes the same address into the audit log', async () => {
      const { apiKeyId } = await admin.create();
      const token = (
        await house.send({}, 'mutation ($input: LoginInput!) { login(input: $input) { token } }', {
          input: { email: workspace.ownerEmail, password: workspace.ownerPassword },
        })
      ).data.login.token;
      await proxied.app.http.inject({
        method: 'POST',
        url: '/graphql',
        remoteAddress: '10.0.0.1',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
          'x-forwarded-for': '198.51.100.1, 203.0.113.9',
        },
        payload: JSON.stringify({ query: `mutation { disableApiKey(id: "${apiKeyId}") { apiKeyId } }` }),
      });
      const entries = await admin.auditOf(apiKeyId);
      const disabled = entries.find(({ action }: { action: string }) => action === 'apiKey.disable');
      expect(disabled.ip).toBe('203.0.113.9');
    });
  });

  it('says IP_NOT_ALLOWED only to whoever holds the secret', async () => {
    const key = await admin.create({ ipAllowlist: ['192.0.2.1'] });
    const forged = withOtherSecret(key);
    expect(await from(house, '10.0.0.1', key.secret)).toBe('401 IP_NOT_ALLOWED');
    expect(await from(house, '10.0.0.1', forged)).toBe('401 INVALID_CREDENTIAL');
    expect(await from(house, '192.0.2.1', forged)).toBe('401 INVALID_CREDENTIAL');
  });

  it('a changed list holds from the next request on, and a refused call is no use of the key', async () => {
    const { secret, apiKeyId } = await admin.create({ ipAllowlist: ['192.0.2.1'] });
    expect(await from(house, '10.0.0.1', secret)).toBe('401 IP_NOT_ALLOWED');
    await house.app.lastUsed.flush();
    expect((await admin.show(apiKeyId)).lastUsedAt).toBeNull();
    await admin.payload('UpdateApiKey', { input: { id: apiKeyId, ipAllowlist: ['10.0.0.0/8'] } });
    expect(await from(house, '10.0.0.1', secret)).toBe('works');
    expect(await from(proxied, '192.0.2.1', secret)).toBe('401 IP_NOT_ALLOWED');
  });
});
