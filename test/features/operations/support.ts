// Operations that a workspace stores, as an owner saves them and as callers run them.
import { contractOperation } from '../../support/contract.ts';
import { send, bearer, type Answer, type Headers, type TestHouse } from '../../support/house.ts';
import { payloadOf, type HeldKey, type KeyAdmin, type Payload } from '../../support/keys.ts';

export interface Operations {
  /** What `saveOperation` answered. */
  save(name: string, document: string, expectedVersion?: number | null): Promise<Payload>;
  /** The id of a saved operation. Throws when it was refused. */
  keep(name: string, document: string): Promise<string>;
  delete(id: string): Promise<Payload>;
  /** A key that is pinned to these. Throws when it was refused. */
  pinnedKey(operationIds: readonly string[], input?: object): Promise<HeldKey>;
}

const saveDocument = `mutation ($input: SaveOperationInput!) { saveOperation(input: $input) {
  operationId operation { id name document kind version requiredScopes problems variables { name type required } createdAt updatedAt }
  userErrors { code field message } } }`;

export function operationsOf(admin: KeyAdmin): Operations {
  const save: Operations['save'] = async (name, document, expectedVersion) =>
    payloadOf(await admin.send(saveDocument, { input: { name, document, expectedVersion } }));
  return {
    save,
    async keep(name, document) {
      const { operationId, userErrors } = await save(name, document);
      if (operationId === null) throw new Error(JSON.stringify(userErrors));
      return operationId as string;
    },
    delete: async (id) => payloadOf(await admin.send(contractOperation('DeleteOperation'), { id })),
    pinnedKey: (operationIds, input = {}) => admin.create({ scopes: null, operationIds, ...input }),
  };
}

/** Runs an operation by its name. */
export function run(
  house: TestHouse,
  credential: string | Headers,
  name: string,
  variables: object = {},
): Promise<Answer> {
  const headers = typeof credential === 'string' ? bearer(credential) : credential;
  return send(house.app, headers, { extensions: { operation: name }, variables });
}
