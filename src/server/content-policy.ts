// Content-Security-Policy of pages and of everything else: what is not named is refused.

import type { PageSources } from '../http/routes.ts';

const nothing: PageSources = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

export function policyOf(sources: PageSources): string {
  return Object.entries({ ...nothing, ...sources })
    .map(([directive, values]) => [directive, ...values].join(' '))
    .join('; ');
}

/** For every answer that is no page. */
export const strictPolicy = policyOf({});
