// No record is missed: of operations that are drawn over the whole schema, each record whose id or field stood in the answer is
// among those that the key was answered. By both executions, on both engines.
import {
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
} from 'graphql';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../../src/features/insight/reads/fingerprint.ts';
import { RecordSet } from '../../../../src/features/insight/reads/record-set.ts';
import type { CompiledExecution } from '../../../../src/graphql/execution/execute.ts';
import { typeNameOf } from '../../../../src/resources/noted-records.ts';
import { drawn, sampled } from '../../../oracle/support/draw.ts';
import { drawOperation, type DrawnOperation } from '../../../oracle/support/operations.ts';
import { drawRecordQuery } from './support/drawn-queries.ts';
import { openSeededHouse, type SeededHouse } from '../../../oracle/support/seeded-house.ts';
import { describeEachEngine } from '../../../support/engines.ts';
import type { Answer, KeyCaller } from '../../../support/house.ts';
import { payloadOf } from '../../../support/keys.ts';

const operations = 250;
const seed = 20_260_602;
/** The server parses 2,000 tokens. */
const maxTextLength = 3_000;

const queryOf = (text: string): DrawnOperation => ({ type: 'query', text, operationName: '', variables: {} });

/** Ids of records in an answer; of a workspace nothing is recorded, and foreign ids stand in no answer. */
function idsIn({ data }: Answer): string[] {
  const found = JSON.stringify(data ?? null).match(/\b[a-z]{3}_[0-9a-z]{26}\b/g) ?? [];
  return [...new Set(found)].filter((id) => typeNameOf({ id }) !== '');
}

/** A treatment and a booking: the other records are there. */
async function book({ workspace, pool }: SeededHouse): Promise<void> {
  const owner = await workspace.owner();
  const openingHours = [{ weekday: 'MONDAY', opens: '09:00', closes: '18:00' }];
  const [venueId, customerId] = [pool.own['Venue']![0], pool.own['Customer']![1]];
  const done = async (query: string, input: object) => payloadOf(await owner.send(query, { input }));
  await done('mutation ($input: UpdateVenueInput!) { updateVenue(input: $input) { venueId } }', {
    ...{ id: venueId, openingHours },
  });
  const { treatmentId } = await done(
    'mutation ($input: CreateTreatmentInput!) { createTreatment(input: $input) { treatmentId } }',
    { venueId, name: 'Massage', durationMinutes: 60, priceCents: 5_000, currency: 'EUR' },
  );
  const { bookingId } = await done(
    'mutation ($input: CreateBookingInput!) { createBooking(input: $input) { bookingId } }',
    { venueId, treatmentId, customerId, startsAt: '2026-06-08T09:00:00Z' },
  );
  if (!bookingId) throw new Error('There is no booking.');
}

describe.each<CompiledExecution>(['always', 'never'])('By compiled execution: %s', (compiledExecution) => {
  describeEachEngine('What a key was answered', (engine) => {
    let seeded: SeededHouse;
    beforeAll(async () => {
      seeded = await openSeededHouse(engine, { compiledExecution });
      await book(seeded);
    });
    afterAll(() => seeded.house.close());

    /** Half of them lists of records, half anything that the schema has. */
    const arbitrary = () => {
      const { schema } = seeded.house.app.schema;
      return drawn((draw) => ({
        operation: draw.chance(50)
          ? queryOf(drawRecordQuery(draw, schema, seeded.pool.ids.slice(0, 15)))
          : drawOperation(draw, schema, seeded.pool, { kinds: ['query', 'mutation'] }),
        isRestricted: draw.chance(20),
        lacking: draw.chance(30) ? draw.pick(seeded.house.app.scopes.dataScopes) : null,
      }));
    };

    const typesOf = () => new TypeInfo(seeded.house.app.schema.schema);

    /** The same operation with the id of each object that has one. */
    function withIds(document: DocumentNode): DocumentNode {
      const types = typesOf();
      const id = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: 'id' } } as const;
      return visit(
        document,
        visitWithTypeInfo(types, {
          SelectionSet(node) {
            const type = types.getParentType();
            const isRecord = isObjectType(type) || isInterfaceType(type);
            if (!isRecord || !type.getFields()['id']) return undefined;
            return { ...node, selections: [...node.selections, id] };
          },
        }),
      );
    }

    const keyOf = (scopes: readonly string[], isRestricted: boolean) =>
      isRestricted
        ? seeded.workspace.venueKey([seeded.identities.venueId], ...scopes)
        : seeded.workspace.key(...scopes);

    async function readBy({ apiKeyId }: KeyCaller): Promise<ReadonlyMap<string, RecordSet>> {
      await seeded.house.app.recording.reads.flush();
      const rows = await seeded.house.app.database.query<{ type: string; records: string }>(
        sql`SELECT "type", "records" FROM "key_reads_day" WHERE "caller_id" = ${apiKeyId}`,
      );
      return new Map(rows.map(({ type, records }) => [type, RecordSet.decode(records)]));
    }

    const missedOf = (ids: readonly string[], read: ReadonlyMap<string, RecordSet>) =>
      ids.filter((id) => read.get(typeNameOf({ id }))?.find(fingerprintOf(id)) !== 'YES');

    it(`holds every record of the answers to ${operations} operations, with its id or without`, async () => {
      const { house } = seeded;
      const figures = { ids: 0, hidden: 0, mutations: 0, answered: 0 };
      const missed: string[] = [];
      for (const { operation, isRestricted, lacking } of sampled(arbitrary(), seed, operations)) {
        if (operation.text.length > maxTextLength) continue;
        const scopes = house.app.scopes.dataScopes.filter((scope) => scope !== lacking);
        const key = await keyOf(scopes, isRestricted);
        const { text, variables, operationName, type } = operation;
        const answer = await key.send(text, variables, operationName);
        if (answer.data) figures.answered += 1;
        if (answer.data && type === 'mutation') figures.mutations += 1;
        const read = await readBy(key);
        const ids = idsIn(answer);
        // Asked by another key, so that what it is answered is not among what the first one read.
        const told = type === 'query' ? await keyOf(scopes, isRestricted) : null;
        const all = told ? idsIn(await told.send(print(withIds(parse(text))), variables, operationName)) : [];
        figures.ids += ids.length;
        figures.hidden += all.filter((id) => !ids.includes(id)).length;
        const own = [key.apiKeyId, told?.apiKeyId];
        for (const id of missedOf([...ids, ...all.filter((found) => !own.includes(found))], read))
          missed.push(`${id} of ${text}`);
      }
      console.log(`reads on ${engine}, compiled ${compiledExecution}: ${JSON.stringify(figures)}`);
      expect(missed.slice(0, 2)).toEqual([]);
      expect(figures.ids).toBeGreaterThan(100);
      expect(figures.hidden).toBeGreaterThan(200);
      expect(figures.mutations).toBeGreaterThan(5);
    }, 600_000);
  });
});
