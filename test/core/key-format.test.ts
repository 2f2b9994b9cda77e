// The log knows a key by the same format that keys are made in.
import { describe, expect, it } from 'vitest';
import { makeApiKey } from '../../src/access/api-key.ts';
import { apiKeyPattern } from '../../src/core/key-format.ts';
import { blankSecrets } from '../../src/core/logger.ts';

describe.each(['LIVE', 'TEST'] as const)('A %s key', (environment) => {
  it('is found by the pattern for scanners, and no longer when one character is missing', () => {
    const { key } = makeApiKey(environment);
    expect(new RegExp(`^${apiKeyPattern}$`).test(key)).toBe(true);
    expect(new RegExp(`^${apiKeyPattern}$`).test(key.slice(0, -1))).toBe(false);
  });

  it('is blanked in the log wherever it is cut off behind its public beginning, and that stays alone', () => {
    const { key, prefix } = makeApiKey(environment);
    for (let length = prefix.length + 1; length <= key.length; length += 1) {
      const blanked = blankSecrets(`a\\n${key.slice(0, length)} b`);
      expect(blanked).toBe(`a\\nlk_${environment.toLowerCase()}_[redacted] b`);
    }
    expect(blankSecrets(`a ${prefix} b`)).toBe(`a ${prefix} b`);
  });
});
