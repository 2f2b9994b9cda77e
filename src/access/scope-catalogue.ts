// The catalogue of scopes: which scopes exist, how they may be spelt, what a preset stands for. The manifests of the
// features declare the entries.

/**
 * What a scope permits. Presets are made of kinds, never of names. `manage`: govern the workspace or an account, which
 * today only the scopes of roles do.
 */
export type ScopeKind = 'read' | 'write' | 'manage';

/** One entry of the catalogue. */
export interface ScopeEntry {
  /** `verb:resource` */
  readonly name: string;
  readonly kind: ScopeKind;
  readonly description: string;
  /** PLANNED: reserved; nothing asks for it yet and no key can get it. */
  readonly status: 'AVAILABLE' | 'PLANNED';
}

export type ScopePreset = 'READ' | 'WRITE' | 'FULL_ACCESS';

const kindsOfPreset: Readonly<Record<ScopePreset, readonly ScopeKind[]>> = {
  READ: ['read'],
  WRITE: ['read', 'write'],
  FULL_ACCESS: ['read', 'write', 'manage'],
};

export interface ScopeCatalogue {
  readonly entries: readonly ScopeEntry[];
  /** Every scope that a key may have; the members of a workspace have them all. */
  readonly dataScopes: readonly string[];
  /** `read:customers` for itself and for `customers:read`; null when no key can have such a scope. */
  normalize(text: string): string | null;
  ofPreset(preset: ScopePreset): readonly string[];
}

export function createScopeCatalogue(
  entries: readonly ScopeEntry[],
  reserved: readonly string[],
): ScopeCatalogue {
  const available = entries.filter(({ name, status }) => status === 'AVAILABLE' && !reserved.includes(name));
  const dataScopes = available.map((entry) => entry.name).sort();
  const known = new Set(dataScopes);
  const kindOf = new Map(available.map(({ name, kind }) => [name, kind]));
  return {
    entries: [...entries].sort((a, b) => (a.name < b.name ? -1 : 1)),
    dataScopes,
    normalize(text) {
      const [left = '', right = '', ...rest] = text.trim().toLowerCase().split(':');
      if (rest.length > 0) return null;
      return [`${left}:${right}`, `${right}:${left}`].find((name) => known.has(name)) ?? null;
    },
    ofPreset: (preset) => dataScopes.filter((name) => kindsOfPreset[preset].includes(kindOf.get(name)!)),
  };
}
