// Why a schema and its rules do not fit: what an author of a feature reads when the server does not start.

/** Thrown at boot; lists every fault at once. */
export class PolicyError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The access policy does not fit the schema:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    this.name = 'PolicyError';
  }
}

export function missingRule(typeName: string, member: string, what: string): string {
  const coordinate = `${typeName}.${member}`;
  return `${coordinate} has no rule: add "${coordinate}" or "${typeName}" to the "policy" of the feature that declares this ${what}, in src/features/<feature>/index.ts.`;
}
